import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, test } from 'vitest';
import { type InstalledFacility, installFacility } from './support/installed-facility.ts';

let facility: InstalledFacility;

beforeAll(async () => {
  facility = await installFacility({
    code: 'LOGGED',
    instance: 'logged',
    restPort: 18680,
    storage: 'logged',
    patient: 'Achen',
    heartbeatMs: 2000,
    verified: true,
  });
});

afterAll(() => facility?.remove());

test('explore', async () => {
  await facility.hospital.standin.stop();
  await wait(75_000);
  const raw = execFileSync('docker', ['logs', '-t', facility.names.container], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  await writeFile('/tmp/host-real.log', raw);
  const run = await facility.ask('logs');
  await writeFile('/tmp/host-logs.txt', run.output);
  const json = await facility.ask('logs', '--json', '--level', 'WARN');
  await writeFile('/tmp/host-logs.json', json.output);
}, 200_000);
