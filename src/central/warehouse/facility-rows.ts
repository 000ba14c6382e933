import { pgIdentifier } from '../../connector/pg-quote.ts';
import { CliError, EXIT } from '../../errors.ts';
import type { WarehouseTable } from './tables.ts';
import { FACILITY_COLUMN, type Warehouse } from './warehouse.ts';

/**
 * A code that no row carries is a mistyped one: codes are told apart by capitals, too.
 * @throws CliError (usage) where none of the tables has a row of the facility
 */
export async function knownFacility(
  facility: string,
  tables: readonly WarehouseTable[],
  warehouse: Warehouse,
): Promise<void> {
  for (const { name } of tables) {
    const [row] = await warehouse.ask<{ there: boolean }>(
      `SELECT EXISTS (SELECT 1 FROM public.${pgIdentifier(name)} WHERE ${FACILITY_COLUMN} = $1) AS there`,
      [facility],
    );
    if (row?.there === true) return;
  }
  throw new CliError('warehouse.no-facility', `No row of ${facility} stands in the warehouse.`, {
    exitCode: EXIT.usage,
    seen: `looked into ${tables.length} table${tables.length === 1 ? '' : 's'}`,
    needed: 'The DHIS2 code as the rows carry it, capitals included.',
  });
}
