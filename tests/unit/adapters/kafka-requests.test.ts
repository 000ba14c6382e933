import crc32C from 'kafkajs/src/protocol/recordBatch/crc32C/index.js';
import { describe, expect, it } from 'vitest';
import { describeConfigsRequest } from '../../../src/adapters/kafka-config-requests.ts';
import { createTopicRequest } from '../../../src/adapters/kafka-create-requests.ts';
import { deleteTopicsRequest } from '../../../src/adapters/kafka-delete-requests.ts';
import { saslHandshakeRequest } from '../../../src/adapters/kafka-login-requests.ts';
import {
  brokenRecords,
  impossibleRecords,
  oneRecord,
  produceRequest,
} from '../../../src/adapters/kafka-produce-requests.ts';
import { describeGroupsRequest, metadataRequest, operations } from '../../../src/adapters/kafka-requests.ts';

/** Bytes of Kafka's protocol, by hand. */
const i8 = (value: number) => Buffer.from([value]);
const i16 = (value: number) => Buffer.from([(value >> 8) & 255, value & 255]);
const i32 = (value: number) =>
  Buffer.from([(value >> 24) & 255, (value >> 16) & 255, (value >> 8) & 255, value & 255]);
const str = (value: string) => Buffer.concat([i16(Buffer.byteLength(value)), Buffer.from(value)]);
const list = (...entries: Buffer[]) => Buffer.concat([i32(entries.length), ...entries]);
const all = (...parts: Buffer[]) => Buffer.concat(parts);

describe('metadataRequest', () => {
  const body = async (topics?: string[]) =>
    ((await metadataRequest(topics).request.encode()) as unknown as { buffer: Buffer }).buffer;

  it('asks for names without making them, with the rights', async () => {
    expect(await body(['a'])).toEqual(all(list(str('a')), i8(0), i8(1), i8(1)));
  });
  it('asks for none, or for all', async () => {
    expect(await body([])).toEqual(all(i32(0), i8(0), i8(1), i8(1)));
    expect(await body()).toEqual(all(i32(-1), i8(0), i8(1), i8(1)));
  });
  it('reads the answer', async () => {
    const partition = all(i16(0), i32(0), i32(7), i32(3), list(i32(7)), list(i32(7)), list());
    const answer = all(
      i32(0),
      list(all(i32(7), str('kafka-1'), i32(9093), i16(-1))),
      str('cluster'),
      i32(7),
      list(
        all(i16(0), str('t'), i8(0), list(partition), i32((1 << 4) | (1 << 8))),
        all(i16(3), str('u'), i8(0), list(), i32(-2147483648)),
      ),
      i32(1 << 5),
    );
    const { response } = metadataRequest(['t', 'u']);
    expect(await response.parse(await response.decode(answer))).toEqual({
      brokers: [{ id: 7, host: 'kafka-1', port: 9093 }],
      clusterId: 'cluster',
      controllerId: 7,
      operations: ['CREATE'],
      topics: [
        {
          errorCode: 0,
          name: 't',
          layout: [{ partition: 0, leader: 7, replicas: 1, inSync: 1 }],
          operations: ['WRITE', 'DESCRIBE'],
        },
        { errorCode: 3, name: 'u', layout: [], operations: [] },
      ],
    });
  });
});

describe('describeGroupsRequest', () => {
  it('reads members and rights', async () => {
    const member = all(
      str('id-1'),
      str('cdc.X.worker.abc'),
      str('/10.0.0.1'),
      i32(2),
      Buffer.from('mm'),
      i32(0),
    );
    const answer = all(
      i32(0),
      list(all(i16(0), str('g'), str('Stable'), str('connect'), str('sessioned'), list(member), i32(1 << 3))),
    );
    const { response } = describeGroupsRequest('g');
    expect(await response.parse(await response.decode(answer))).toEqual([
      {
        errorCode: 0,
        id: 'g',
        state: 'Stable',
        protocolType: 'connect',
        members: [{ memberId: 'id-1', clientId: 'cdc.X.worker.abc', clientHost: '/10.0.0.1' }],
        operations: ['READ'],
      },
    ]);
  });
});

describe('operations', () => {
  it('reads Kafka’s bit field', () => {
    expect(operations(0b1101_1111_1000)).toEqual([
      'READ',
      'WRITE',
      'CREATE',
      'DELETE',
      'ALTER',
      'DESCRIBE',
      'DESCRIBE_CONFIGS',
      'ALTER_CONFIGS',
    ]);
    expect(operations(-2147483648)).toEqual([]);
    expect(operations(0)).toEqual([]);
  });
});

