import { quoted } from '../sqlserver/answers.ts';
import type { FindingCode, JudgedTable } from './judged.ts';

/** T-SQL that a DBA can run in the facility's database against a finding of one table; none where a command does it. */
export function findingSql(code: FindingCode, table: JudgedTable): string[] {
  return code === 'captured-for-nothing' ? [endCapture(table)] : [];
}

/** Ends all capture instances of a table. */
export function endCapture(table: { schema: string; table: string }): string {
  return `EXEC sys.sp_cdc_disable_table ${named(table)}, @capture_instance = N'all';`;
}

function named({ schema, table }: { schema: string; table: string }): string {
  return `@source_schema = ${quoted(schema)}, @source_name = ${quoted(table)}`;
}
