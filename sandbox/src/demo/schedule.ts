import { type Counts, KINDS } from './operations.ts';
import { DEFAULT_ROWS } from './options.ts';

/** Rows by kind of change that one facility commits in each part of the demo. */
export interface Schedule {
  /** All is well. */
  calm: Counts;
  /** A container is killed and the broker restarts. */
  storm: Counts;
  /** With a column more (at one facility). */
  evolved: Counts;
  /** After the old capture instance is gone. */
  last: Counts;
}

/** What both facilities together commit in a full run; the issue asks for 2,000 of each kind. */
const FULL: Counts = { insert: 2_800, update: 2_600, delete: 2_200, move: 2_200 };
const FEWEST = 160;
const PARTS = { calm: 0.35, storm: 0.4, evolved: 0.15, last: 0.1 } as const;

/** @param rows rows in both databases at the start: fewer rows, fewer changes */
export function scheduleFor(rows: number): Schedule {
  const factor = Math.min(1, rows / DEFAULT_ROWS);
  const part = (share: number): Counts => {
    const counts = {} as Counts;
    for (const kind of KINDS) counts[kind] = Math.ceil((Math.max(FEWEST, FULL[kind] * factor) * share) / 2);
    return counts;
  };
  return {
    calm: part(PARTS.calm),
    storm: part(PARTS.storm),
    evolved: part(PARTS.evolved),
    last: part(PARTS.last),
  };
}