describe('saslHandshakeRequest', () => {
  it('reads the methods on offer, also beside an error', async () => {
    const { request, response } = saslHandshakeRequest('SCRAM-SHA-512');
    expect((await request.encode()).buffer).toEqual(str('SCRAM-SHA-512'));
    const answer = all(i16(33), list(str('PLAIN'), str('SCRAM-SHA-256')));
    expect(await response.decode(answer)).toEqual({
      clientSideThrottleTime: 0,
      body: { errorCode: 33, offered: ['PLAIN', 'SCRAM-SHA-256'] },
    });
  });
});

describe('describeConfigsRequest', () => {
  const { request, response } = describeConfigsRequest(['t'], ['retention.ms']);
  it('asks for named settings of topics', async () => {
    expect((await request.encode()).buffer).toEqual(
      all(i32(1), i8(2), str('t'), list(str('retention.ms')), i8(0)),
    );
  });
  it('reads settings and refusals', async () => {
    const entry = all(str('retention.ms'), str('-1'), i8(0), i8(5), i8(0), list());
    const empty = all(str('x'), i16(-1), i8(0), i8(5), i8(0), list());
    const answer = all(
      i32(70),
      list(
        all(i16(0), i16(-1), i8(2), str('t'), list(entry, empty)),
        all(i16(29), str('no'), i8(2), str('u'), list()),
      ),
    );
    expect(await response.decode(answer)).toEqual({
      clientSideThrottleTime: 70,
      body: [
        { errorCode: 0, name: 't', values: { 'retention.ms': '-1' } },
        { errorCode: 29, name: 'u', values: {} },
      ],
    });
  });
});

describe('deleteTopicsRequest', () => {
  const { request, response } = deleteTopicsRequest(['a', 'b']);
  it('names topics and how long it may take', async () => {
    expect((await request.encode()).buffer).toEqual(all(list(str('a'), str('b')), i32(30_000)));
  });
  it('reads an answer for each', async () => {
    const answer = all(i32(7), list(all(str('a'), i16(0)), all(str('b'), i16(29))));
    expect(await response.decode(answer)).toEqual({
      clientSideThrottleTime: 7,
      body: [
        { name: 'a', errorCode: 0 },
        { name: 'b', errorCode: 29 },
      ],
    });
  });
});

describe('produceRequest', () => {
  const crc = (batch: Buffer) => batch.readUInt32BE(17);
  const body = (batch: Buffer) => batch.subarray(21);
  it('holds a check sum that no broker accepts', async () => {
    const broken = await brokenRecords(1000);
    expect(broken.length).toBeGreaterThan(1000);
    expect(crc(broken)).not.toBe(crc32C(body(broken)) >>> 0);
    const whole = await impossibleRecords();
    expect(crc(whole)).toBe(crc32C(body(whole)) >>> 0);
  });
  it('holds one record with its key, its value and the time it was given', async () => {
    const one = await oneRecord('the key', 'the value', 1_700_000_000_000);
    expect(crc(one)).toBe(crc32C(body(one)) >>> 0);
    expect(one.toString('latin1')).toContain('the key\x12the value');
    // First and last time of the batch.
    expect([one.readBigInt64BE(27), one.readBigInt64BE(35)]).toEqual([
      1_700_000_000_000n,
      1_700_000_000_000n,
    ]);
  });
  it('asks all replicas, and reads what the broker complains about', async () => {
    const { request, response } = produceRequest('t', Buffer.from('rr'));
    expect((await request.encode()).buffer).toEqual(
      all(i16(-1), i16(-1), i32(30_000), i32(1), str('t'), i32(1), i32(0), i32(2), Buffer.from('rr')),
    );
    const i64 = Buffer.alloc(8);
    const complaints = list(all(i32(1), str('no key')), all(i32(0), str('out of range')));
    const partition = all(i32(0), i16(32), i64, i64, i64, complaints, i16(-1));
    const answer = all(list(all(str('t'), list(partition))), i32(5));
    expect(await response.decode(answer)).toEqual({
      clientSideThrottleTime: 5,
      body: [{ errorCode: 32, message: 'out of range' }],
    });
  });
});

describe('createTopicRequest', () => {
  it("asks for one partition and the brokers' own number of copies", async () => {
    const { request } = createTopicRequest('cdc.X.offsets', { 'cleanup.policy': 'compact' });
    const body = ((await request.encode()) as unknown as { buffer: Buffer }).buffer;
    const topic = all(
      str('cdc.X.offsets'),
      i32(1),
      i16(-1),
      list(),
      list(all(str('cleanup.policy'), str('compact'))),
    );
    expect(body).toEqual(all(list(topic), i32(30_000), i8(0)));
  });

  it('reads what the controller says', async () => {
    const { response } = createTopicRequest('a', {});
    const decoded = await response.decode(all(i32(0), list(all(str('a'), i16(29), str('no right')))));
    expect(decoded.body).toEqual({ errorCode: 29, message: 'no right' });
  });
});
