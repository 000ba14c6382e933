import { TsqlError } from '../../types.ts';
import { numberOf, type Procedure, parametersOf, textOf } from '../procedures/procedure.ts';
import { cdcSchema } from './change-log.ts';
import { moveLowWaterMark } from './cleanup.ts';
import { requireCdc, requireOwner, requireText } from './guards.ts';
import { harvest } from './harvest.ts';

/** sys.sp_cdc_scan: one pass of the capture job by hand, for a database whose job does not run. */
export const spScan: Procedure = {
  parameters: parametersOf(
    '@maxtrans int?; @maxscans int?; @continuous tinyint?; @pollinginterval bigint?; @is_from_job int?',
  ),
  async run(call) {
    requireOwner(call);
    requireCdc(call.database);
    const { client, engine } = call.batch.context;
    if (await engine.agent.isCapturing(call.database.id)) {
      throw new TsqlError(
        22903,
        "Another connection with session ID 1 is already running 'sp_replcmds' for Change Data Capture in the current database.",
      );
    }
    const source = { databaseId: call.database.id, database: call.database.name };
    const maxTransactions = numberOf(call, '@maxtrans') ?? 500;
    for (let scan = 0; scan < (numberOf(call, '@maxscans') ?? 10); scan += 1) {
      if ((await harvest(client, source, maxTransactions)).transactions === 0) break;
    }
    return 0;
  },
};

/** sys.sp_cdc_cleanup_change_table */
export const spCleanupChangeTable: Procedure = {
  parameters: parametersOf('@capture_instance sysname; @low_water_mark binary(10); @threshold bigint?'),
  async run(call) {
    requireOwner(call);
    requireCdc(call.database);
    const { client, catalogue } = call.batch.context;
    const name = requireText(textOf(call, '@capture_instance'), '@capture_instance');
    const instance = catalogue.captureInstance(call.database.id, name);
    if (!instance) {
      throw new TsqlError(
        22920,
        `The named capture instance ${name} does not exist for database ${call.database.name}.`,
      );
    }
    const lsn = call.values.get('@low_water_mark');
    if (!Buffer.isBuffer(lsn)) return 0;
    const known = await client.query(
      `SELECT FROM ${cdcSchema(call.database.name)}.lsn_time_mapping WHERE start_lsn = $1`,
      [lsn],
    );
    if (known.rowCount === 0) {
      throw new TsqlError(
        22964,
        `LSN 0x${lsn.toString('hex').toUpperCase()}, specified as the new low end point for change table cleanup must represent the start_lsn value of a current entry in the cdc.lsn_time_mapping table. Choose an LSN value that satisfies this requirement.`,
      );
    }
    const source = { databaseId: call.database.id, database: call.database.name };
    await moveLowWaterMark(client, source, lsn, instance.changeTable.id);
    return 0;
  },
};
