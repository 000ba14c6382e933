import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadSandbox, type Sandbox } from '../../sandbox/src/load.ts';
import { systemClock } from '../../src/adapters/clock.ts';
import type { ConnectPort } from '../../src/adapters/connect-port.ts';
import { hostFiles } from '../../src/adapters/files.ts';
import { facilityMemory } from '../../src/checks/memory.ts';
import type { Verdict } from '../../src/checks/types.ts';
import { facility } from '../unit/checks/fixtures.ts';
import { checkIn } from './support/facility-checks.ts';
import { DATABASE, enableTable, type Hospital, startHospital } from './support/hospital.ts';
import { runProgram } from './support/program.ts';

const STORAGE = 'checks_sqlserver_cdc';
const PATIENCE_MS = 20_000;

let hospital: Hospital;
let dir: string;
/** `commit_lsn` of the connector; undefined: the worker does not answer. */
let sandbox: Sandbox;
let position: string | undefined;

beforeAll(async () => {
  sandbox = await loadSandbox();
  hospital = await startHospital(STORAGE);
  dir = await mkdtemp(join(tmpdir(), 'seen-'));
  await hospital.dba(
    'EXEC sys.sp_cdc_enable_db',
    ...['Patients', 'Stock', 'AuditTrail'].map(enableTable),
    `EXEC sys.sp_cdc_change_job @job_type = N'capture', @pollinginterval = 0;
     EXEC sys.sp_cdc_stop_job @job_type = N'capture'; EXEC sys.sp_cdc_start_job @job_type = N'capture'`,
    `GRANT SELECT ON SCHEMA::[dbo] TO [cdc_reader]`,
  );
});

afterAll(async () => {
  await rm(dir, { recursive: true, force: true });
  await hospital?.remove();
});

const settings = () => {
  const database = { ...hospital.database, trustServerCertificate: false, ca: sandbox.ca };
  return facility({ database, messageKeyColumns: 'dbo.AuditTrail:At,What', dir });
};

async function run(...only: string[]) {
  const connect = {
    offsets: async () => {
      if (position === undefined) throw new Error('connect ECONNREFUSED');
      return [{ partition: { database: DATABASE }, offset: { commit_lsn: position } }];
    },
  } as unknown as ConnectPort;
  const memory = facilityMemory(hostFiles(), dir, systemClock);
  return await checkIn({ connect, memory }, settings(), { only, deep: true, deadlineMs: 90_000 });
}

const verdict = async (id: string): Promise<Verdict> => (await run(id)).verdict(id);
const code = async (id: string): Promise<string> => {
  const { outcome, code: what } = await verdict(id);
  return `${outcome} ${what}`;
};

/** Asks again until the check says so, because jobs work in the background. */
async function becomes(id: string, expected: string): Promise<Verdict> {
  for (const end = Date.now() + PATIENCE_MS; ; ) {
    const found = await verdict(id);
    if (`${found.outcome} ${found.code}` === expected) return found;
    if (Date.now() > end) throw new Error(`${id} stays ${found.outcome} ${found.code}: ${found.current}`);
    await systemClock.sleep(300);
  }
}

async function dbaRows<T>(text: string): Promise<T[]> {
  const pool = await hospital.standin.pool(DATABASE);
  try {
    return (await pool.request().batch<T>(text)).recordset as T[];
  } finally {
    await pool.close();
  }
}

/** The first half, as the checks' command does it with a DBA's login. */
async function handover(table: string): Promise<void> {
  const { host, port, user, password, name } = hospital.database;
  const env = {
    DB_HOST: host,
    DB_PORT: String(port),
    DB_USER: user,
    DB_PASS: password,
    DB_NAME: name,
    DB_TRUST_SERVER_CERTIFICATE: 'true',
    SQL_DBA_USER: hospital.standin.sa.user,
    SQL_DBA_PASS: hospital.standin.sa.password,
  };
  const ran = await runProgram(env, 'sql', 'handover', table, '--apply', '--yes', '--dir', dir);
  expect([ran.exit, ran.stderr]).toEqual([0, expect.any(String)]);
}

