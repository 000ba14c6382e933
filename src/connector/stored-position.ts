import type { ConnectorOffset } from '../adapters/connect-port.ts';
import type { KafkaRecord } from '../adapters/kafka-port.ts';
import { isFirstCopy } from './copy-state.ts';
import { commitLsn, lsnHex } from './lsn.ts';

/** Where the connector stands in the log of one database, as Connect keeps it in Kafka. */
export type StoredPosition = {
  /** As SQL Server spells it. */
  database: string;
  /** `0x…`, 20 digits; null while a first copy has not come to one. */
  lsn: string | null;
  /** A first copy was begun and is not complete. Debezium begins it anew at each start. */
  copying: boolean;
  /** Both as Connect hands them out and takes them back. */
  partition: Record<string, string>;
  offset: Record<string, Json>;
};

type Json = null | boolean | number | string;

/** Positions among the offsets that Connect answers. */
export function positionsOf(offsets: readonly ConnectorOffset[]): StoredPosition[] {
  return offsets.flatMap(({ partition, offset }) => position(partition, offset) ?? []);
}

/**
 * Positions in the records of the offsets topic. Its keys are `["<connector>",{"server":…,"database":…}]`; the last record of
 * a key counts, and one without a value has taken the position away.
 * @param records in the order of the topic
 */
export function positionsIn(records: readonly KafkaRecord[], connector: string): StoredPosition[] {
  const last = new Map<string, { partition: Record<string, unknown>; offset: unknown }>();
  for (const { key, value } of records) {
    const [name, partition] = asArray(parsed(key));
    if (name !== connector || !isObject(partition)) continue;
    last.set(JSON.stringify([partition.server, partition.database]), { partition, offset: parsed(value) });
  }
  return [...last.values()].flatMap(({ partition, offset }) => position(partition, offset) ?? []);
}

function position(partition: Record<string, unknown>, offset: unknown): StoredPosition | undefined {
  if (!isObject(offset) || typeof partition.database !== 'string') return undefined;
  const { commit_lsn: lsn } = offset;
  return {
    database: partition.database,
    lsn: typeof lsn === 'string' ? (lsnHex(lsn) ?? null) : null,
    copying: isFirstCopy(offset),
    partition: partition as StoredPosition['partition'],
    offset: offset as StoredPosition['offset'],
  };
}

/**
 * The same position, moved to where the change tables begin. Without a place in the transaction Debezium 3.6 passes over
 * nothing of it: what was changed at that very LSN is sent (measured).
 * @param lsn `0x…`
 */
export function movedTo({ partition, offset }: StoredPosition, lsn: string): ConnectorOffset {
  return {
    partition,
    offset: { ...offset, commit_lsn: commitLsn(lsn), change_lsn: null, event_serial_no: 0 },
  };
}

/**
 * What Connect 4.3 writes into its configs topic when a connector is stopped, in the order in which it may be cut off: a
 * worker that starts after the first does not start the connector, after the second it has forgotten the task as well.
 */
export function stoppedRecords(connector: string): { key: string; value: string }[] {
  return [
    { key: `target-state-${connector}`, value: '{"state":"PAUSED","state.v2":"STOPPED"}' },
    { key: `commit-${connector}`, value: '{"tasks":0}' },
  ];
}

function parsed(text: string | null): unknown {
  try {
    return text === null ? null : JSON.parse(text);
  } catch {
    // Not written by Connect: no position of ours.
    return null;
  }
}

function asArray(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
