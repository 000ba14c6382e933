import { qualified } from '../../connector/table-selection.ts';
import type { Who } from '../../errors.ts';
import type { ChangeSize } from './change-size.ts';
import type { JudgedTable } from './judged.ts';

/** Why a table cannot be copied while it streams, and what must come first. */
export interface CopyObstacle {
  table: string;
  why: string;
  todo: string;
  commands: readonly string[];
  who: Who;
}

/**
 * A chunk is held in the worker's memory until the window around it is closed. Java needs about twice its length as JSON,
 * of a heap of 384 MB that does other things, too.
 */
const CHUNK_MEMORY = 96e6;

/** Debezium reads a name in a signal only where it needs no brackets (seen: it passes over it, with a warning in its log). */
const PLAIN_NAME = /^[\p{L}_][\p{L}\p{M}\p{N}_$#@]*$/u;

/** Why Debezium would pass over a table or copy it for nothing; undefined when nothing stands in the way. */
export function copyObstacle(
  judged: JudgedTable,
  size: ChangeSize | null,
  chunkRows: number,
): CopyObstacle | undefined {
  const { schema, table, streams, captured, key } = judged;
  const name = qualified(judged);
  const obstacle = (why: string, todo: string, commands: string[], who: Who = 'you'): CopyObstacle => ({
    table: name,
    why,
    todo,
    commands,
    who,
  });
  if (schema !== 'dbo') {
    return obstacle('is not in schema dbo', 'Nothing: only tables of dbo reach the warehouse.', []);
  }
  if (!streams) {
    return obstacle('is left out', 'Let it stream first.', [
      `clinicmaster-cdc tables --stream ${name}`,
      'clinicmaster-cdc init',
    ]);
  }
  if (captured === 'no' || captured === 'ending') {
    return obstacle(
      captured === 'no' ? 'is not captured' : 'is about to be captured no more',
      'Have it captured first. A copy alone would stand still from then on, without an error.',
      ['clinicmaster-cdc sql enable'],
      'dba',
    );
  }
  if (key.kind === 'none') {
    return obstacle('has no key', 'Name the columns that identify a row. A copy goes along them.', [
      `clinicmaster-cdc tables --key ${name}:COLUMN,COLUMN`,
      'clinicmaster-cdc init',
    ]);
  }
  if (!PLAIN_NAME.test(table)) {
    return obstacle(
      'has a name with other characters than letters, digits and _',
      'Debezium cannot read such a name in a signal. Its rows arrive as they change.',
      [],
    );
  }
  if (size !== null && size.from === 'sample' && size.bytes * chunkRows > CHUNK_MEMORY) {
    return obstacle(
      `has rows of ${Math.round(size.bytes / 1000)} kB, and ${chunkRows} of them are held in memory at a time`,
      'Leave the columns out that make the rows so large.',
      [`clinicmaster-cdc tables ${name}`, `clinicmaster-cdc tables --leave-out-columns ${name}:COLUMN`],
    );
  }
  return undefined;
}
