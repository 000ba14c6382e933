import { quoted, type Typist } from '../../../shell.ts';

/** Rows that no copy takes away: what the central team runs on its side. */
const CENTRAL = 'clinicmaster-cdc central ghosts';

/** Before rows are copied. @param tables `dbo.Visits`; null: all */
export function markCommand(facilityCode: string, tables: readonly string[] | null, typist: Typist): string {
  const list = tables === null ? 'all' : quoted(tables.join(','), typist);
  return `${CENTRAL} mark --facility ${facilityCode} --tables ${list}`;
}

/** When they are copied. */
export function showCommand(facilityCode: string): string {
  return `${CENTRAL} show --facility ${facilityCode}`;
}
