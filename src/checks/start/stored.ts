import { positionsIn, positionsOf, type StoredPosition } from '../../connector/stored-position.ts';
import type { CheckContext } from '../context.ts';
import { timeLimit } from '../time-limit.ts';
import { askKafka } from '../two-views.ts';

/** The positions that Connect keeps for this facility, one for each database. */
export type Stored =
  | { ok: true; from: 'worker' | 'kafka'; positions: StoredPosition[] }
  /** Why nobody could tell. */
  | { ok: false; why: string };

/** A worker that has not answered by then is not asked any more: Kafka holds the same. */
const WORKER_MS = 1500;
/** Offsets to read at first. Each flush writes one record, so the newest are enough unless the database was changed. */
const FEW = 200;
const ALL = Number.MAX_SAFE_INTEGER;

/** From the worker where it runs, else from the topic in Kafka, which the facility's own user may read. Never rejects. */
export async function storedPositions(context: CheckContext, signal: AbortSignal): Promise<Stored> {
  const positions = await fromWorker(context, signal);
  return positions === undefined ? fromKafka(context, signal) : { ok: true, from: 'worker', positions };
}

/** The position in this database; SQL Server takes names of databases without regard to case. */
export function positionOf(stored: Stored, database: string): StoredPosition | undefined {
  if (!stored.ok) return undefined;
  return stored.positions.find((position) => position.database.toLowerCase() === database.toLowerCase());
}

async function fromWorker(
  { connect, names }: CheckContext,
  signal: AbortSignal,
): Promise<StoredPosition[] | undefined> {
  const offsets = await inTime(connect.offsets(names.connector), signal);
  // Another worker at this port, or one that does not know the connector yet, knows nothing of it.
  return offsets === undefined ? undefined : positionsOf(offsets);
}

/** What the worker answers; undefined when it does not, or too late. */
export async function inTime<T>(
  asked: Promise<T>,
  parent: AbortSignal,
  limitMs = WORKER_MS,
): Promise<T | undefined> {
  const limit = timeLimit(limitMs, parent);
  try {
    const late = new Promise<undefined>((settle) => {
      limit.signal.addEventListener('abort', () => settle(undefined), { once: true });
    });
    return await Promise.race([asked.catch(() => undefined), late]);
  } finally {
    limit.end();
  }
}

async function fromKafka(context: CheckContext, signal: AbortSignal): Promise<Stored> {
  const { names, settings } = context;
  const read = (count: number) =>
    askKafka(context, signal, (kafka) => kafka.newestRecords(names.topics.offsets, count, signal));
  let tail = await read(FEW);
  if (tail.ok && !tail.value.whole) {
    const positions = positionsIn(tail.value.records, names.connector);
    const found = positionOf({ ok: true, from: 'kafka', positions }, settings.database.name);
    if (found === undefined) tail = await read(ALL);
  }
  if (tail.ok)
    return { ok: true, from: 'kafka', positions: positionsIn(tail.value.records, names.connector) };
  const { broker, code, message, kind } = tail.failure;
  return kind === 'not-found'
    ? { ok: true, from: 'kafka', positions: [] }
    : { ok: false, why: `${broker}: ${code} ${message}` };
}
