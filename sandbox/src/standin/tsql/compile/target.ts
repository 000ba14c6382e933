import { TsqlError } from '../../types.ts';
import type { ResolvedTable, TableColumn } from '../api.ts';

/** Where a value goes, as error 2628 names it. */
export function placeOf(table: ResolvedTable, column: TableColumn): { table: string; column: string } {
  return { table: `${table.database}.${table.schema}.${table.name}`, column: column.name };
}

/** Throws TsqlError 259 for views of the catalogue. */
export function refuseReadOnly(table: ResolvedTable): void {
  if (!table.writable) throw new TsqlError(259, 'Ad hoc updates to system catalogs are not allowed.');
}
