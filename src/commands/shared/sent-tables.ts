import type { SqlServerPort } from '../../adapters/sqlserver-port.ts';
import type { CheckContext } from '../../checks/context.ts';
import { sqlCaptureGap } from '../../checks/sqlserver/sql-capture-gap.ts';
import { positionOf, storedPositions } from '../../checks/start/stored.ts';
import { qualified } from '../../connector/table-selection.ts';
import { hasSent, type Release } from '../../connector/tsql/release.ts';
import type { Context } from '../../context.ts';
import { CliError } from '../../errors.ts';
import { lastChange, latestBeat } from '../../install/database/last-change.ts';
import type { FacilitySettings } from '../../settings/facility.ts';
import { captureUnseen } from './captured.ts';
import { withCheckContext } from './checked.ts';
import { lookerConnection, type Target } from './database.ts';

const PAUSE_MS = 2000;

/**
 * Waits until the stored position is behind the last change of each instance.
 * @throws CliError where it is not in time, or nobody can tell
 */
export async function untilSent(
  instances: readonly Omit<Release, 'last'>[],
  settings: FacilitySettings,
  target: Target,
  patienceMs: number,
  context: Context,
): Promise<Release[]> {
  if (instances.length === 0) return [];
  const { out, signal } = context;
  const step = out.step('Everything of these tables is sent');
  let unsent: string | undefined;
  try {
    const sent = await inPatience(settings, target, patienceMs, context, async (sql, checkContext) => {
      if (unsent !== undefined) step.update(unsent);
      const looked = await Promise.all(
        instances.map(async (one) => {
          const last = await lastChange(sql, one.instance.name, signal);
          if (!last.ok) throw captureUnseen('release', last.failure);
          return { ...one, last: last.value };
        }),
      );
      unsent = await unsentOf(looked, checkContext, signal);
      if (unsent !== undefined) return undefined;
      // It notes how they are captured now, so that the gap is seen when they are captured again.
      await sqlCaptureGap.probe(checkContext, signal);
      return looked;
    });
    if (sent === undefined) throw unsentChanges(unsent ?? '');
    step.succeed('by the position that Connect has stored');
    return sent;
  } catch (error) {
    step.fail();
    throw error;
  }
}

/**
 * Waits until the connector has passed the heartbeat row as it stands now: then it goes on without what was ended before that. Where
 * it does not in time, that is told and nothing more.
 * @param heartbeat the capture instance of the row
 */
export async function untilGoneOn(
  heartbeat: string,
  settings: FacilitySettings,
  target: Target,
  patienceMs: number,
  context: Context,
): Promise<void> {
  const { out, signal } = context;
  const step = out.step('The connector goes on without them');
  const passed = await inPatience(settings, target, patienceMs, context, async (sql, checkContext) => {
    const beat = await latestBeat(sql, heartbeat, signal);
    const position = positionOf(await storedPositions(checkContext, signal), settings.database.name);
    return beat.ok && beat.value !== undefined && hasSent(position, beat.value) ? true : undefined;
  });
  if (passed) step.succeed('by the position that Connect has stored');
  else step.warn('not yet; before anything else, wait until status is healthy or names these tables alone');
}

/** Looks again and again until something is found or the time is up; then undefined. */
async function inPatience<T>(
  settings: FacilitySettings,
  target: Target,
  patienceMs: number,
  context: Context,
  look: (sql: SqlServerPort, checkContext: CheckContext) => Promise<T | undefined>,
): Promise<T | undefined> {
  const { clock, signal } = context;
  return withCheckContext(settings, context, async (checkContext) => {
    const sql = await lookerConnection(target, context);
    try {
      for (const end = clock.now() + patienceMs; ; await clock.sleep(PAUSE_MS, signal)) {
        const found = await look(sql, checkContext);
        if (found !== undefined || clock.now() >= end) return found;
      }
    } finally {
      await sql.close();
    }
  });
}

/** Why something may be lost; undefined where everything is sent. */
async function unsentOf(
  looked: readonly Release[],
  checkContext: CheckContext,
  signal: AbortSignal,
): Promise<string | undefined> {
  const stored = await storedPositions(checkContext, signal);
  if (!stored.ok) return `the position is not known: ${stored.why}`;
  const position = positionOf(stored, checkContext.settings.database.name);
  const behind = looked.filter(({ last }) => !hasSent(position, last));
  if (behind.length === 0) return undefined;
  const names = behind.map(({ table, last }) => `${qualified(table)} (last change ${last.lsn})`);
  return `the stored position ${position?.lsn ?? '(none)'} is before the end of ${names.join(', ')}`;
}

function unsentChanges(why: string): CliError {
  return new CliError(
    'sql.release-unsent',
    'Not everything of these tables is sent: their capture stays. Nothing was done.',
    {
      seen: why,
      needed:
        'A connector that runs, and nobody who works in ClinicMaster. Its position is stored up to half a minute after the last change.',
      commands: ['clinicmaster-cdc status', 'clinicmaster-cdc sql release --help'],
    },
  );
}
