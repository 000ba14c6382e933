import { TsqlError } from '../../types.ts';
import {
  cdcSchema,
  changeTablesOf,
  HARVEST_LOCK,
  lockText,
  logSchema,
  stagingTable,
} from '../cdc/change-log.ts';
import { requireCdc } from '../cdc/guards.ts';
import { jobTypeOf } from '../cdc/job-settings.ts';
import { notAllowed } from '../errors.ts';
import { literal } from '../postgres/quote.ts';
import { numberOf, type Procedure, type ProcedureCall, parametersOf, textOf } from './procedure.ts';

/** What goes wrong at hospitals, for tests: procedures of schema `standin`, which no SQL Server has. Sysadmins only. */

function requireTester(call: ProcedureCall): void {
  if (!call.batch.context.authority.isSysadmin) throw notAllowed();
}

/** `EXEC standin.break_job @job_type, @error_number, @message`: from now on each run of the job fails with that error. */
export const spBreakJob: Procedure = {
  parameters: parametersOf('@job_type nvarchar(20); @error_number int; @message nvarchar(1000)?'),
  async run(call) {
    requireTester(call);
    await call.batch.context.client.query(
      'UPDATE standin.job SET fault_number = $3, fault_message = $4 WHERE database_id = $1 AND job_type = $2',
      [
        call.database.id,
        jobTypeOf(textOf(call, '@job_type')),
        numberOf(call, '@error_number'),
        textOf(call, '@message') ?? 'A fault of the stand-in.',
      ],
    );
    return 0;
  },
};

/** `EXEC standin.mend_job @job_type`: takes the fault away. */
export const spMendJob: Procedure = {
  parameters: parametersOf('@job_type nvarchar(20)'),
  async run(call) {
    requireTester(call);
    await call.batch.context.client.query(
      'UPDATE standin.job SET fault_number = NULL, fault_message = NULL WHERE database_id = $1 AND job_type = $2',
      [call.database.id, jobTypeOf(textOf(call, '@job_type'))],
    );
    return 0;
  },
};

/** `EXEC standin.set_disk @total_mb, @free_mb`: what sys.dm_os_volume_stats says of the one volume. */
export const spSetDisk: Procedure = {
  parameters: parametersOf('@total_mb bigint; @free_mb bigint'),
  async run(call) {
    requireTester(call);
    for (const name of ['total_mb', 'free_mb']) {
      await call.batch.context.client.query('UPDATE standin.knob SET value = $2 WHERE name = $1', [
        `disk_${name}`,
        String(numberOf(call, `@${name}`)),
      ]);
    }
    return 0;
  },
};

/** `EXEC standin.set_log_size @kb`: size of this database's log file; how much of it is used is measured. */
export const spSetLogSize: Procedure = {
  parameters: parametersOf('@kb bigint'),
  async run(call) {
    requireTester(call);
    await call.batch.context.client.query(
      'UPDATE standin.database SET log_bytes = $2 * 1024 WHERE database_id = $1',
      [call.database.id, numberOf(call, '@kb')],
    );
    return 0;
  },
};

/**
 * `EXEC standin.restore_backup @lsn`: what RESTORE … WITH KEEP_CDC of an older backup does to CDC. Everything captured after
 * that LSN is gone, LSNs are given out anew from there, the database has a new creation date and recovery fork, and msdb
 * remembers the restore. The rows of the hospital's own tables stay as they are.
 * @throws TsqlError 3201 when a capture instance is younger than the backup.
 */
export const spRestoreBackup: Procedure = {
  parameters: parametersOf('@lsn binary(10)'),
  async run(call) {
    requireTester(call);
    requireCdc(call.database);
    const { context, sink } = call.batch;
    const lsn = call.values.get('@lsn');
    if (!Buffer.isBuffer(lsn)) return 0;
    await context.change(sink, () => restore(call, lsn));
    return 0;
  },
};

async function restore(call: ProcedureCall, lsn: Buffer): Promise<void> {
  const { client, login } = call.batch.context;
  const { id, name } = call.database;
  const log = logSchema(name);
  await client.query(lockText(HARVEST_LOCK, id));
  const instances = await client.query<{ object_id: number; change_table: string; younger: boolean }>(
    `SELECT object_id, standin.physical_table(object_id) AS change_table, start_lsn > $1 AS younger FROM ${changeTablesOf(name)}`,
    [lsn],
  );
  if (instances.rows.some((instance) => instance.younger)) {
    throw new TsqlError(3201, 'A capture instance is younger than that backup; give a later LSN.');
  }
  for (const instance of instances.rows) {
    await client.query(`DELETE FROM ${instance.change_table} WHERE "__$start_lsn" > $1`, [lsn]);
    await client.query(`TRUNCATE ${stagingTable(name, instance.object_id)}`);
  }
  await client.query(`TRUNCATE ${log}.transaction`);
  await client.query(`DELETE FROM ${cdcSchema(name)}.lsn_time_mapping WHERE start_lsn > $1`, [lsn]);
  await client.query(
    `SELECT setval(${literal(`${log}.lsn`)}, ('x' || encode(substr($1::bytea, 5, 4), 'hex'))::bit(32)::bigint)`,
    [lsn],
  );
  await client.query(
    'UPDATE standin.database SET create_date = now(), recovery_fork_guid = gen_random_uuid() WHERE database_id = $1',
    [id],
  );
  await client.query('INSERT INTO standin.restore (destination_database_name, user_name) VALUES ($1, $2)', [
    name,
    login.name,
  ]);
}
