import type { Clock } from '../../adapters/clock.ts';
import type { SqlAnswer, SqlFailure, SqlServerPort } from '../../adapters/sqlserver-port.ts';
import type { FacilityCheck } from '../context.ts';
import type { Verdict } from '../types.ts';
import { fail, pass, unknown, warn } from '../verdicts.ts';
import { bracketed, cannotTell } from './answers.ts';

const ID = 'sql-canary';

const TABLE = 'clinicmaster_cdc.heartbeat';
const POLL_MS = 1000;
const PROMPT_MS = 30_000;
/** Ends the waiting while there is time to hand over what was seen. */
const PATIENCE_MS = 75_000;

export type CanaryFacts = {
  /** The heartbeat table and its capture instance; null where there is none. */
  there: SqlAnswer<{ heartbeat_id: number | null; capture_instance: string | null }>;
  /** Null when nothing was written. */
  written: SqlAnswer<{ beat_no: number | string | null }> | null;
  /** Milliseconds until the row stood in the change table; null when it did not come. */
  seenMs: number | null;
  waitedMs: number;
  /** Why the change table could not be read. */
  refused: SqlFailure | null;
};

/**
 * One row is really written, captured and read back: the only proof that every link of change data capture works. The row is
 * ours, in our own table; no table of the hospital is touched.
 */
export const sqlCanary: FacilityCheck<CanaryFacts> = {
  id: ID,
  title: 'A row that is written now is captured',
  area: 'sqlserver',
  when: ['after-install', 'daily'],
  needs: ['sql-db-cdc-enabled'],
  timeoutMs: 80_000,
  deep: true,
  touches: `SQL Server: counts up the one row of ${TABLE}, a table of this program`,

  async probe({ sql, clock }, signal) {
    const there = await sql.query<{ heartbeat_id: number | null; capture_instance: string | null }>(
      `SELECT OBJECT_ID(N'clinicmaster_cdc.heartbeat') AS heartbeat_id,
              (SELECT MAX(ct.capture_instance) FROM cdc.change_tables AS ct
               WHERE ct.source_object_id = OBJECT_ID(N'clinicmaster_cdc.heartbeat')) AS capture_instance`,
      {},
      signal,
    );
    const instance = there.ok ? there.value[0]?.capture_instance : null;
    if (typeof instance !== 'string')
      return { there, written: null, seenMs: null, waitedMs: 0, refused: null };
    const written = await sql.query<{ beat_no: number | string | null }>(
      `UPDATE clinicmaster_cdc.heartbeat SET beat_at = SYSUTCDATETIME(), beat_no = beat_no + 1 WHERE id = 1;
       SELECT MAX(beat_no) AS beat_no FROM clinicmaster_cdc.heartbeat WHERE id = 1;`,
      {},
      signal,
    );
    const beat = written.ok ? (written.value[0]?.beat_no ?? null) : null;
    if (beat === null) return { there, written, seenMs: null, waitedMs: 0, refused: null };
    return { there, written, ...(await watch(sql, clock, instance, beat, signal)) };
  },

  judge({ there, written, seenMs, waitedMs, refused }, settings) {
    if (!there.ok)
      return cannotTell(ID, there.failure, grants(settings.database.name, settings.database.user));
    const row = there.value[0];
    if (row?.heartbeat_id == null || row.capture_instance === null)
      return notPrepared(row?.heartbeat_id == null);
    if (written === null || !written.ok) {
      const failure = written?.failure ?? { kind: 'other', message: 'nothing was written' };
      return cannotTell(ID, failure, grants(settings.database.name, settings.database.user));
    }
    if ((written.value[0]?.beat_no ?? null) === null) return notPrepared(true);
    if (refused !== null) {
      return cannotTell(ID, refused, grants(settings.database.name, settings.database.user));
    }
    const required = `captured within ${PROMPT_MS / 1000} s`;
    if (seenMs === null && waitedMs < PROMPT_MS) {
      return unknown(`${ID}-short`, 'There was no time to wait for the row.', {
        current: `not in the change table after ${Math.round(waitedMs / 1000)} s`,
        required,
        remedy: {
          text: 'Run this check alone.',
          commands: [`clinicmaster-cdc doctor --deep --only ${ID}`],
          who: 'you',
        },
      });
    }
    if (seenMs === null) {
      return fail(`${ID}-lost`, 'The row was written and not captured.', {
        current: `not in the change table after ${Math.round(waitedMs / 1000)} s`,
        required,
        remedy: {
          text: 'SQL Server Agent or the capture job stands still, or the job fails: the other checks of SQL Server tell which.',
          commands: ['clinicmaster-cdc doctor --only sqlserver'],
          who: 'dba',
        },
      });
    }
    const current = `captured after ${Math.round(seenMs / 1000)} s`;
    if (seenMs <= PROMPT_MS) return pass(current);
    return warn(`${ID}-slow`, 'Changes are captured late.', {
      current,
      required,
      remedy: {
        text: 'The capture job rests long, or has much to catch up with; see sql-jobs-exist and sql-scan-latency.',
        who: 'dba',
      },
    });
  },
};

/** Waits for the beat in the change table. The connection is free between two looks. */
async function watch(
  sql: SqlServerPort,
  clock: Clock,
  instance: string,
  beat: number | string,
  signal: AbortSignal,
): Promise<Pick<CanaryFacts, 'seenMs' | 'waitedMs' | 'refused'>> {
  const started = clock.now();
  for (;;) {
    const seen = await sql.query<{ seen: number }>(
      `SELECT COUNT(*) AS seen FROM cdc.${bracketed(`${instance}_CT`)} WHERE __$operation = 4 AND beat_no >= @beat`,
      { beat: String(beat) },
      signal,
    );
    const waitedMs = clock.now() - started;
    if (!seen.ok) return { seenMs: null, waitedMs, refused: signal.aborted ? null : seen.failure };
    if ((seen.value[0]?.seen ?? 0) > 0) return { seenMs: waitedMs, waitedMs, refused: null };
    if (waitedMs > PATIENCE_MS) return { seenMs: null, waitedMs, refused: null };
    try {
      await clock.sleep(POLL_MS, signal);
    } catch {
      return { seenMs: null, waitedMs, refused: null };
    }
  }
}

function grants(database: string, user: string): string[] {
  return [
    `USE ${bracketed(database)};`,
    `GRANT SELECT, UPDATE ON ${TABLE} TO ${bracketed(user)};`,
    `GRANT SELECT ON SCHEMA::[cdc] TO ${bracketed(user)};`,
  ];
}

function notPrepared(missing: boolean): Verdict {
  return unknown(`${ID}-not-prepared`, 'There is no heartbeat table to write to, or it is not captured.', {
    current: missing
      ? `${TABLE} is not there, is empty, or may not be seen`
      : `${TABLE} has no capture instance`,
    required: `${TABLE} with its one row, captured`,
    remedy: {
      text:
        'The DBA makes it, in a schema of our own; nothing of ClinicMaster is touched. It also keeps the position moving while ' +
        'the hospital is closed. Without it everything else works.',
      commands: ['clinicmaster-cdc sql enable'],
      who: 'dba',
    },
  });
}