/** Newest captured LSN as Debezium writes it. */
async function newest(): Promise<string> {
  const [row] = await dbaRows<{ lsn: string }>(
    'SELECT CONVERT(varchar(24), sys.fn_cdc_get_max_lsn(), 2) AS lsn',
  );
  const digits = (row?.lsn ?? '').toLowerCase();
  return `${digits.slice(0, 8)}:${digits.slice(8, 16)}:${digits.slice(16)}`;
}

let patient = 0;

/** Writes a row and waits until it is captured. */
async function admit(): Promise<void> {
  patient += 1;
  await hospital.dba(`INSERT dbo.Patients (PatientNo, FullName) VALUES (${patient}, N'Akello')`);
  const [instance] = await dbaRows<{ name: string }>(
    "SELECT MAX(capture_instance) AS name FROM cdc.change_tables WHERE source_object_id = OBJECT_ID('dbo.Patients')",
  );
  for (const end = Date.now() + PATIENCE_MS; Date.now() < end; await systemClock.sleep(100)) {
    const rows = await dbaRows(`SELECT PatientNo FROM cdc.${instance?.name}_CT WHERE PatientNo = ${patient}`);
    if (rows.length > 0) return;
  }
  throw new Error('not captured in time');
}

describe('a login with the least rights', () => {
  test('may read no change: every check says so, with the GRANT, and claims nothing', async () => {
    const ids = [
      'sql-capture-instances',
      'sql-capture-fresh',
      'sql-capture-gap',
      'sql-canary',
      'sql-jobs-exist',
      'sql-scan-errors',
      'sql-scan-latency',
      'sql-disk-free',
    ];
    const checked = await run(...ids);
    for (const id of ids) {
      const { outcome, code: what, remedy } = checked.verdict(id);
      expect([id, outcome, what]).toEqual([id, 'unknown', `${id}-no-right`]);
      expect(remedy?.sql?.join('\n')).toContain('GRANT ');
    }
  });

  test('the printed GRANTs lift it, one after the other', async () => {
    for (const id of ['sql-capture-instances', 'sql-scan-errors', 'sql-jobs-exist', 'sql-disk-free']) {
      await hospital.paste((await verdict(id)).remedy?.sql);
      expect((await verdict(id)).outcome).not.toBe('unknown');
    }
    await hospital.dba(`EXEC sys.sp_cdc_change_job @job_type = N'cleanup', @retention = 20160`);
    await admit();
    position = await newest();
    const checked = await run('sqlserver');
    expect(checked.troubles()).toEqual([
      'warn sql-table-pk-unique-index',
      'fail sql-snapshot-isolation-off',
      'unknown sql-canary-not-prepared',
    ]);
    expect(checked.results.filter(({ verdict: { outcome } }) => outcome === 'skip')).toEqual([]);
  });

  test('the size of the log is known without any grant', async () => {
    await hospital.paste(['USE [master];', 'REVOKE VIEW SERVER STATE FROM [cdc_reader];']);
    expect(await code('sql-log-space')).toBe('pass ok');
    expect(await code('sql-disk-free')).toBe('unknown sql-disk-free-no-right');
    await hospital.paste(['USE [master];', 'GRANT VIEW SERVER STATE TO [cdc_reader];']);
  });
});

