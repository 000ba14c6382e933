import type { WholeRecord } from '../../adapters/kafka-port.ts';
import { CHUNK_READ, parsedRequest } from '../../connector/signals.ts';
import { FACILITY_COLUMN } from '../warehouse/warehouse.ts';

/** The last copy of a table that a facility has asked for, as its signals in Kafka tell. */
export type Asked = {
  /** `part`: only rows for which a condition holds. */
  kind: 'none' | 'part' | 'whole';
  /** ISO 8601; null for `none`. */
  at: string | null;
  /** Chunks that were asked for, all tables of the request together, and those that were read. */
  chunks: number;
  read: number;
  stopped: boolean;
};

const NONE: Asked = { kind: 'none', at: null, chunks: 0, read: 0, stopped: false };
const STOP = 'stop-snapshot';

/** @param records of the signal topics, in their order; those of other facilities are passed over */
export function askedCopy(records: readonly WholeRecord[], facility: string, table: string): Asked {
  let asked = NONE;
  // What was sent in the half minute before a crash is sent again.
  const read = new Set<string>();
  for (const { value } of records) {
    const row = payload(value);
    if (row?.[FACILITY_COLUMN] !== facility) continue;
    const { id, type, data } = row;
    if (typeof type !== 'string') continue;
    if (type === CHUNK_READ) asked = { ...asked, read: read.add(String(id)).size };
    // Later copies of other tables may be stopped: that is no matter of this one.
    if (type === STOP && read.size < asked.chunks) asked = { ...asked, stopped: true };
    const request = parsedRequest({ id: String(id), type, data: String(data) });
    const covers = request?.tables.some((one) => one.schema === 'dbo' && one.table === table);
    if (request === undefined || (covers !== true && request.kind !== 'first')) continue;
    read.clear();
    const at = new Date(request.at).toISOString();
    const kind = request.where === '' ? 'whole' : 'part';
    asked = { kind, at, chunks: request.chunks, read: 0, stopped: false };
  }
  return asked;
}

/** A record that the sink has set aside: where it lay, and whose it is; null where its key does not say. */
export type Letter = { topic: string; partition: number; offset: number; owner: string | null };

/** @param records of the dead letter topic. Nothing of a row is kept. */
export function lettersOf(records: readonly WholeRecord[]): Letter[] {
  return records.map(({ key, headers }) => {
    const owner = payload(key)?.[FACILITY_COLUMN];
    return {
      topic: headers['__connect.errors.topic'] ?? '',
      partition: Number(headers['__connect.errors.partition'] ?? -1),
      offset: Number(headers['__connect.errors.offset'] ?? -1),
      owner: typeof owner === 'string' ? owner : null,
    };
  });
}

/** The fields of a record, with or without a schema beside them. */
function payload(text: string | null): Record<string, unknown> | undefined {
  try {
    const parsed = JSON.parse(text ?? 'null');
    return parsed?.payload ?? parsed ?? undefined;
  } catch {
    // Not JSON: perhaps the very reason why it was set aside.
    return undefined;
  }
}
