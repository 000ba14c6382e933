import { TsqlError } from '../../types.ts';
import type { Database } from '../catalogue/model.ts';
import type { ProcedureCall } from '../procedures/procedure.ts';

/** Refusals that the CDC procedures share, with SQL Server's numbers and wording. */

export function requireSysadmin(call: ProcedureCall): void {
  if (call.batch.context.authority.isSysadmin) return;
  throw new TsqlError(
    22902,
    'Caller is not authorized to initiate the requested action. Sysadmin privileges are required.',
  );
}

export function requireOwner(call: ProcedureCall): void {
  if (call.batch.context.authority.isDbOwner(call.database.id)) return;
  throw new TsqlError(
    22904,
    'Caller is not authorized to initiate the requested action. DBO privileges are required.',
  );
}

/** @throws TsqlError 22901. */
export function requireCdc(database: Database): void {
  if (database.isCdcEnabled) return;
  throw new TsqlError(
    22901,
    `The database '${database.name}' is not enabled for Change Data Capture. Ensure that the correct database context is set and retry the operation. To report on the databases enabled for Change Data Capture, query the is_cdc_enabled column in the sys.databases catalog view.`,
  );
}

/** @throws TsqlError 22963 for an empty parameter. */
export function requireText(value: string | undefined, name: string): string {
  if (value !== undefined && value !== '') return value;
  throw new TsqlError(
    22963,
    `Parameter '${name}' cannot be null or empty. Specify a value for the named parameter and retry the operation.`,
  );
}

export const sourceMissing = (schema: string, table: string) =>
  new TsqlError(
    22931,
    `Source table '${schema}.${table}' does not exist in the current database. Ensure that the correct database context is set. Specify a valid schema and table name for the database.`,
  );

export const notCaptured = (schema: string, table: string) =>
  new TsqlError(
    22985,
    `Change data capture has not been enabled for source table '${schema}.${table}'. Specify the name of a table enabled for Change Data Capture. To report on the tables enabled for Change Data Capture, query the is_tracked_by_cdc column in the sys.tables catalog view.`,
  );
