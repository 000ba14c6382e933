import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { recordsWritten, withAdmin } from '../../sandbox/src/kafka/topics.ts';
import { docker } from '../../sandbox/src/provision/docker.ts';
import { TOPIC_PREFIX } from '../../src/connector/names.ts';
import { DATABASE } from './support/hospital.ts';
import { type InstalledFacility, installFacility } from './support/installed-facility.ts';

/** A stop of the container: how long it takes, and that nothing is left open or sent twice. */

const PATIENTS = `${TOPIC_PREFIX}.${DATABASE}.dbo.Patients`;
/** Connect's own stop takes the half minute of `fetch.max.wait.ms`. */
const BAR_MS = 12_000;

let facility: InstalledFacility;
let patient = 1;

beforeAll(async () => {
  facility = await installFacility({
    code: 'STOPPED',
    instance: 'stopped',
    restPort: 18846,
    storage: 'stop',
    patient: 'Achen',
    heartbeatMs: 1000,
  });
});

afterAll(() => facility?.remove());

const records = () => recordsWritten(PATIENTS);
const members = () =>
  withAdmin(async (admin) => (await admin.describeGroups([facility.names.group])).groups[0]?.members.length);

/** A patient comes, and the record is in Kafka. */
async function admit(): Promise<void> {
  const before = await records();
  await facility.hospital.dba(`INSERT INTO dbo.Patients VALUES (${++patient}, N'Okot')`);
  await expect.poll(records, { timeout: 30_000 }).toBe(before + 1);
}

test('takes seconds, stores the position, leaves the group, and nothing is sent twice', async () => {
  for (const round of [1, 2]) {
    // Connect stores a position every half minute: this one is stored by the stop alone.
    await admit();
    const before = await records();
    const began = Date.now();
    const stopped = await facility.ask('stop');
    const ms = Date.now() - began;
    expect([stopped.exitCode, stopped.output]).toEqual([
      0,
      expect.stringContaining('its position is stored'),
    ]);
    console.info(`stop ${round}: ${(ms / 1000).toFixed(1)} s`);
    expect(ms, `round ${round}`).toBeLessThan(BAR_MS);
    expect(await members()).toBe(0);
    const { State } = await docker.getContainer(facility.names.container).inspect();
    expect([State.Running, State.ExitCode]).toEqual([false, 143]);
    const log = await docker.getContainer(facility.names.container).logs({ stdout: true, stderr: true });
    expect(log.toString()).toContain('Stopped: the tasks have ended');

    const started = await facility.ask('start');
    expect(started.exitCode, started.output).toBe(0);
    await admit();
    expect(await records()).toBe(before + 1);
  }
});

test('a stop in the middle of the start ends as well', async () => {
  await facility.ask('stop');
  const container = docker.getContainer(facility.names.container);
  for (const ms of [300, 1500, 3000]) {
    await container.start();
    await wait(ms);
    await container.stop({ t: 60 });
    // Killed it would be 137.
    expect((await container.inspect()).State.ExitCode, `${ms} ms after the start`).not.toBe(137);
  }
  expect((await facility.ask('start')).exitCode).toBe(0);
  await admit();
});
