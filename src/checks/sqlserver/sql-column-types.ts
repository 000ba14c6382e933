import type { SqlAnswer } from '../../adapters/sqlserver-port.ts';
import { includes, streamsColumn } from '../../connector/table-selection.ts';
import type { FacilityCheck } from '../context.ts';
import type { Verdict } from '../types.ts';
import { fail, listed, pass, warn } from '../verdicts.ts';
import { cannotTell } from './answers.ts';

const ID = 'sql-column-types';

export type ColumnRow = {
  schema_name: string;
  table_name: string;
  column_name: string;
  type_name: string;
  max_length: number;
  is_computed: boolean;
  is_filestream: boolean;
  /** Always Encrypted. */
  is_encrypted: number;
  is_masked: boolean;
  is_assembly_type: boolean;
};

interface Kind {
  /** Last part of the code. */
  name: string;
  outcome: 'fail' | 'warn' | 'note';
  matches(row: ColumnRow): boolean;
  says: string;
  remedy: string;
}

const UNSUPPORTED: Kind = {
  name: 'unsupported',
  outcome: 'fail',
  matches: (row) =>
    row.is_assembly_type || /^(sql_variant|geography|geometry|hierarchyid)$/.test(row.type_name),
  says: 'types that change data capture or Debezium cannot carry',
  remedy:
    'Have the DBA capture these tables without these columns (@captured_column_list), or leave the tables out.',
};

/** The gravest first: it gives the verdict its code. */
const KINDS: readonly Kind[] = [
  UNSUPPORTED,
  {
    name: 'encrypted',
    outcome: 'warn',
    matches: (row) => row.is_encrypted === 1,
    says: 'Always Encrypted: the warehouse gets ciphertext',
    remedy: 'Capture encrypted columns only if the warehouse has the keys; else leave them out.',
  },
  {
    name: 'masked',
    outcome: 'warn',
    matches: (row) => row.is_masked,
    says: 'dynamic data masking: the first copy gets masked values unless the login has UNMASK',
    remedy:
      'Decide with the data officer: leave masked columns out of the capture, or GRANT UNMASK to the login.',
  },
  {
    name: 'computed',
    outcome: 'warn',
    matches: (row) => row.is_computed,
    says: 'computed: the first copy has values, every later change NULL',
    remedy:
      'Have the DBA capture the table without its computed columns; the warehouse can compute them itself.',
  },
  {
    name: 'filestream',
    outcome: 'warn',
    matches: (row) => row.is_filestream,
    says: 'FILESTREAM: whole files would travel',
    remedy: 'Leave FILESTREAM columns out of the capture.',
  },
  {
    name: 'old-large',
    outcome: 'warn',
    matches: (row) => /^(text|ntext|image)$/.test(row.type_name),
    says: 'text, ntext, image: old values are not captured, and a row may be too large for one Kafka message',
    remedy: 'Leave scanned documents and pictures out of the capture; notes may stay.',
  },
  {
    name: 'large',
    outcome: 'note',
    matches: (row) => row.max_length === -1,
    says: 'without a limit of length',
    remedy: '',
  },
  {
    name: 'rowversion',
    outcome: 'note',
    matches: (row) => row.type_name === 'timestamp',
    says: 'rowversion: changes with every update, of no use elsewhere',
    remedy: '',
  },
];

/** The columns to stream have types that arrive as they are. */
export const sqlColumnTypes: FacilityCheck<SqlAnswer<ColumnRow>> = {
  id: ID,
  title: 'The column types can be streamed',
  area: 'sqlserver',
  when: ['before-install', 'daily'],
  needs: ['sql-login'],
  timeoutMs: 8000,

  probe: ({ sql }, signal) =>
    sql.query<ColumnRow>(
      `SELECT s.name AS schema_name, t.name AS table_name, c.name AS column_name, ty.name AS type_name,
              c.max_length AS max_length, c.is_computed AS is_computed, c.is_filestream AS is_filestream,
              CASE WHEN c.encryption_type IS NULL THEN 0 ELSE 1 END AS is_encrypted, c.is_masked AS is_masked,
              ty.is_assembly_type AS is_assembly_type
       FROM sys.columns AS c
       JOIN sys.tables AS t ON t.object_id = c.object_id
       JOIN sys.schemas AS s ON s.schema_id = t.schema_id
       JOIN sys.types AS ty ON ty.user_type_id = c.user_type_id
       WHERE t.is_ms_shipped = 0 AND s.name <> N'cdc'
         AND (ty.name IN (N'text', N'ntext', N'image', N'sql_variant', N'timestamp') OR ty.is_assembly_type = 1
              OR c.max_length = -1 OR c.is_computed = 1 OR c.is_filestream = 1 OR c.encryption_type IS NOT NULL
              OR c.is_masked = 1)`,
      {},
      signal,
    ),

  judge(facts, settings) {
    if (!facts.ok) return cannotTell(ID, facts.failure);
    const selected = includes(settings.tableIncludeList);
    const streams = streamsColumn(settings);
    const rows = facts.value.filter((row) => {
      const table = { schema: row.schema_name, table: row.table_name };
      // What SQL Server itself cannot capture is no matter of what the connector reads.
      return isOf(UNSUPPORTED, row) ? selected(table) : streams(table, row.column_name);
    });
    const found = KINDS.map((kind) => ({
      kind,
      columns: rows
        .filter((row) => isOf(kind, row))
        .map(nameOf)
        .sort(),
    })).filter(({ columns }) => columns.length > 0);
    const told = found.filter(({ kind }) => kind.outcome !== 'note');
    const current = found.map(({ kind, columns }) => `${kind.says}: ${listed(columns, 20)}`).join('; ');
    const worst = told[0]?.kind;
    if (worst === undefined)
      return current === '' ? pass('nothing unusual') : pass('nothing that is lost', current);
    return judgeKinds(worst, told, current);
  },
};

/** Each column counts once, for the gravest of its peculiarities. */
function isOf(kind: Kind, row: ColumnRow): boolean {
  return KINDS.find((one) => one.matches(row)) === kind;
}

function nameOf(row: ColumnRow): string {
  return `${row.schema_name}.${row.table_name}.${row.column_name}`;
}

function judgeKinds(
  worst: Kind,
  told: readonly { kind: Kind; columns: readonly string[] }[],
  current: string,
): Verdict {
  const columns = told.filter(({ kind }) => kind.outcome === worst.outcome).flatMap((one) => one.columns);
  const make = worst.outcome === 'fail' ? fail : warn;
  const summary =
    worst.outcome === 'fail'
      ? `Columns that cannot be streamed: ${listed(columns, 5)}.`
      : `Columns that do not arrive as they are: ${listed(columns, 5)}.`;
  return make(`${ID}-${worst.name}`, summary, {
    current,
    required: 'columns whose values arrive whole and unchanged, or a decision to do without them',
    remedy: { text: told.map(({ kind }) => kind.remedy).join(' '), who: 'dba' },
  });
}
