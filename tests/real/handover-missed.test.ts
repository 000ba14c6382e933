import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CliFailed, type CliRun, runCli } from '../../sandbox/src/demo/cli.ts';
import { docker } from '../../sandbox/src/provision/docker.ts';
import { untilArrived } from './support/arrived-rows.ts';
import { type PreparedFacility, prepareFacility } from './support/installed-facility.ts';

/**
 * Debezium 3.6.1 goes over to one new capture instance with each change and keeps the others in its memory: its position and its
 * log tell that a table is done when it is not, and a restart in between leaves it with its old columns for ever.
 */

const CODE = 'HANDOVER-MISSED';
const TABLES = { Patients: ['PatientNo'], Stock: ['ItemCode'] };
/** The column that comes, by table. */
const NEW = { Patients: 'Village', Stock: 'Batch' } as const;

let facility: PreparedFacility;
let environment: Record<string, string>;
/** The table that Debezium did not get to; which one is its own affair. */
let missed: keyof typeof NEW;

const dba = (...batches: string[]) => facility.hospital.dba(...batches);
function ask(...argv: string[]): Promise<CliRun> {
  return runCli([...argv, '--dir', facility.dir], environment, () => {}).catch((error: unknown) => {
    if (error instanceof CliFailed) return error.run;
    throw error;
  });
}
async function did(...argv: string[]): Promise<string> {
  const { exitCode, output } = await ask(...argv);
  expect(exitCode, output).toBe(0);
  return output.replace(/\s+/g, ' ');
}
const handover = (...argv: string[]) => did('sql', 'handover', '--apply', '--yes', ...argv);
/** Why nothing is ended. */
async function refused(patience: string): Promise<string> {
  const { exitCode, output } = await ask('sql', 'handover', '--finish', '--patience', patience);
  expect(exitCode, output).toBe(3);
  return output.replace(/\s+/g, ' ');
}
async function log(): Promise<string> {
  const container = docker.getContainer(facility.names.container);
  return (await container.logs({ stdout: true, stderr: true })).toString();
}

beforeAll(async () => {
  facility = await prepareFacility({
    code: CODE,
    instance: 'handover-missed',
    restPort: 18821,
    storage: 'handover_missed',
    patient: 'Achen',
    heartbeatMs: 1000,
  });
  const { sa } = facility.hospital.standin;
  environment = { ...facility.passwords, SQL_DBA_USER: sa.user, SQL_DBA_PASS: sa.password };
  await runCli(['init', ...facility.flags], environment, () => {});
  await did('sql', 'enable', '--apply', '--yes');
  await dba("INSERT INTO dbo.Stock VALUES ('A1', 1)");
  expect(await untilArrived(facility.hospital, CODE, TABLES)).toEqual([]);
});

afterAll(() => facility?.remove());

test('position and log say that both tables are done; the history of tables says that one is not', async () => {
  await did('pause');
  const second = (table: string) =>
    `EXEC sys.sp_cdc_enable_table @source_schema = N'dbo', @source_name = N'${table}',
       @capture_instance = N'dbo_${table}_v2', @role_name = NULL, @supports_net_changes = 0`;
  await dba(
    // No beat of its own comes within the next five minutes.
    'UPDATE clinicmaster_cdc.heartbeat SET beat_at = SYSUTCDATETIME()',
    ...Object.entries(NEW).map(
      ([table, column]) => `ALTER TABLE dbo.${table} ADD ${column} nvarchar(40) NULL`,
    ),
    ...Object.keys(NEW).map(second),
    "INSERT INTO dbo.Stock VALUES ('A2', 2, N'B2')",
  );
  await did('resume');
  const why = await refused('60s');
  missed = why.includes('does not know Village yet') ? 'Patients' : 'Stock';
  expect(why).toContain(`dbo.${missed}: the connector does not know ${NEW[missed]} yet`);
  for (const table of Object.keys(NEW))
    expect(await log()).toContain(`Complete reading from change table Capture instance "dbo_${table}"`);
});

test('after a restart it reads by the old columns for ever; taken back and begun again, it goes over', async () => {
  await did('restart', '--container');
  await dba(
    "INSERT INTO dbo.Stock VALUES ('A3', 3, N'B3')",
    "INSERT INTO dbo.Patients VALUES (3, N'Apio', N'Kiwoko')",
  );
  await wait(3000);
  await dba(
    "INSERT INTO dbo.Stock VALUES ('A4', 4, N'B4')",
    "INSERT INTO dbo.Patients VALUES (4, N'Adong', N'Atiak')",
  );
  const left = missed === 'Patients' ? ['Patients 3', 'Patients 4'] : ['Stock A2', 'Stock A3', 'Stock A4'];
  await expect
    .poll(() => untilArrived(facility.hospital, CODE, { [missed]: TABLES[missed] }, 0), { timeout: 60_000 })
    .toEqual(left);
  expect(await refused('1s')).toContain(`does not know ${NEW[missed]} yet`);

  // An hour later nothing else would show it.
  await dba('UPDATE cdc.change_tables SET create_date = DATEADD(HOUR, -2, create_date)');
  const { exitCode, output } = await ask('doctor', '--deep', '--only', 'stream-columns', '--json');
  await dba('UPDATE cdc.change_tables SET create_date = DATEADD(HOUR, 2, create_date)');
  expect(exitCode).toBe(3);
  expect(output).toContain(`"code": "stream-columns-missed"`);
  expect(output).toContain(`"current": "dbo.${missed}: ${NEW[missed]}"`);

  expect(await handover('--undo', `dbo.${missed}`)).toContain(`Take dbo_${missed}_v2 back`);
  const other = missed === 'Patients' ? 'Stock' : 'Patients';
  expect(await handover()).toContain(`End dbo_${other}:`);
  expect(await handover()).toContain(`Capture dbo.${missed} as it is now`);
  expect(await handover('--patience', '2m')).toContain(`End dbo_${missed}:`);
  await did('snapshot', ...Object.keys(NEW).map((table) => `dbo.${table}`), '--yes', '--no-follow');
  expect(await untilArrived(facility.hospital, CODE, TABLES, 60_000)).toEqual([]);
});
