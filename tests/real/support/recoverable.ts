import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { CliFailed, type CliRun, runCli } from '../../../sandbox/src/demo/cli.ts';
import { connectRest } from '../../../src/adapters/connect-rest.ts';
import { lsnHex } from '../../../src/connector/lsn.ts';
import { DATABASE } from './hospital.ts';
import { type FacilityWish, jsonOf, type PreparedFacility, prepareFacility } from './installed-facility.ts';
import { type Relay, relay } from './relay.ts';

/** A facility that streams, and whose losses can be made: its connector reaches SQL Server by a line of its own. */
export interface Recoverable extends PreparedFacility {
  /** Between the facility and SQL Server. */
  line: Relay;
  connect: ReturnType<typeof connectRest>;
  ask(...argv: string[]): Promise<CliRun>;
  /** Rows of a batch, as sysadmin. */
  rows<T>(batch: string): Promise<T[]>;
  /** A change of a patient is in the change table. @param where a condition on it */
  captured(where: string): Promise<void>;
  /** The retention has passed everything that was captured before the last transaction. */
  cleanUp(...instances: string[]): Promise<void>;
  /** Code of a check now, and after how many seconds it was told. */
  verdict(check: string): Promise<{ code: string; seconds: number }>;
  /** Word and codes of `status`, and after how many seconds it was told. */
  health(): Promise<{ word: string; codes: string[]; seconds: number }>;
  /** Connector and task. */
  states(): Promise<string>;
  /** Everything that was changed is sent, and Connect has stored that position. */
  stored(): Promise<void>;
  /** The stored position, as text. */
  position(): Promise<string>;
  until(what: string, seconds: number, holds: () => Promise<boolean>): Promise<void>;
  /** Names and modes of the files that hold positions of before. */
  saved(): Promise<{ name: string; mode: string; text: string }[]>;
}

/**
 * @param own the schema of `sql enable`, with heartbeat and signal table
 * @param more flags of `init`
 */
export async function installRecoverable(
  wish: FacilityWish,
  own = true,
  more: readonly string[] = [],
): Promise<Recoverable> {
  const prepared = await prepareFacility(wish);
  const { hospital, names, dir, flags, passwords } = prepared;
  const { host, port, user } = hospital.database;
  const line = await relay(host, { host, port });
  const remove = async () => {
    line.close();
    await prepared.remove();
  };
  const ask = (...argv: string[]) =>
    runCli([...argv, '--dir', dir], {}, () => {}).catch((error: unknown) => {
      if (error instanceof CliFailed) return error.run;
      throw error;
    });
  const connect = connectRest(`http://127.0.0.1:${wish.restPort}`);
  const rows = async <T>(batch: string) => {
    const pool = await hospital.standin.pool(DATABASE);
    try {
      return ((await pool.request().batch<T>(batch)).recordset ?? []) as T[];
    } finally {
      await pool.close();
    }
  };
  const until = async (what: string, seconds: number, holds: () => Promise<boolean>) => {
    for (const end = Date.now() + seconds * 1000; !(await holds()); await wait(300)) {
      if (Date.now() > end) throw new Error(`not in ${seconds} s: ${what}`);
    }
  };
  const position = async () => JSON.stringify((await connect.offsets(names.connector))?.[0]?.offset ?? null);
  const recoverable: Recoverable = {
    ...prepared,
    line,
    connect,
    ask,
    rows,
    until,
    position,
    remove,
    captured: (where) =>
      until('it is captured', 30, async () => {
        const found = await rows(`SELECT TOP (1) 1 AS one FROM cdc.dbo_Patients_CT WHERE ${where}`);
        return found.length > 0;
      }),
    cleanUp: async (...instances) => {
      const each = instances.map(
        (name) =>
          `EXEC sys.sp_cdc_cleanup_change_table @capture_instance = N'${name}', @low_water_mark = @mark;`,
      );
      await rows(`DECLARE @mark binary(10) = sys.fn_cdc_get_max_lsn(); ${each.join(' ')}`);
    },
    verdict: async (check) => {
      const began = Date.now();
      const run = await ask('doctor', '--only', check, '--json');
      const { checks } = jsonOf<{ checks: { id: string; verdict: { code: string } }[] }>(run);
      const code = checks.find(({ id }) => id === check)?.verdict.code ?? 'none';
      return { code, seconds: Math.round((Date.now() - began) / 100) / 10 };
    },
    health: async () => {
      const began = Date.now();
      const { health, findings } = jsonOf<{ health: string; findings: { code: string }[] }>(
        await ask('status', '--json'),
      );
      const seconds = Math.round((Date.now() - began) / 100) / 10;
      return { word: health, codes: findings.map(({ code }) => code), seconds };
    },
    states: async () => {
      const status = await connect.status(names.connector);
      return [status?.connector.state, ...(status?.tasks ?? []).map(({ state }) => state)].join(' ');
    },
    stored: () =>
      until('the last change is stored as the position', 75, async () => {
        const [last] = await rows<{ lsn: string }>(
          'SELECT CONVERT(varchar(24), MAX(start_lsn), 1) AS lsn FROM cdc.lsn_time_mapping WHERE tran_id <> 0x00',
        );
        const { commit_lsn: lsn } = JSON.parse(await position()) ?? {};
        return typeof lsn === 'string' && lsnHex(lsn) === last?.lsn;
      }),
    saved: async () => {
      const files = (await readdir(dir)).filter((name) => name.startsWith('offsets-'));
      return Promise.all(
        files.map(async (name) => ({
          name,
          mode: ((await stat(join(dir, name))).mode & 0o777).toString(8),
          text: await readFile(join(dir, name), 'utf8'),
        })),
      );
    },
  };
  try {
    if (own) {
      const dba = {
        SQL_DBA_USER: 'sa',
        SQL_DBA_PASS: hospital.standin.sa.password,
        DB_PASS: passwords.DB_PASS,
      };
      const where = ['--db-host', host, '--db-port', String(port), '--db-user', user, '--db-name', DATABASE];
      const trust = ['--db-trust-server-certificate', 'true'];
      await runCli(['sql', 'enable', '--apply', '--yes', ...where, ...trust], dba, () => {});
    }
    await hospital.dba(
      "EXEC sys.sp_cdc_change_job @job_type = N'capture', @pollinginterval = 1",
      "EXEC sys.sp_cdc_stop_job @job_type = N'capture'",
      "EXEC sys.sp_cdc_start_job @job_type = N'capture'",
    );
    const through = flags.with(flags.indexOf('--db-port') + 1, String(line.port));
    await runCli(['init', ...through, ...more], passwords, () => {});
    return recoverable;
  } catch (error) {
    await remove();
    throw error;
  }
}
