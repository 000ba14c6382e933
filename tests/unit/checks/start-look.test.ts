import { describe, expect, it } from 'vitest';
import type { ConnectPort } from '../../../src/adapters/connect-port.ts';
import type { KafkaPort, KafkaRecord } from '../../../src/adapters/kafka-port.ts';
import type { CheckContext } from '../../../src/checks/context.ts';
import { lookBeforeStart } from '../../../src/checks/start/seen.ts';
import { positionOf } from '../../../src/checks/start/stored.ts';
import { facilityNames } from '../../../src/connector/names.ts';
import { fakeConnect, fakeDocker, fakeKafka, fakeSqlServer } from '../../fakes/check-ports.ts';
import { CODE, settingsOfFake, streamingFacility } from '../../fakes/streaming-facility.ts';

const offset = (lsn: string) => ({ commit_lsn: `00000027:00000ac0:${lsn}` });
const record = (database: string, lsn: string): KafkaRecord => ({
  offset: '1',
  timestampMs: 0,
  key: JSON.stringify([`cdc-${CODE}`, { server: 's', database }]),
  value: JSON.stringify(offset(lsn)),
});
const failure = { kind: 'unreachable' as const, code: 'ECONNREFUSED', message: 'refused', broker: 'k:9093' };

/** A context of fakes; `noted` is what the checks would have written down. */
async function look(connect: Partial<ConnectPort>, kafka: Partial<KafkaPort>, startedAt?: string) {
  const world = streamingFacility();
  for (const container of world.docker?.containers ?? [])
    container.startedAt = startedAt ?? container.startedAt;
  const noted: string[] = [];
  const context = {
    settings: await settingsOfFake(),
    names: facilityNames(CODE),
    clock: { now: () => world.nowMs },
    sql: fakeSqlServer(world, 'db:1433'),
    kafka: { ...fakeKafka(world), ...kafka },
    connect: { ...fakeConnect(world, 'http://127.0.0.1:8083'), ...connect },
    docker: async () => fakeDocker(world),
    memory: {
      recall: async () => ({ value: null, at: null, trouble: null }),
      keep: async (key: string) => {
        noted.push(key);
        return null;
      },
    },
    inside: async () => undefined,
  } as unknown as CheckContext;
  return { facts: await lookBeforeStart(context, new AbortController().signal), noted };
}

const atWorker = {
  offsets: async () => [{ partition: { database: 'ClinicMasterMOH' }, offset: offset('0007') }],
};
const refused = { offsets: () => Promise.reject(new Error('connect ECONNREFUSED')) };
const ours = (facts: Awaited<ReturnType<typeof look>>['facts']) =>
  positionOf(facts.stored, 'ClinicMasterMOH')?.lsn;

describe('a look before the start', () => {
  it('takes the position from the worker, judges it, and notes nothing', async () => {
    const { facts, noted } = await look(atWorker, {});
    expect(facts.stored).toMatchObject({ ok: true, from: 'worker' });
    expect(ours(facts)).toBe('0x0000002700000AC00007');
    expect(facts).toMatchObject({ heartbeatMs: 12_000, history: 'there', running: true });
    expect(Object.entries(facts.verdicts).map(([id, { outcome }]) => `${id} ${outcome}`)).toEqual([
      'sql-offset-window pass',
      // The fake's newest LSN is 0003.
      'sql-lsn-regressed fail',
      'sql-db-restored pass',
      'sql-capture-gap pass',
      'kafka-history-config pass',
    ]);
    expect(noted).toEqual([]);
  });

  it('tells a task that is paused with all it knows from one that a new container has never started', async () => {
    const paused = {
      status: async () => ({
        name: 'x',
        type: 'source' as const,
        connector: { state: 'PAUSED' as const, workerId: 'w' },
        tasks: [{ id: 0, state: 'PAUSED' as const, workerId: 'w' }],
      }),
    };
    // The heartbeat is 12 s old.
    const before = await look(paused, {}, '2026-11-24T07:59:40Z');
    expect(before.facts).toMatchObject({ running: false, pausedInMemory: true });
    const after = await look(paused, {}, '2026-11-24T07:59:55Z');
    expect(after.facts).toMatchObject({ running: false, pausedInMemory: false });
  });

  it.each([
    ['does not answer', refused],
    ['hangs', { offsets: () => new Promise<never>(() => {}), status: () => new Promise<never>(() => {}) }],
    ['does not know the connector', { offsets: async () => undefined }],
  ])('takes it from Kafka where the worker %s', async (_, connect) => {
    const began = performance.now();
    const tail = {
      records: [record('ClinicMasterMOH', '0002'), record('ClinicMasterMOH', '0003')],
      whole: true,
    };
    const { facts } = await look(connect, { newestRecords: async () => ({ ok: true, value: tail }) });
    expect(facts.stored).toMatchObject({ ok: true, from: 'kafka' });
    expect(ours(facts)).toBe('0x0000002700000AC00003');
    expect(facts.verdicts['sql-lsn-regressed']?.outcome).toBe('pass');
    expect(performance.now() - began).toBeLessThan(4000);
  });

  it('reads the whole topic only where the newest records do not tell', async () => {
    const counts: number[] = [];
    const read = (found: KafkaRecord) => ({
      newestRecords: async (_: string, count: number) => {
        counts.push(count);
        const records = count > 1000 ? [record('ClinicMasterMOH', '0003'), found] : [found];
        return { ok: true as const, value: { records, whole: count > 1000 } };
      },
    });
    expect(ours((await look(refused, read(record('Other', '0001')))).facts)).toBe('0x0000002700000AC00003');
    expect(counts).toEqual([200, Number.MAX_SAFE_INTEGER]);
    counts.length = 0;
    await look(refused, read(record('ClinicMasterMOH', '0004')));
    expect(counts).toEqual([200]);
  });

  it('says why nobody could tell, and asks SQL Server nothing then', async () => {
    const { facts } = await look(refused, { newestRecords: async () => ({ ok: false, failure }) });
    expect(facts.stored).toEqual({ ok: false, why: 'k:9093: ECONNREFUSED refused' });
    expect(facts.verdicts).toEqual({});
  });

  it('takes a topic that is not there for no position', async () => {
    const absent = { ...failure, kind: 'not-found' as const };
    const { facts } = await look(refused, { newestRecords: async () => ({ ok: false, failure: absent }) });
    expect(facts.stored).toMatchObject({ ok: true, positions: [] });
  });

  it.each([
    ['gone', { ok: true as const, value: null }],
    ['gone', { ok: false as const, failure: { ...failure, kind: 'not-found' as const } }],
    ['unknown', { ok: false as const, failure }],
  ])('finds the history %s', async (state, answer) => {
    const { facts } = await look(atWorker, { lastRecord: async () => answer });
    expect(facts).toMatchObject({ history: state, heartbeatMs: null });
  });
});
