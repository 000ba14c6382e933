import { qualified } from '../../connector/table-selection.ts';
import { ROW_BYTES } from '../kafka/copy-time.ts';
import type { ChangeSize } from './change-size.ts';
import type { TableFacts } from './facts.ts';

/** What a copy costs, before it begins. */
export interface CopyEstimate {
  tables: readonly TableEstimate[];
  rows: number;
  /** Reads of the hospital's database, one for each chunk. */
  chunks: number;
  chunkRows: number;
  /** On the line, compressed. */
  bytes: number;
  /** The slower of line and database. */
  seconds: number;
  slower: 'line' | 'database';
  lineSeconds: number | null;
  databaseSeconds: number;
  /** Measured, in bytes a second; null where Kafka did not take the measuring load. */
  lineRate: number | null;
  /** Seconds of rest between two scans of the capture job. */
  polling: number;
  /** False: the login may not see it, and SQL Server's default is assumed. */
  pollingKnown: boolean;
}

export interface TableEstimate {
  name: string;
  rows: number;
  /** Of one row, on the line. */
  rowBytes: number;
  /** `sample`: a tenth of the largest sampled row, or all of it where it holds bytes; `usual`: what rows usually take. */
  from: 'sample' | 'usual';
}

/** Text with its schema shrinks to a tenth (measured: 87 to 165 bytes for a row of 2 kB); images and scans do not. */
const COMPRESSED = 0.1;
const BYTES = new Set(['binary', 'varbinary', 'image']);
/** After the capture job has put a chunk's marks away the connector looks twice a second; the read itself is short. */
const CHUNK_SECONDS = 1;
const USUAL_POLLING = 5;

/**
 * How long a copy takes. Between two chunks Debezium waits until SQL Server has captured its mark, so that the capture job's
 * rest counts once for each chunk, however fast the line is.
 */
export function estimateCopy(
  tables: readonly TableFacts[],
  sizes: ReadonlyMap<string, ChangeSize>,
  chunkRows: number,
  lineRate: number | null,
  polling: number | null,
): CopyEstimate {
  const each = tables.map((table) => ({ ...tableEstimate(table, sizes), table }));
  const rows = sum(each.map((one) => one.rows));
  // The end of a table is found by the chunk that comes back empty; the next table's first one goes with it.
  const chunks = sum(each.map((one) => Math.ceil(one.rows / chunkRows))) + 1;
  const bytes = sum(each.map((one) => one.rows * one.rowBytes));
  const rest = polling ?? USUAL_POLLING;
  const databaseSeconds = chunks * (rest + CHUNK_SECONDS);
  const lineSeconds = lineRate === null ? null : bytes / lineRate;
  return {
    tables: each.map(({ table: _, ...one }) => one),
    rows,
    chunks,
    chunkRows,
    bytes,
    seconds: Math.max(databaseSeconds, lineSeconds ?? 0),
    slower: (lineSeconds ?? 0) > databaseSeconds ? 'line' : 'database',
    lineSeconds,
    databaseSeconds,
    lineRate,
    polling: rest,
    pollingKnown: polling !== null,
  };
}

function tableEstimate(table: TableFacts, sizes: ReadonlyMap<string, ChangeSize>): TableEstimate {
  const name = qualified(table);
  const size = sizes.get(name);
  const rows = table.rows ?? 0;
  if (size?.from !== 'sample') return { name, rows, rowBytes: ROW_BYTES, from: 'usual' };
  const stays = table.columns.some(({ base }) => base !== null && BYTES.has(base));
  return { name, rows, rowBytes: Math.ceil(size.bytes * (stays ? 1 : COMPRESSED)), from: 'sample' };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
