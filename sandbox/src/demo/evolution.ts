import { setTimeout as sleep } from 'node:timers/promises';
import { captureInstance, disableTable, enableTable } from '../sample/cdc.ts';
import { addColumnSql } from '../sample/ddl.ts';
import { READER_ROLE } from '../sample/login.ts';
import { addedColumn, withColumn } from '../sample/schema.ts';
import { apply } from './apply.ts';
import type { Hospital } from './hospital.ts';
import type { LiveTable } from './operations.ts';
import type { Warehouse } from './warehouse.ts';

/** Name of the second capture instance, which knows the new column. */
const SECOND_INSTANCE = `${captureInstance(addedColumn.table)}_2`;

/**
 * Updates the hospital's application: a column more in one table. SQL Server goes on capturing the old columns until a
 * second capture instance exists, so both happen while the application stands still, as vendors do it.
 */
export async function addColumn(hospital: Hospital): Promise<void> {
  const { ledger, maker } = evolving(hospital);
  const table = withColumn(ledger.table, addedColumn.column);
  await hospital.source.batch(addColumnSql(table.name, addedColumn.column));
  await hospital.source.batch(enableTable(table.name, SECOND_INSTANCE, READER_ROLE));
  ledger.addColumn(table, addedColumn.column);
  maker.table = table;
  await fillOnce(hospital);
}

/** One row gets a value at once: whether chance gives the new column one later depends on how much is changed. */
async function fillOnce(hospital: Hospital): Promise<void> {
  const { ledger } = evolving(hospital);
  const before = ledger.pick(hospital.random);
  const column = ledger.table.columns.length - 1;
  const after = before.with(column, 'phone');
  ledger.replace(before, after);
  const transaction = await hospital.source.begin();
  await apply(
    { kind: 'update', table: ledger.table, before, after, columns: [column] },
    transaction.request(),
  );
  await transaction.commit();
}

/** Waits until the connector has gone over to the second capture instance: the new column holds values in PostgreSQL. */
export async function awaitColumn(code: string, warehouse: Warehouse, timeoutMs: number): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while ((await warehouse.countFilled(addedColumn.table, addedColumn.column.name, code)) === 0) {
    if (Date.now() > deadline) {
      throw new Error(
        `After ${Math.round(timeoutMs / 1000)} s no value of the new column ${addedColumn.table}.${addedColumn.column.name} ` +
          `has reached PostgreSQL.`,
      );
    }
    await sleep(500);
  }
}

/** Ends the first capture instance; the connector must have gone over to the second. */
export async function retireFirstInstance(hospital: Hospital): Promise<void> {
  await hospital.source.batch(disableTable(addedColumn.table, captureInstance(addedColumn.table)));
}

function evolving(hospital: Hospital): LiveTable {
  const live = hospital.tables.get(addedColumn.table);
  if (live === undefined) throw new Error(`The hospital has no table ${addedColumn.table}.`);
  return live;
}
