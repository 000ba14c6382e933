import { describe, expect, it } from 'vitest';
import type { KafkaPort, KafkaRecord } from '../../../src/adapters/kafka-port.ts';
import { facilityNames } from '../../../src/connector/names.ts';
import { carryOver, readCarried } from '../../../src/install/carry.ts';

const signal = new AbortController().signal;
const OLD = facilityNames('OLD');
const NEW = facilityNames('NEW');
const DATABASE = 'ClinicMasterMOH';
const PARTITION = { server: 'clinicmasterwarehouse-sqlserver', database: DATABASE };
const OFFSET = { commit_lsn: '00000027:00000ac0:0003', change_lsn: null, event_serial_no: 0 };

type Topics = Record<string, { key: string | null; value: string | null }[]>;

/** Kafka as two facilities' topics; refuses after so many writes, as a line that breaks. */
function kafka(topics: Topics, writes = Number.POSITIVE_INFINITY) {
  const settings: Record<string, unknown> = {};
  let left = writes;
  const failure = { kind: 'unreachable', code: 'ECONNRESET', message: 'gone', broker: 'k:9093' } as const;
  const port = {
    newestRecords: async (topic: string) => {
      const records = (topics[topic] ?? []).map(
        (one, at): KafkaRecord => ({ ...one, offset: `${at}`, timestampMs: 0 }),
      );
      return { ok: true, value: { records, whole: true } };
    },
    createTopic: async (topic: string, wanted: object) => {
      topics[topic] ??= [];
      settings[topic] ??= wanted;
      return { ok: true, value: null };
    },
    append: async (topic: string, record: { key: string | null; value: string }) => {
      if (left-- <= 0) return { ok: false, failure };
      if (topics[topic] === undefined) return { ok: false, failure: { ...failure, kind: 'not-found' } };
      topics[topic].push(record);
      return { ok: true, value: null };
    },
  } as unknown as KafkaPort;
  return { port, settings };
}

const position = (connector: string, offset: object = OFFSET) => ({
  key: JSON.stringify([connector, PARTITION]),
  value: JSON.stringify(offset),
});
const history = ['one', 'two', 'three'].map((name) => ({ key: null, value: `{"tableChanges":"${name}"}` }));
const world = (offset: object = OFFSET): Topics => ({
  [OLD.topics.offsets]: [
    position(OLD.connector, { ...OFFSET, commit_lsn: '00000001:00000001:0001' }),
    position(OLD.connector, offset),
  ],
  [OLD.topics.schemaHistory]: [...history],
});

async function carry(
  topics: Topics,
  writes?: number,
): Promise<{ changed: boolean; settings: Record<string, unknown> }> {
  const { port, settings } = kafka(topics, writes);
  const carried = await readCarried({ names: OLD, kafka: port }, DATABASE.toLowerCase(), signal);
  return { changed: await carryOver(carried, { names: NEW, kafka: port }, signal), settings };
}

describe('a position that is carried over to another code', () => {
  it('is the newest one, with the whole history before it, in topics as Connect and Debezium make them', async () => {
    const topics = world();
    const { changed, settings } = await carry(topics);
    expect(changed).toBe(true);
    expect(topics[NEW.topics.schemaHistory]).toEqual(history);
    expect(topics[NEW.topics.offsets]).toEqual([position('cdc-NEW')]);
    expect(settings).toEqual({
      [NEW.topics.offsets]: { 'cleanup.policy': 'compact' },
      [NEW.topics.schemaHistory]: {
        'cleanup.policy': 'delete',
        'retention.ms': '-1',
        'retention.bytes': '-1',
      },
    });
    expect(topics[OLD.topics.offsets]).toHaveLength(2);
  });

  it.each([0, 1, 2, 3])(
    'goes on where it was cut off after %i writes, and repeats nothing',
    async (writes) => {
      const topics = world();
      await expect(carry(topics, writes)).rejects.toMatchObject({ code: 'carry.kafka' });
      // The position counts, and comes last.
      expect(topics[NEW.topics.offsets] ?? []).toEqual([]);
      expect((await carry(topics)).changed).toBe(true);
      expect(topics[NEW.topics.schemaHistory]).toEqual(history);
      expect(topics[NEW.topics.offsets]).toEqual([position('cdc-NEW')]);
      expect((await carry(topics)).changed).toBe(false);
      expect(topics[NEW.topics.offsets]).toHaveLength(1);
    },
  );

  it.each<[string, Partial<Topics>]>([
    ['a position', { [NEW.topics.offsets]: [position('cdc-NEW', { ...OFFSET, event_serial_no: 7 })] }],
    ['a history', { [NEW.topics.schemaHistory]: [{ key: null, value: 'its own' }] }],
    ['a longer history', { [NEW.topics.schemaHistory]: [...history, { key: null, value: 'more' }] }],
  ])('is refused where the new code has %s of its own', async (_, more) => {
    const topics = { ...world(), ...more } as Topics;
    const before = JSON.stringify(topics);
    await expect(carry(topics)).rejects.toMatchObject({ code: 'carry.new-code-lived' });
    expect(JSON.stringify(topics)).toBe(before);
  });

  it.each<[string, Topics]>([
    ['carry.no-position', { ...world(), [OLD.topics.offsets]: [] }],
    [
      'carry.no-position',
      {
        ...world(),
        [OLD.topics.offsets]: [
          ...(world()[OLD.topics.offsets] ?? []),
          { ...position(OLD.connector), value: null },
        ],
      },
    ],
    ['carry.no-position', world({ ...OFFSET, snapshot: 'INITIAL', snapshot_completed: false })],
    [
      'carry.copy-under-way',
      world({
        ...OFFSET,
        incremental_snapshot_collections: JSON.stringify([
          { incremental_snapshot_collections_id: '[ClinicMasterMOH].[dbo].[Visits]' },
        ]),
      }),
    ],
    ['carry.no-history', { ...world(), [OLD.topics.schemaHistory]: [] }],
  ])('%s: there is nothing to go on with', async (code, topics) => {
    const before = JSON.stringify(topics);
    await expect(carry(topics)).rejects.toMatchObject({ code });
    expect(JSON.stringify(topics)).toBe(before);
  });
});
