import { quoted, type Typist } from '../../../shell.ts';

/** Rows that no copy takes away (docs/central-ghosts.md): what the central team runs before. @param tables `dbo.Visits`; null: all */
export function markCommand(facilityCode: string, tables: readonly string[] | null, typist: Typist): string {
  const list = tables === null ? 'all' : quoted(tables.join(','), typist);
  return `clinicmaster-cdc central ghosts mark --facility ${facilityCode} --tables ${list}`;
}

/** What it runs when they are copied. @param copied with the rows that the hospital counts; none where nobody has waited for the end */
export function showCommand(
  facilityCode: string,
  copied: readonly { table: string; rows: number | null }[],
  typist: Typist,
): string {
  const show = `clinicmaster-cdc central ghosts show --facility ${facilityCode}`;
  const rows = copied.flatMap((one) => (one.rows === null ? [] : `${one.table}=${one.rows}`));
  return rows.length === 0 ? show : `${show} --rows ${quoted(rows.join(','), typist)}`;
}