describe('the capture', () => {
  test('a canary is written, captured and read back', async () => {
    await hospital.dba(
      'CREATE SCHEMA clinicmaster_cdc',
      'CREATE TABLE clinicmaster_cdc.heartbeat (id int NOT NULL PRIMARY KEY, beat_no bigint NOT NULL, beat_at datetime2(3) NOT NULL)',
      'INSERT clinicmaster_cdc.heartbeat VALUES (1, 0, SYSUTCDATETIME())',
    );
    expect(await code('sql-canary')).toBe('unknown sql-canary-not-prepared');
    await hospital.dba(
      "EXEC sys.sp_cdc_enable_table @source_schema = N'clinicmaster_cdc', @source_name = N'heartbeat', @role_name = NULL, @supports_net_changes = 0",
    );
    const blind = await verdict('sql-canary');
    expect(blind.code).toBe('sql-canary-no-right');
    await hospital.paste(blind.remedy?.sql);
    expect(await code('sql-canary')).toBe('pass ok');
    const [row] = await dbaRows<{ beat_no: number }>('SELECT beat_no FROM clinicmaster_cdc.heartbeat');
    expect(Number(row?.beat_no)).toBe(1);
  });

  test('a stopped capture job is told; started again it is well', async () => {
    await hospital.dba(`EXEC sys.sp_cdc_stop_job @job_type = N'capture'`);
    const stopped = await verdict('sql-jobs-exist');
    expect(stopped.code).toBe('sql-jobs-exist-stopped');
    await hospital.paste(stopped.remedy?.sql);
    expect(await code('sql-jobs-exist')).toBe('pass ok');
  });

  test('a stopped Agent: its jobs stand still, and after an hour the capture is silent', async () => {
    await hospital.dba('EXEC standin.agent_stop');
    expect(await code('sql-jobs-exist')).toBe('fail sql-jobs-exist-stopped');
    await hospital.dba('UPDATE cdc.lsn_time_mapping SET tran_end_time = DATEADD(MINUTE, -20, tran_end_time)');
    expect(await code('sql-capture-fresh')).toBe('warn sql-capture-fresh-late');
    await hospital.dba('UPDATE cdc.lsn_time_mapping SET tran_end_time = DATEADD(MINUTE, -45, tran_end_time)');
    expect(await code('sql-capture-fresh')).toBe('fail sql-capture-fresh-stopped');
  });

  test('what waits for the capture job fills the log', async () => {
    await hospital.dba(`INSERT dbo.Patients VALUES (90001, N'waits')`);
    expect(await code('sql-log-space')).toBe('warn sql-log-space-held');
    await hospital.dba('EXEC standin.set_log_size @kb = 400');
    for (let row = 1; row <= 12; row += 1) {
      const list = Array.from({ length: 60 }, (_, at) => `(${90_001 + row * 60 + at}, N'${'x'.repeat(60)}')`);
      await hospital.dba(`INSERT dbo.Patients VALUES ${list.join(', ')}`);
    }
    const full = await verdict('sql-log-space');
    expect(full.code).toBe('sql-log-space-full');
    await hospital.dba('EXEC standin.agent_start');
    await becomes('sql-log-space', 'warn sql-log-space-filling');
    await hospital.dba('EXEC standin.set_log_size @kb = 524288');
    expect(await code('sql-log-space')).toBe('pass ok');
    await becomes('sql-capture-fresh', 'pass ok');
  });

  test('a row that waited long is seen in the latest scan', async () => {
    await hospital.dba('EXEC standin.agent_stop', `INSERT dbo.Patients VALUES (95001, N'late')`);
    await systemClock.sleep(2_000);
    await hospital.dba('EXEC standin.agent_start');
    await admit();
    expect((await verdict('sql-scan-latency')).outcome).toBe('pass');
  });

  test('a job that fails is told by number, never by its message', async () => {
    await hospital.dba(
      `EXEC standin.break_job @job_type = N'capture', @error_number = 2628, @message = N'Truncated value: ''Akello'''`,
    );
    const failing = await becomes('sql-scan-errors', 'fail sql-scan-errors-recent');
    expect(failing.summary).toContain('widened');
    expect(JSON.stringify(failing)).not.toContain('Akello');
    expect(await code('sql-scan-latency')).toBe('fail sql-scan-latency-failed');
    await hospital.dba(`EXEC standin.mend_job @job_type = N'capture'`);
    await admit();
    expect(await code('sql-scan-latency')).toBe('pass ok');
  });

  test('a cleanup that fails, a job switched off, a job that is gone: each with the statement that cures it', async () => {
    await hospital.dba(
      `EXEC standin.break_job @job_type = N'cleanup', @error_number = 1222`,
      `EXEC sys.sp_cdc_start_job @job_type = N'cleanup'`,
    );
    const failed = await becomes('sql-jobs-exist', 'fail sql-jobs-exist-cleanup');
    await hospital.dba(`EXEC standin.mend_job @job_type = N'cleanup'`);
    await hospital.paste(failed.remedy?.sql);
    await becomes('sql-jobs-exist', 'pass ok');

    await hospital.paste([
      `EXEC msdb.dbo.sp_update_job @job_name = N'cdc.${DATABASE}_capture', @enabled = 0`,
    ]);
    const off = await verdict('sql-jobs-exist');
    expect(off.code).toBe('sql-jobs-exist-disabled');
    await hospital.paste(off.remedy?.sql);
    expect(await code('sql-jobs-exist')).toBe('pass ok');

    await hospital.dba(`EXEC sys.sp_cdc_drop_job @job_type = N'cleanup'`);
    const gone = await verdict('sql-jobs-exist');
    expect(gone.code).toBe('sql-jobs-exist-missing');
    expect(await code('sql-retention')).toBe('skip sql-retention-no-cleanup');
    await hospital.paste(gone.remedy?.sql);
    expect((await run('sql-jobs-exist', 'sql-retention')).troubles()).toEqual([]);
  });

  test('a slow capture job is told', async () => {
    await hospital.dba(`EXEC sys.sp_cdc_change_job @job_type = N'capture', @pollinginterval = 600`);
    const slow = await verdict('sql-jobs-exist');
    expect(slow.code).toBe('sql-jobs-exist-slow');
    await hospital.paste(slow.remedy?.sql);
    await hospital.dba(`EXEC sys.sp_cdc_change_job @job_type = N'capture', @pollinginterval = 0;
      EXEC sys.sp_cdc_stop_job @job_type = N'capture'; EXEC sys.sp_cdc_start_job @job_type = N'capture'`);
    expect(await code('sql-jobs-exist')).toBe('pass ok');
  });
});

