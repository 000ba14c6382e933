import { qualified } from '../../connector/table-selection.ts';
import { quoted } from '../sqlserver/answers.ts';
import type { FindingCode, JudgedTable } from './judged.ts';

/** SQL Server allows so many characters in the name of a capture instance, and two instances for a table. */
const LONGEST_INSTANCE = 100;
const MOST_INSTANCES = 2;

/** T-SQL that a DBA can run in the facility's database against a finding of one table; none where a command does it. */
export function findingSql(code: FindingCode, table: JudgedTable): string[] {
  const { instances } = table;
  if (code === 'captured-for-nothing') return [endCapture(table)];
  if (instances === null || instances.length === 0) return [];
  if (code === 'two-instances') return [endCapture(table, instances.at(-1)?.name)];
  const renewed = code === 'drift' || code === 'key-not-captured';
  return renewed && instances.length < MOST_INSTANCES
    ? [secondInstance(table, instances[0]?.role ?? null)]
    : [];
}

/** Ends one capture instance of a table, or all of them. */
export function endCapture(table: { schema: string; table: string }, instance = 'all'): string {
  return `EXEC sys.sp_cdc_disable_table ${named(table)}, @capture_instance = ${quoted(instance)};`;
}

/** A new instance beside the old one, with the columns of today: the connector goes over to it by itself. */
function secondInstance(table: JudgedTable, role: string | null): string {
  const taken = new Set(table.instances?.map(({ name }) => name.toLowerCase()));
  const base = qualified(table)
    .replace('.', '_')
    .slice(0, LONGEST_INSTANCE - 2);
  const instance = [2, 3, 4]
    .map((version) => `${base}_${version}`)
    .find((name) => !taken.has(name.toLowerCase()));
  return (
    `EXEC sys.sp_cdc_enable_table ${named(table)}, @capture_instance = ${quoted(instance ?? base)}, ` +
    `@role_name = ${role === null ? 'NULL' : quoted(role)}, @supports_net_changes = 0;`
  );
}

function named({ schema, table }: { schema: string; table: string }): string {
  return `@source_schema = ${quoted(schema)}, @source_name = ${quoted(table)}`;
}
