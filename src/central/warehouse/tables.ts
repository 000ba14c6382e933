import { alike, typedName } from '../../connector/typed-names.ts';
import { CliError, EXIT } from '../../errors.ts';
import { FACILITY_COLUMN, type Warehouse } from './warehouse.ts';

/** A table that the sink fills. */
export interface WarehouseTable {
  /** As the hospital has it, without its schema. */
  name: string;
  /** Not a plain table: partitions. Its rows lie in several files. */
  partitioned: boolean;
  /** 8 kB each. */
  blocks: number;
  columns: string[];
  /** Columns of the primary key; empty where it has none. */
  key: string[];
  /** What may keep a row as it is when the sink writes it again: triggers before an update, and rules. */
  obstacles: string[];
}

const QUESTION = `
  SELECT c.relname AS name, c.relkind = 'p' AS partitioned,
    (pg_relation_size(c.oid) / current_setting('block_size')::int)::int AS blocks,
    (SELECT json_agg(a.attname ORDER BY a.attnum) FROM pg_attribute a
      WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS columns,
    COALESCE((SELECT json_agg(a.attname ORDER BY a.attnum) FROM pg_index i
      JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY (i.indkey)
      WHERE i.indrelid = c.oid AND i.indisprimary), '[]') AS key,
    COALESCE((SELECT json_agg(t.tgname ORDER BY t.tgname) FROM pg_trigger t
      WHERE t.tgrelid = c.oid AND NOT t.tgisinternal AND t.tgenabled <> 'D' AND t.tgtype & 19 = 19), '[]')
      AS triggers,
    COALESCE((SELECT json_agg(r.rulename ORDER BY r.rulename) FROM pg_rewrite r WHERE r.ev_class = c.oid), '[]')
      AS rules
  FROM pg_class c
  WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
    AND NOT EXISTS (SELECT 1 FROM pg_inherits h WHERE h.inhrelid = c.oid)
    AND EXISTS (SELECT 1 FROM pg_attribute a
      WHERE a.attrelid = c.oid AND a.attname = $1 AND NOT a.attisdropped)
  ORDER BY c.relname`;

/** Every table of schema public that holds a facility's code. */
export async function sinkTables(warehouse: Warehouse): Promise<WarehouseTable[]> {
  type Row = Omit<WarehouseTable, 'obstacles'> & { triggers: string[]; rules: string[] };
  const rows = await warehouse.ask<Row>(QUESTION, [FACILITY_COLUMN]);
  return rows.map(({ triggers, rules, ...table }) => ({
    ...table,
    obstacles: [...triggers.map((name) => `trigger ${name}`), ...rules.map((name) => `rule ${name}`)],
  }));
}

/**
 * The tables that are meant: `all`, or names with commas between them, with or without `dbo.`.
 * @throws CliError (usage) for a name that no table has
 */
export function meantTables(text: string, tables: readonly WarehouseTable[]): WarehouseTable[] {
  if (text.trim().toLowerCase() === 'all') return [...tables];
  const names = text.split(',').map((name) => name.trim());
  return [...new Set(names)].filter((name) => name !== '').map((name) => meant(name, tables));
}

function meant(text: string, tables: readonly WarehouseTable[]): WarehouseTable {
  const { parts } = typedName(text);
  const [last, schema] = [...parts].reverse();
  const fits = schema === undefined || schema.text.toLowerCase() === 'dbo';
  const found = tables.filter(({ name }) => parts.length <= 2 && fits && last?.matches(name) === true);
  const table = found.find(({ name }) => name === last?.text) ?? found[0];
  if (table !== undefined && last?.wildcards === false) return table;
  const near = alike(
    last?.text ?? text,
    tables.map(({ name }) => name),
  );
  throw new CliError('warehouse.no-table', `No table of the warehouse is called ${text}.`, {
    exitCode: EXIT.usage,
    seen: `${tables.length} tables in schema public with a column ${FACILITY_COLUMN}`,
    needed: near.length === 0 ? 'A table that the sink fills: dbo.Visits, or all.' : `${near.join(' or ')}?`,
  });
}
