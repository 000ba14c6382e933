import type { SqlFailure, SqlServerPort, SqlValue } from '../../adapters/sqlserver-port.ts';
import { failureText } from '../../connector/sql-failure.ts';
import { CliError } from '../../errors.ts';
import { isMissingRight } from '../sqlserver/answers.ts';
import {
  assemble,
  type CapturedRow,
  type ColumnRow,
  type IndexRow,
  type Inventory,
  type SizeRow,
  type TableRow,
} from './facts.ts';

/** User tables: those of SQL Server itself and of CDC are none. */
const USER_TABLES = `FROM sys.tables AS t
  JOIN sys.schemas AS s ON s.schema_id = t.schema_id
  WHERE t.is_ms_shipped = 0 AND s.name <> N'cdc' AND t.name NOT IN (N'sysdiagrams', N'systranschemas')`;
const OF_USER_TABLES = `IN (SELECT t.object_id ${USER_TABLES})`;

const CDC = 'SELECT is_cdc_enabled FROM sys.databases WHERE database_id = DB_ID()';

/** The count is that of the catalogue: no table is read for it. */
const TABLES = `SELECT t.object_id AS id, s.name AS schema_name, t.name AS table_name, t.is_tracked_by_cdc AS tracked,
  (SELECT SUM(p.rows) FROM sys.partitions AS p WHERE p.object_id = t.object_id AND p.index_id IN (0, 1)) AS row_count
  ${USER_TABLES}`;

const COLUMNS = `SELECT c.object_id AS id, c.name AS name, ty.name AS type_name, b.name AS base_name, c.max_length AS max_length,
  c.precision AS precision, c.scale AS scale, c.is_nullable AS is_nullable, c.is_computed AS is_computed,
  c.is_masked AS is_masked, c.encryption_type AS encryption_type
  FROM sys.columns AS c
  JOIN sys.types AS ty ON ty.user_type_id = c.user_type_id
  LEFT JOIN sys.types AS b ON b.user_type_id = c.system_type_id AND b.system_type_id = c.system_type_id
  WHERE c.object_id ${OF_USER_TABLES}
  ORDER BY c.object_id, c.column_id`;

const INDEXES = `SELECT i.object_id AS id, i.name AS index_name, i.is_primary_key AS is_primary_key, c.name AS column_name
  FROM sys.indexes AS i
  JOIN sys.index_columns AS x ON x.object_id = i.object_id AND x.index_id = i.index_id AND x.is_included_column = 0
  JOIN sys.columns AS c ON c.object_id = x.object_id AND c.column_id = x.column_id
  WHERE i.is_unique = 1 AND i.has_filter = 0 AND i.is_disabled = 0 AND i.object_id ${OF_USER_TABLES}
  ORDER BY i.object_id, i.index_id, x.key_ordinal`;

const SIZES = `SELECT p.object_id AS id, SUM(a.total_pages) AS pages
  FROM sys.partitions AS p
  JOIN sys.allocation_units AS a ON (a.type IN (1, 3) AND a.container_id = p.hobt_id) OR (a.type = 2 AND a.container_id = p.partition_id)
  WHERE p.object_id ${OF_USER_TABLES}
  GROUP BY p.object_id`;

const CAPTURED = `SELECT ct.source_object_id AS id, ct.capture_instance AS capture_instance, ct.role_name AS role_name,
  COALESCE(ct.has_drop_pending, 0) AS drop_pending, cc.column_name AS column_name, b.name AS base_name,
  k.max_length AS max_length, k.precision AS precision, k.scale AS scale
  FROM cdc.change_tables AS ct
  JOIN cdc.captured_columns AS cc ON cc.object_id = ct.object_id
  LEFT JOIN sys.columns AS k ON k.object_id = ct.object_id AND k.name = cc.column_name
  LEFT JOIN sys.types AS b ON b.user_type_id = k.system_type_id AND b.system_type_id = k.system_type_id
  ORDER BY ct.source_object_id, ct.create_date DESC, ct.capture_instance, cc.column_ordinal`;

/**
 * Asks SQL Server's catalogue for the database's tables. No row of a table is read.
 * @throws CliError when SQL Server cannot be asked at all
 */
export async function readInventory(sql: SqlServerPort, signal: AbortSignal): Promise<Inventory> {
  const unanswered: string[] = [];
  const ask = async <Row extends Record<string, SqlValue>>(text: string): Promise<Row[]> => {
    const answer = await sql.query<Row>(text, {}, signal);
    if (answer.ok) return answer.value;
    throw refused(sql.address, answer.failure);
  };
  /** A question that the rest can do without. */
  const tryToAsk = async <Row extends Record<string, SqlValue>>(
    what: string,
    text: string,
  ): Promise<Row[] | null> => {
    const answer = await sql.query<Row>(text, {}, signal);
    if (answer.ok) return answer.value;
    unanswered.push(`${what}: ${reason(answer.failure)}`);
    return null;
  };
  const [database] = await ask<{ is_cdc_enabled: boolean }>(CDC);
  const cdcEnabled = database?.is_cdc_enabled === true;
  const answers = {
    tables: await ask<TableRow>(TABLES),
    columns: await ask<ColumnRow>(COLUMNS),
    indexes: await ask<IndexRow>(INDEXES),
    sizes: await tryToAsk<SizeRow>('Size of the tables', SIZES),
    captured: cdcEnabled
      ? await tryToAsk<CapturedRow>('What is captured of each table', CAPTURED)
      : ([] as CapturedRow[]),
  };
  return { cdcEnabled, tables: assemble(answers), unanswered };
}

function refused(address: string, failure: SqlFailure): CliError {
  return new CliError('tables.sqlserver', `SQL Server at ${address} did not tell its tables.`, {
    seen: reason(failure),
    needed: 'A SQL Server that this machine reaches, and the login of DB_USER.',
    commands: ['clinicmaster-cdc doctor --only sqlserver'],
  });
}

/** Why a question was not answered. */
export function reason(failure: SqlFailure): string {
  if (isMissingRight(failure)) return `the login may not look (error ${failure.number})`;
  return failureText(failure);
}
