import type { CheckContext } from '../context.ts';
import { positionOf, type Stored, storedPositions } from '../start/stored.ts';

/** Where the connector stands in SQL Server's log. */
export type Position = {
  /** `0x…`, 20 digits; null when it is not known. */
  lsn: string | null;
  /** Why it is not known. */
  why: string | null;
};

/** Six checks of one run ask for the same; the context is of one run. */
const asked = new WeakMap<CheckContext, Promise<Stored>>();

/**
 * The position that Connect has stored for this database: from the worker, or from Kafka where no worker answers, since what waits
 * for a stopped facility can be lost just the same. Never rejects: the checks of the worker say what is wrong with it.
 */
export async function storedPosition(context: CheckContext, signal: AbortSignal): Promise<Position> {
  const answer = asked.get(context) ?? storedPositions(context, signal);
  asked.set(context, answer);
  const stored = await answer;
  if (!stored.ok) return { lsn: null, why: stored.why };
  const lsn = positionOf(stored, context.settings.database.name)?.lsn ?? null;
  return lsn === null ? { lsn, why: 'the connector has stored no position yet' } : { lsn, why: null };
}
