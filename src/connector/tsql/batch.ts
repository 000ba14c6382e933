import { MADE_TABLE, OWN_SCHEMA } from '../own-schema.ts';
import { bracketed, bracketedPair, quoted } from './quote.ts';

/** One batch of T-SQL, as between two GO lines. It can be run again: it asks before it acts. */
export interface SqlBatch {
  /** Stable name, as in `capture dbo.Visits`. */
  id: string;
  /** What it does, in one line. */
  title: string;
  /** What it costs the hospital while it runs and later. */
  cost: string;
  /** The T-SQL that takes it back. */
  undo: string;
  sql: string;
}

/** Stands for the connector's password. sqlcmd takes it from an environment variable of this name. */
export const PASSWORD_VARIABLE = 'ConnectorPassword';
export const PASSWORD_PLACEHOLDER = `$(${PASSWORD_VARIABLE})`;

/** Puts the password where its placeholder stands. @param password as it is; it is quoted here */
export function withPassword(sql: string, password: string): string {
  return sql.replaceAll(PASSWORD_PLACEHOLDER, () => password.replaceAll("'", "''"));
}

/**
 * Acts only when the placeholder was filled: SSMS outside its SQLCMD mode sends it as it stands, and a login would get it
 * as its password.
 */
export function whenPasswordGiven(statement: string): string {
  return [
    `IF N'${PASSWORD_PLACEHOLDER}' = N'$' + N'(${PASSWORD_VARIABLE})'`,
    `    RAISERROR(N'The password is not filled in. Nothing was done by this batch.', 16, 1);`,
    'ELSE',
    statement,
  ].join('\n');
}

/** The first line of every batch: it may be run from a window that is open on another database. */
export function use(database: string): string {
  return `USE ${bracketed(database)};`;
}

/** Writes down, in our own schema, that `what` was made here and not found here. */
export function remember(what: string, ownSchema: boolean): string[] {
  if (!ownSchema) return [];
  const table = bracketedPair(OWN_SCHEMA, MADE_TABLE);
  return [
    `    IF NOT EXISTS (SELECT 1 FROM ${table} WHERE what = ${quoted(what)})`,
    `        INSERT INTO ${table} (what, made_at) VALUES (${quoted(what)}, SYSUTCDATETIME());`,
  ];
}

/** The same inside a block, where the statement before it may have failed without ending the batch. */
export function rememberIf(condition: string, what: string, ownSchema: boolean): string[] {
  const lines = remember(what, ownSchema);
  return lines.length === 0
    ? []
    : [
        `    IF ${condition}`,
        ...block(lines)
          .split('\n')
          .map((line) => `    ${line}`),
      ];
}

/** `BEGIN … END` around lines that are indented already. */
export function block(lines: readonly string[]): string {
  return ['BEGIN', ...lines, 'END;'].join('\n');
}
