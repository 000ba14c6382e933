import { describe, expect, it } from 'vitest';
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
