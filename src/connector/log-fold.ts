import type { LogEntry } from './worker-log.ts';

/** An entry and those like it that came soon after. */
export interface FoldedEntry<E extends LogEntry = LogEntry> {
  /** The first one. */
  entry: E;
  count: number;
  /** When the last one came. */
  lastAt: string;
}

/** After such a silence the same message is news again. */
const SILENCE_MS = 600_000;
/** While a log is followed, this often it is said how many were folded. */
const REPORT_MS = 60_000;

/**
 * Folds entries that say the same, whatever stands between them: a worker that tries again logs several entries in turn. They say the
 * same when they differ in numbers alone. Order: by the first of each.
 */
export interface Fold<E extends LogEntry> {
  push(entry: E): void;
  groups(): FoldedEntry<E>[];
}

export function storedFold<E extends LogEntry>(): Fold<E> {
  const open = new Map<string, FoldedEntry<E>>();
  const folded: FoldedEntry<E>[] = [];
  return {
    push(entry) {
      const shape = shapeOf(entry);
      const known = open.get(shape);
      if (known !== undefined && apart(known.lastAt, entry.at) <= SILENCE_MS) {
        known.count++;
        known.lastAt = entry.at;
        return;
      }
      const first = { entry, count: 1, lastAt: entry.at };
      open.set(shape, first);
      folded.push(first);
    },
    groups: () => folded,
  };
}

/** Nothing is folded: each entry is a group of its own, and only the last ones are kept. */
export function lastOnes<E extends LogEntry>(most: number): Fold<E> {
  const kept: FoldedEntry<E>[] = [];
  return {
    push(entry) {
      kept.push({ entry, count: 1, lastAt: entry.at });
      if (kept.length > most) kept.shift();
    },
    groups: () => kept,
  };
}

/** While a log is followed. */
export interface LiveFold {
  /** What is to be shown for this entry: itself, a report of how many were folded, or nothing. */
  push(entry: LogEntry): { show: LogEntry } | { report: FoldedEntry } | undefined;
  /** Reports that are still owed. */
  flush(): FoldedEntry[];
}

export function liveFold(): LiveFold {
  type Run = { entry: LogEntry; count: number; reportedAt: string; lastAt: string };
  const runs = new Map<string, Run>();
  const report = (run: Run): FoldedEntry => {
    // Of those since the last report alone.
    const folded = { entry: { ...run.entry, at: run.reportedAt }, count: run.count, lastAt: run.lastAt };
    run.count = 0;
    run.reportedAt = run.lastAt;
    return folded;
  };
  return {
    push(entry) {
      const shape = shapeOf(entry);
      const run = runs.get(shape);
      if (run === undefined || apart(run.lastAt, entry.at) > SILENCE_MS) {
        runs.set(shape, { entry, count: 0, reportedAt: entry.at, lastAt: entry.at });
        return { show: entry };
      }
      run.count++;
      run.lastAt = entry.at;
      return apart(run.reportedAt, entry.at) < REPORT_MS ? undefined : { report: report(run) };
    },
    flush: () => [...runs.values()].filter(({ count }) => count > 0).map(report),
  };
}

function apart(from: string, to: string): number {
  return Date.parse(to) - Date.parse(from);
}

/** The same for entries that differ in numbers, identities and positions alone, or in what wraps their innermost cause. */
function shapeOf({ level, logger, message, more }: LogEntry): string {
  const cause = more.findLast((line) => !/^\s+at |^\s*\.\.\. \d+|^\s*$/.test(line)) ?? '';
  const text = [level, logger, message, cause.replace(/^Caused by: /, '')].join('\n');
  return text.replace(/\b(?:0x)?[\da-f]*\d[\da-f]*\b|\d+/gi, '#');
}