describe('retention and room', () => {
  test.each([
    [4320, 'fail sql-retention-short'],
    [10_080, 'warn sql-retention-short'],
    [20_160, 'pass ok'],
  ])('%i minutes', async (minutes, expected) => {
    await hospital.dba(`EXEC sys.sp_cdc_change_job @job_type = N'cleanup', @retention = ${minutes}`);
    expect(await code('sql-retention')).toBe(expected);
  });

  test.each([
    [102_400, 4_000, 'fail sql-disk-free-full'],
    [102_400, 9_000, 'fail sql-disk-free-full'],
    [102_400, 15_000, 'warn sql-disk-free-low'],
    [102_400, 61_440, 'pass ok'],
  ])('%i MB of disk, %i MB free', async (total, free, expected) => {
    await hospital.dba(`EXEC standin.set_disk @total_mb = ${total}, @free_mb = ${free}`);
    expect(await code('sql-disk-free')).toBe(expected);
  });

  test('a cleanup that does not keep up leaves old changes', async () => {
    expect(await code('sql-change-table-size')).toBe('pass ok');
    await hospital.dba(
      `UPDATE cdc.lsn_time_mapping SET tran_end_time = DATEADD(DAY, -17, tran_end_time)
       WHERE start_lsn = (SELECT MIN(start_lsn) FROM cdc.lsn_time_mapping)`,
    );
    expect(await code('sql-change-table-size')).toBe('warn sql-change-table-size-old');
    await hospital.dba(
      `UPDATE cdc.lsn_time_mapping SET tran_end_time = DATEADD(DAY, 17, tran_end_time)
       WHERE start_lsn = (SELECT MIN(start_lsn) FROM cdc.lsn_time_mapping)`,
    );
  });
});

