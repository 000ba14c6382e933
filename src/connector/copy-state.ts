import { lsnHex } from './lsn.ts';
import { CHUNK_READ, type CopyRequest, parsedId } from './signals.ts';

/** What is known of copies at one moment. */
export interface CopyFacts {
  /** The last one that this program asked for. */
  request: CopyRequest | null;
  /** The last pause, resume or stop after it. */
  control: string | null;
  /** Chunks marked as read, ever. */
  chunksRead: number;
  /** The last signal that SQL Server has captured; null while it has captured none. */
  captured: { type: string; lsn: string } | null;
  /** The position that Connect has stored; null while there is none. */
  offset: Record<string, unknown> | null;
  /** When the container was started, in milliseconds since 1970; null where it does not run. */
  runningSince: number | null;
  /** The hours of the first copy: whether they are now, and since when; null where it has none. */
  hours: { open: boolean; since: number } | null;
}

/**
 * `asked`: the connector has not taken it up yet; `finishing`: everything is read, and the stored position does not say so
 * yet.
 */
export type CopyPhase =
  | 'none'
  | 'asked'
  | 'copying'
  | 'paused'
  | 'finishing'
  | 'finished'
  | 'stopped'
  | 'foreign';

export interface CopyState {
  phase: CopyPhase;
  request: CopyRequest | null;
  /** Chunks of this copy that were read. */
  read: number;
  /** From 0 to 100; 100 only when the connector's own stored position says that nothing is left. */
  percent: number;
  /** Rows that were read, at most; from whole chunks. */
  rows: number;
}

/** The stored position is one of a first copy that is not complete. A copy of single tables beside the stream is marked there, too. */
export function isFirstCopy(offset: Record<string, unknown> | null): boolean {
  const { snapshot, snapshot_completed: completed } = offset ?? {};
  return snapshot != null && snapshot !== false && snapshot !== 'INCREMENTAL' && completed !== true;
}

/** The tables that a stored position still has to copy: `dbo.Visits`; empty when no copy is under way. */
export function outstanding(offset: Record<string, unknown> | null): string[] {
  const text = offset?.incremental_snapshot_collections;
  if (typeof text !== 'string') return [];
  try {
    const entries = JSON.parse(text) as { incremental_snapshot_collections_id?: string }[];
    return entries.map(({ incremental_snapshot_collections_id: id = '' }) =>
      id.replace(/^\[.*?\]\.\[(.*?)\]\.\[(.*)\]$/, '$1.$2'),
    );
  } catch {
    return ['?'];
  }
}

/**
 * How far the copy is. Progress is counted in Debezium's own marks, one row in the signal table for each chunk, because they
 * are there at once; the end is believed only when the connector's stored position has passed the last mark and names no
 * copy: then everything before it has reached Kafka.
 */
export function copyState(facts: CopyFacts, chunkRows: number): CopyState {
  const { request, offset, chunksRead } = facts;
  const underWay = outstanding(offset).length > 0;
  if (request === null || isOther(offset, request, facts)) {
    return { phase: underWay ? 'foreign' : 'none', request, read: 0, percent: 0, rows: 0 };
  }
  const read = Math.max(0, chunksRead - request.before);
  const state = (phase: CopyPhase, percent: number): CopyState => ({
    phase,
    request,
    read,
    percent,
    rows: phase === 'finished' ? request.rows : Math.min(request.rows, read * chunkRows),
  });
  const percent = Math.min(99, Math.floor((100 * read) / Math.max(1, request.chunks)));
  const told = facts.control === null ? undefined : parsedId(facts.control);
  // A chunk is read after its request was captured: where nothing captured is left, SQL Server's retention has passed since.
  const cleaned = facts.captured === null && read > 0;
  const passed = !underWay && (cleaned || hasPassed(facts));
  if (told?.what === 'stop') return state(passed ? 'stopped' : 'finishing', percent);
  if (read === 0) return state('asked', 0);
  if (passed && facts.captured?.type === CHUNK_READ) return state('finished', 100);
  if (passed && cleaned) return read >= request.chunks ? state('finished', 100) : state('stopped', percent);
  // The container pauses and resumes it by the clock.
  if (request.kind === 'first' && facts.hours !== null && read < request.chunks) {
    const { open, since } = facts.hours;
    const byHand = told?.what === 'pause' && told.at >= since;
    return state(open && !byHand ? 'copying' : 'paused', percent);
  }
  // Debezium forgets a pause when its task starts again, and goes on.
  const forgotten = facts.runningSince !== null && told !== undefined && facts.runningSince > told.at;
  if (told?.what === 'pause' && !forgotten) return state('paused', percent);
  return state(read >= request.chunks ? 'finishing' : 'copying', percent);
}

/** A copy that somebody else asked for after ours. */
function isOther(offset: Record<string, unknown> | null, request: CopyRequest, facts: CopyFacts): boolean {
  const id = offset?.incremental_snapshot_correlation_id;
  if (typeof id !== 'string' || id === request.id) return false;
  // An older copy of ours stands in a position that is stored every half minute only.
  const other = parsedId(id);
  return other === undefined && facts.chunksRead > request.before;
}

/** The stored position is at or behind the last signal that was captured. */
function hasPassed({ captured, offset }: CopyFacts): boolean {
  const position = typeof offset?.commit_lsn === 'string' ? lsnHex(offset.commit_lsn) : undefined;
  return captured !== null && position !== undefined && position >= captured.lsn;
}
