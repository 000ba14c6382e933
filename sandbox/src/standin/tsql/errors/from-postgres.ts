import { TsqlError } from '../../types.ts';

/** The fields of a PostgreSQL error that matter here, as node-postgres names them. */
export interface PostgresError {
  message: string;
  code?: string | undefined;
  detail?: string | undefined;
  schema?: string | undefined;
  table?: string | undefined;
  column?: string | undefined;
  constraint?: string | undefined;
}

/** T-SQL names behind PostgreSQL ones, from the engine's catalogue; undefined: unknown. Arguments are not quoted. */
export interface ErrorNames {
  /** `INSERT`, `UPDATE` …: the statement that failed. */
  verb: string;
  /** `database.schema.table`. */
  table(schema: string, table: string): { database: string; schema: string; name: string } | undefined;
  column(schema: string, table: string, column: string): string | undefined;
  constraint(
    schema: string,
    table: string,
    constraint: string,
  ):
    | { name: string; kind: 'primary-key' | 'unique' | 'index' | 'check' | 'foreign-key'; column?: string }
    | undefined;
}

const ARITHMETIC = 'Arithmetic overflow error converting expression to data type';

/**
 * The T-SQL error that SQL Server would raise for what went wrong in PostgreSQL. Errors of our own functions carry
 * their number in SQLSTATE (`T0245` → 245, `U0742` → 10742). An unknown one becomes 50000 with PostgreSQL's text.
 */
export function toTsqlError(error: PostgresError, names: ErrorNames): TsqlError {
  const code = error.code ?? '';
  const own = /^([TU])(\d{4})$/.exec(code);
  if (own !== null) return new TsqlError(Number(own[2]) + (own[1] === 'U' ? 10_000 : 0), error.message);
  switch (code) {
    case '23505':
      return duplicate(error, names);
    case '23502':
      return notNull(error, names);
    case '23503':
    case '23514':
      return conflict(error, names);
    default:
      return simple(code, error.message);
  }
}

function simple(code: string, message: string): TsqlError {
  switch (code) {
    case '22003':
      return new TsqlError(8115, `${ARITHMETIC} ${overflowType(message)}.`);
    case '22012':
      return new TsqlError(8134, 'Divide by zero error encountered.');
    case '22001':
      return new TsqlError(8152, 'String or binary data would be truncated.');
    case '22P02':
      return new TsqlError(8114, `Error converting data type: ${message}.`);
    case '22007':
    case '22008':
      return new TsqlError(241, 'Conversion failed when converting date and/or time from character string.');
    case '2201E':
    case '2201F':
      return new TsqlError(3623, 'An invalid floating point operation occurred.');
    case '21000':
      return new TsqlError(
        512,
        'Subquery returned more than 1 value. This is not permitted when the subquery follows =, !=, <, <= , >, >= or when the subquery is used as an expression.',
      );
    case '42803':
      return grouping(message);
    case '42P20':
      return new TsqlError(4108, 'Windowed functions can only appear in the SELECT or ORDER BY clauses.', 15);
    case '40P01':
      return new TsqlError(
        1205,
        'Transaction was deadlocked on lock resources with another process and has been chosen as the deadlock victim. Rerun the transaction.',
        13,
        51,
      );
    case '55P03':
      return new TsqlError(1222, 'Lock request time out period exceeded.', 16, 51);
    case '40001':
      return new TsqlError(
        3960,
        'Snapshot isolation transaction aborted due to update conflict. Retry the transaction or change the isolation level for the update/delete statement.',
      );
    case '57014':
      return new TsqlError(0, 'Operation cancelled by user.', 11);
    case '25006':
      return new TsqlError(3906, 'Failed to update database because the database is read-only.');
    case '42P01':
      return new TsqlError(208, `Invalid object name '${/"([^"]*)"/.exec(message)?.[1] ?? message}'.`);
    case '54000':
    case '54011':
      return new TsqlError(1946, `The key or row is too long for this stand-in of SQL Server: ${message}.`);
    case '53200':
      return new TsqlError(701, 'There is insufficient system memory to run this query.', 17, 123);
    case '53100':
      return new TsqlError(1105, 'Could not allocate space: the disk is full.', 17, 2);
    default:
      return new TsqlError(
        50000,
        `The stand-in of SQL Server cannot run this statement: ${message} (PostgreSQL ${code}).`,
      );
  }
}