describe('the tables change', () => {
  test('a new column is drift until a second instance is made; with two, a further change is stuck', async () => {
    await hospital.dba('ALTER TABLE dbo.Patients ADD Village nvarchar(40) NULL');
    const drift = await verdict('sql-schema-drift');
    expect(drift).toMatchObject({
      code: 'sql-schema-drift-columns',
      current: 'dbo.Patients.Village (new, not captured)',
    });
    await handover('dbo.Patients');
    expect(await code('sql-schema-drift')).toBe('pass ok');
    expect(await code('sql-capture-instances')).toBe('warn sql-capture-instances-two');
    await hospital.dba('ALTER TABLE dbo.Patients ADD Parish nvarchar(40) NULL');
    expect(await code('sql-capture-instances')).toBe('fail sql-capture-instances-blocked');
    await hospital.dba('ALTER TABLE dbo.Patients DROP COLUMN Parish');
    const two = await verdict('sql-capture-instances');
    expect(two.code).toBe('sql-capture-instances-two');
    // Both seen at one time: a handover, and no gap.
    expect(await code('sql-capture-gap')).toBe('pass ok');
    await hospital.dba(
      "EXEC sys.sp_cdc_disable_table @source_schema = N'dbo', @source_name = N'Patients', @capture_instance = N'dbo_Patients'",
    );
    expect((await run('sql-capture-instances', 'sql-capture-gap', 'sql-schema-drift')).troubles()).toEqual(
      [],
    );
  });

  test('a dropped column, an altered one, one left out on purpose', async () => {
    await hospital.dba(
      'ALTER TABLE dbo.AuditTrail ADD Who nvarchar(20) NULL',
      enableTwice('AuditTrail', 'a2'),
    );
    await hospital.dba(
      "EXEC sys.sp_cdc_disable_table @source_schema = N'dbo', @source_name = N'AuditTrail', @capture_instance = N'dbo_AuditTrail'",
      'ALTER TABLE dbo.AuditTrail ALTER COLUMN Who nvarchar(50) NULL',
    );
    expect(await code('sql-schema-drift')).toBe('warn sql-schema-drift-altered');
    await hospital.dba('ALTER TABLE dbo.AuditTrail DROP COLUMN Who');
    expect((await verdict('sql-schema-drift')).current).toBe('dbo.AuditTrail.Who (gone from the table)');
    await hospital.dba(
      "EXEC sys.sp_cdc_disable_table @source_schema = N'dbo', @source_name = N'AuditTrail', @capture_instance = N'all'",
      enableTwice('AuditTrail', 'a3', ", @captured_column_list = N'[At]'"),
    );
    expect(await verdict('sql-schema-drift')).toMatchObject({
      outcome: 'pass',
      current: 'not captured: dbo.AuditTrail.What',
    });
  });

  test('a key that is not captured', async () => {
    await hospital.dba(
      'CREATE TABLE dbo.Bills (BillNo int NOT NULL PRIMARY KEY, Amount money NULL)',
      enableTwice('Bills', 'dbo_Bills', ", @captured_column_list = N'Amount'"),
    );
    const missing = await verdict('sql-table-pk');
    expect(missing).toMatchObject({ code: 'sql-table-pk-not-captured', current: 'dbo.Bills.BillNo' });
    await handover('dbo.Bills');
    expect(await code('sql-table-pk')).toBe('warn sql-table-pk-unique-index');
    await hospital.dba(
      "EXEC sys.sp_cdc_disable_table @source_schema = N'dbo', @source_name = N'Bills', @capture_instance = N'dbo_Bills'",
    );
  });

  test('types: a large text is noted, an old large type warned of', async () => {
    await hospital.dba(
      'CREATE TABLE dbo.Notes (NoteNo int NOT NULL PRIMARY KEY, Body nvarchar(max) NULL, V rowversion)',
    );
    expect((await verdict('sql-column-types')).current).toBe(
      'without a limit of length: dbo.Notes.Body; rowversion: changes with every update, of no use elsewhere: dbo.Notes.V',
    );
    await hospital.dba('ALTER TABLE dbo.Notes ADD Scan image NULL');
    expect(await code('sql-column-types')).toBe('warn sql-column-types-old-large');
    expect(await code('sql-table-features')).toBe('pass ok');
    await hospital.dba('DROP TABLE dbo.Notes');
  });
});

