import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { KAFKA_CONTAINER } from '../../sandbox/src/names.ts';
import { docker } from '../../sandbox/src/provision/docker.ts';
import { findDocker } from '../../src/adapters/docker.ts';
import type { CheckContext } from '../../src/checks/context.ts';
import { type MetricsFacts, streamMetrics } from '../../src/checks/pipeline/stream-metrics.ts';
import type { CheckResult } from '../../src/checks/types.ts';
import type { WorkerMetrics } from '../../src/connector/metrics.ts';
import { TOPIC_PREFIX } from '../../src/connector/names.ts';
import type { FacilitySettings } from '../../src/settings/facility.ts';
import { DATABASE } from './support/hospital.ts';
import { type InstalledFacility, installFacility, jsonOf } from './support/installed-facility.ts';

const HEARTBEAT_MS = 3000;
const CHANGES = 40;
const PATIENTS = `${TOPIC_PREFIX}.${DATABASE}.dbo.Patients`;

let facility: InstalledFacility;

beforeAll(async () => {
  facility = await installFacility({
    code: 'COUNTED',
    instance: 'counted',
    restPort: 18800,
    storage: 'metrics',
    patient: 'Achen',
    heartbeatMs: HEARTBEAT_MS,
  });
});

afterAll(() => facility?.remove());

/** The check's own answer, as `doctor` gives it. */
async function look(): Promise<CheckResult & { facts: MetricsFacts }> {
  const run = await facility.ask('doctor', '--only', 'stream-metrics', '--json');
  const { checks } = jsonOf<{ checks: (CheckResult & { facts: MetricsFacts })[] }>(run);
  return checks.find(({ id }) => id === 'stream-metrics')!;
}

async function figures(): Promise<WorkerMetrics> {
  const { facts, verdict } = await look();
  if (facts?.metrics == null) throw new Error(`No figures: ${verdict.code}, ${verdict.current}`);
  return facts.metrics;
}

/** Waits until the figures are so. */
async function until(what: string, holds: (metrics: WorkerMetrics) => boolean): Promise<WorkerMetrics> {
  let last: WorkerMetrics | undefined;
  for (const end = Date.now() + 60_000; Date.now() < end; await wait(500)) {
    // The first seconds of a task have no figures.
    last = await figures().catch(() => last);
    if (last !== undefined && holds(last)) return last;
  }
  throw new Error(`Not in time: ${what}. Last: ${JSON.stringify(last)}`);
}

const sentOf = ({ topics }: WorkerMetrics) => topics[PATIENTS]?.records ?? 0;

test('the copy is counted by table, and nothing is wrong with it', async () => {
  const { verdict, facts, ms } = await look();
  expect(verdict).toMatchObject({ outcome: 'pass', code: 'ok' });
  expect(verdict.summary).toMatch(/^\d+ records?, .+ sent in .+, since the task started$/);
  expect(ms).toBeLessThan(3000);
  const { snapshot, stream, task } = facts.metrics!;
  expect(snapshot).toMatchObject({ completed: true, running: false, tables: 3, tablesLeft: 0 });
  expect(snapshot?.rows).toEqual({
    [`${DATABASE}.dbo.AuditTrail`]: 0,
    [`${DATABASE}.dbo.Patients`]: 1,
    [`${DATABASE}.dbo.Stock`]: 0,
  });
  expect(stream).toMatchObject({ connected: true, erroneous: 0 });
  expect(task).toMatchObject({ offsetCommitFailureRatio: 0, recordFailures: 0 });
});

test('every change is counted, in its topic and in all', async () => {
  const before = await figures();
  const inserts = Array.from({ length: CHANGES }, (_, at) => `(${at + 10}, N'Patient ${at}')`);
  await facility.hospital.dba(`INSERT INTO dbo.Patients VALUES ${inserts.join(', ')}`);
  const after = await until('the changes are sent', (now) => sentOf(now) >= sentOf(before) + CHANGES);
  expect(sentOf(after) - sentOf(before)).toBe(CHANGES);
  expect(after.task!.written! - before.task!.written!).toBeGreaterThanOrEqual(CHANGES);
  expect(after.stream!.events! - (before.stream?.events ?? 0)).toBeGreaterThanOrEqual(CHANGES);
  expect(after.sent!.bytes!).toBeGreaterThan(before.sent!.bytes!);
  expect(after.topics[PATIENTS]!.bytes).toBeGreaterThan(before.topics[PATIENTS]?.bytes ?? 0);
  expect(after.countedFromMs).toBe(before.countedFromMs);

  const { sent } = jsonOf<{ sent: { records: number; bytes: number } }>(
    await facility.ask('status', '--json'),
  );
  expect(sent.records).toBeGreaterThanOrEqual(after.task!.written!);
  expect(sent.bytes).toBeGreaterThanOrEqual(after.sent!.bytes!);
});

test('a restart of the task counts anew, from a time that the figures name', async () => {
  const before = await figures();
  expect((await facility.ask('restart')).exitCode).toBe(0);
  const after = await until('the task is back', (now) => {
    return now.stream?.connected === true && now.countedFromMs !== before.countedFromMs;
  });
  expect(after.countedFromMs!).toBeGreaterThan(before.countedFromMs!);
  expect(Math.abs(Date.now() - after.countedFromMs!)).toBeLessThan(120_000);
  expect(sentOf(after)).toBeLessThan(sentOf(before));
});

test('a worker that stands still is not waited for', async () => {
  const container = docker.getContainer(facility.names.container);
  // The worker stands still: its port takes the question and nobody answers.
  const pause = await container.exec({ Cmd: ['sh', '-c', 'kill -STOP $(pidof java)'] });
  await pause.start({});
  try {
    const { verdict, ms } = await look();
    expect(verdict).toMatchObject({ outcome: 'unknown', code: 'stream-metrics-unanswered' });
    expect(ms).toBeLessThan(5000);
  } finally {
    const go = await container.exec({ Cmd: ['sh', '-c', 'kill -CONT $(pidof java)'] });
    await go.start({});
  }
  expect((await look()).verdict.code).toBe('ok');
});

test('an image of a time before the figures has none', async () => {
  const engine = await findDocker({ platform: 'linux', privileged: true, home: '/root', cwd: '/', env: {} });
  const context = {
    docker: async () => engine,
    names: { container: KAFKA_CONTAINER },
    clock: { now: Date.now },
  } as unknown as CheckContext;
  const facts = await streamMetrics.probe(context, AbortSignal.timeout(5000));
  expect(streamMetrics.judge(facts, {} as FacilitySettings).code).toBe('stream-metrics-none');
});