function overflowType(message: string): string {
  const type = /^(bigint|integer|smallint) out of range/.exec(message)?.[1];
  if (type !== undefined) return type === 'integer' ? 'int' : type;
  if (message.includes('double precision') || message.startsWith('value out of range')) return 'float';
  return message.includes('real') ? 'real' : 'numeric';
}

function grouping(message: string): TsqlError {
  if (/aggregate functions are not allowed in WHERE/.test(message)) {
    return new TsqlError(
      147,
      'An aggregate may not appear in the WHERE clause unless it is in a subquery contained in a HAVING clause or a select list, and the column being aggregated is an outer reference.',
      15,
    );
  }
  if (/aggregate function calls cannot be nested/.test(message)) {
    return new TsqlError(
      130,
      'Cannot perform an aggregate function on an expression containing an aggregate or a subquery.',
      15,
    );
  }
  const column = /column "?([^"\s]*)"?/.exec(message)?.[1] ?? '';
  return new TsqlError(
    8120,
    `Column '${column.replace(/^t\d+\./, '')}' is invalid in the select list because it is not contained in either an aggregate function or the GROUP BY clause.`,
  );
}

function tableName(
  error: PostgresError,
  names: ErrorNames,
): { database: string; schema: string; name: string } {
  const found = names.table(error.schema ?? '', error.table ?? '');
  return found ?? { database: '', schema: error.schema ?? '', name: error.table ?? '' };
}

/** 2627 for a key constraint, 2601 for a unique index. */
function duplicate(error: PostgresError, names: ErrorNames): TsqlError {
  const table = tableName(error, names);
  const constraint = names.constraint(error.schema ?? '', error.table ?? '', error.constraint ?? '');
  const name = constraint?.name ?? error.constraint ?? '';
  const value = /=\((.*)\) already exists/s.exec(error.detail ?? '')?.[1] ?? '';
  const object = `${table.schema}.${table.name}`;
  if (constraint?.kind === 'index') {
    return new TsqlError(
      2601,
      `Cannot insert duplicate key row in object '${object}' with unique index '${name}'. The duplicate key value is (${value}).`,
      14,
    );
  }
  const kind = constraint?.kind === 'unique' ? 'UNIQUE KEY' : 'PRIMARY KEY';
  return new TsqlError(
    2627,
    `Violation of ${kind} constraint '${name}'. Cannot insert duplicate key in object '${object}'. The duplicate key value is (${value}).`,
    14,
  );
}

function notNull(error: PostgresError, names: ErrorNames): TsqlError {
  const table = tableName(error, names);
  const column =
    names.column(error.schema ?? '', error.table ?? '', error.column ?? '') ?? error.column ?? '';
  return new TsqlError(
    515,
    `Cannot insert the value NULL into column '${column}', table '${table.database}.${table.schema}.${table.name}'; column does not allow nulls. ${names.verb} fails.`,
    16,
    2,
  );
}

/** 547 for CHECK and for both sides of a foreign key. */
function conflict(error: PostgresError, names: ErrorNames): TsqlError {
  const table = tableName(error, names);
  const constraint = names.constraint(error.schema ?? '', error.table ?? '', error.constraint ?? '');
  const name = constraint?.name ?? error.constraint ?? '';
  const referenced = /is still referenced from table/.test(error.detail ?? '');
  const kind =
    constraint?.kind === 'check' || error.code === '23514'
      ? 'CHECK'
      : referenced
        ? 'REFERENCE'
        : 'FOREIGN KEY';
  const column = constraint?.column === undefined ? '' : `, column '${constraint.column}'`;
  return new TsqlError(
    547,
    `The ${names.verb} statement conflicted with the ${kind} constraint "${name}". The conflict occurred in database "${table.database}", table "${table.schema}.${table.name}"${column}.`,
  );
}