describe('where the connector stands', () => {
  test('without an answer of the worker nothing is claimed', async () => {
    position = undefined;
    expect(await code('sql-offset-window')).toBe('skip sql-offset-window-position');
    position = await newest();
    expect(await code('sql-offset-window')).toBe('pass ok');
  });

  test('time passes: a warning at half of the retention, a failure at four fifths, idle told apart', async () => {
    await hospital.dba('EXEC standin.agent_stop');
    const at = `CONVERT(binary(10), '${hex(position)}', 1)`;
    const age = (minutes: number) =>
      hospital.dba(
        `UPDATE cdc.lsn_time_mapping SET tran_end_time = DATEADD(MINUTE, -${minutes}, tran_end_time) WHERE start_lsn <= ${at}`,
      );
    await hospital.dba('EXEC standin.agent_start');
    await admit();
    await hospital.dba('EXEC standin.agent_stop');
    await age(11_000);
    expect(await code('sql-offset-window')).toBe('warn sql-offset-window-behind');
    await age(6_000);
    const closing = await verdict('sql-offset-window');
    expect(closing.code).toBe('sql-offset-window-closing');
    await hospital.paste(closing.remedy?.sql);
    expect(await code('sql-offset-window')).toBe('pass ok');
    await hospital.dba(`EXEC sys.sp_cdc_change_job @job_type = N'cleanup', @retention = 20160`);
    // Nothing but idle marks after the position.
    await hospital.dba(`UPDATE cdc.lsn_time_mapping SET tran_id = 0x00 WHERE start_lsn > ${at}`);
    expect(await code('sql-offset-window')).toBe('warn sql-offset-window-idle');
    await hospital.dba(
      `UPDATE cdc.lsn_time_mapping SET tran_end_time = DATEADD(MINUTE, 17000, tran_end_time) WHERE start_lsn <= ${at}`,
      'EXEC standin.agent_start',
    );
  });

  test('the retention has passed over the position: the cleanup deleted what was not read', async () => {
    await forget();
    await admit();
    await admit();
    await hospital.dba(
      `DECLARE @mark binary(10) = sys.fn_cdc_get_max_lsn();
       EXEC sys.sp_cdc_cleanup_change_table @capture_instance = N'dbo_Patients_v2', @low_water_mark = @mark;
       EXEC sys.sp_cdc_cleanup_change_table @capture_instance = N'dbo_Stock', @low_water_mark = @mark;
       EXEC sys.sp_cdc_cleanup_change_table @capture_instance = N'a3', @low_water_mark = @mark;
       EXEC sys.sp_cdc_cleanup_change_table @capture_instance = N'dbo_Bills_v2', @low_water_mark = @mark;
       EXEC sys.sp_cdc_cleanup_change_table @capture_instance = N'clinicmaster_cdc_heartbeat', @low_water_mark = @mark`,
    );
    const [oldest] = await dbaRows<{ early: number }>(
      `SELECT COUNT(*) AS early FROM cdc.change_tables WHERE start_lsn <= CONVERT(binary(10), '${hex(position)}', 1)`,
    );
    expect(oldest?.early).toBe(0);
    const lost = await verdict('sql-offset-window');
    expect(lost).toMatchObject({ outcome: 'fail', code: 'sql-offset-window-lost' });
    // One finding for one cause.
    expect(await code('sql-capture-gap')).toBe('pass ok');
    position = await newest();
    // The connector has gone on behind the gap: what was lost stays told until somebody has dealt with it.
    expect(await code('sql-offset-window')).toBe('fail sql-offset-window-passed');
    await forget();
    expect(await code('sql-offset-window')).toBe('pass ok');
  });
});

