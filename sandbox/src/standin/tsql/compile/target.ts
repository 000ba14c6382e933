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

/** Error 264: a column in a SET clause or a column list twice. */
export function twiceAssigned(column: string): TsqlError {
  return new TsqlError(
    264,
    `The column name '${column}' is specified more than once in the SET clause or column list of an INSERT. A column cannot be assigned more than one value in the same clause. Modify the clause to make sure that a column is updated only once. If this statement updates or inserts columns into a view, column aliasing can conceal the duplication in your code.`,
  );
}