function enableTwice(table: string, instance: string, more = ''): string {
  return `EXEC sys.sp_cdc_enable_table @source_schema = N'dbo', @source_name = N'${table}', @capture_instance = N'${instance}', @role_name = NULL, @supports_net_changes = 0${more}`;
}

/** Lets the checks note what is so now, as on the day of the installation. */
async function forget(): Promise<void> {
  await rm(join(dir, 'seen.json'), { force: true });
  expect((await verdict('sql-capture-gap')).summary).toContain('noted');
}

function hex(lsn: string | undefined): string {
  return `0x${(lsn ?? '').replaceAll(':', '')}`;
}

describe('what only shows as a difference', () => {
  const stock = (action: 'enable' | 'disable') =>
    action === 'enable'
      ? enableTable('Stock')
      : "EXEC sys.sp_cdc_disable_table @source_schema = N'dbo', @source_name = N'Stock', @capture_instance = N'all'";

  test('a capture dropped and made anew is told, and stays told until it is accepted', async () => {
    await forget();
    await hospital.dba(stock('disable'), stock('enable'));
    const lost = await verdict('sql-capture-gap');
    expect(lost.code).toBe('sql-capture-gap-lost');
    expect(lost.current).toContain('dbo.Stock: was dbo_Stock');
    await admit();
    position = await newest();
    expect(await code('sql-capture-gap')).toBe('fail sql-capture-gap-replaced');
    expect(await code('sql-capture-gap')).toBe('fail sql-capture-gap-replaced');
  });

  test('changes of one table that were cleaned up before they were read', async () => {
    await forget();
    await admit();
    await hospital.dba(
      `DECLARE @mark binary(10) = sys.fn_cdc_get_max_lsn();
       EXEC sys.sp_cdc_cleanup_change_table @capture_instance = N'dbo_Patients_v2', @low_water_mark = @mark`,
    );
    expect((await verdict('sql-capture-gap')).current).toContain('dbo.Patients: was dbo_Patients_v2');
    expect(await code('sql-offset-window')).toBe('pass ok');
    await rm(join(dir, 'seen.json'));
  });

  test('an older backup restored: the log went back and the database is another', async () => {
    position = await newest();
    const backup = hex(position);
    await admit();
    position = await newest();
    const ids = ['sql-lsn-regressed', 'sql-db-restored'];
    expect((await run(...ids)).troubles()).toEqual([]);
    await hospital.dba(
      `DECLARE @backup binary(10) = CONVERT(binary(10), '${backup}', 1); EXEC standin.restore_backup @lsn = @backup`,
    );
    expect((await run(...ids)).troubles()).toEqual([
      'fail sql-lsn-regressed-back',
      'fail sql-db-restored-changed',
    ]);
    expect((await verdict('sql-db-restored')).current).toContain('recovery fork');
    // The log grows past the old position: the stream goes on as if nothing had been.
    for (let more = 0; more < 3; more += 1) await admit();
    expect((await newest()) > (position ?? '')).toBe(true);
    expect((await run(...ids)).troubles()).toEqual([
      'fail sql-lsn-regressed-back',
      'fail sql-db-restored-changed',
    ]);
  });

  test('what was seen lies in a file for its owner alone; a damaged one is begun anew and told once', async () => {
    const path = join(dir, 'seen.json');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(JSON.parse(await readFile(path, 'utf8'))).toMatchObject({ version: 1 });
    await writeFile(path, '{"version":1,"seen":');
    expect(await code('sql-capture-gap')).toBe('warn sql-capture-gap-forgotten');
    expect(await code('sql-capture-gap')).toBe('pass ok');
  });

  test('the stand-in reported no fault of its own', () => {
    expect(hospital.standin.reports).toEqual([]);
  });
});
