import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SecretScan } from '../../sandbox/src/demo/secrets.ts';
import type { CheckResult } from '../../src/checks/types.ts';
import { type InstalledFacility, installFacility } from './support/installed-facility.ts';

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, '../..');
const KAFKA_PASSWORD = `K4fka's "\\$x" # %&; bundle`;
const PATIENT = 'Achen-Rose-Lacor';

let facility: InstalledFacility;
let home: string;

/** The file, judged on a machine that has nothing but the program and the file: an empty folder and no network at all. */
async function elsewhere(file: string): Promise<{ checks: CheckResult[]; from: { differs: object[] } }> {
  const empty = await mkdtemp(join(home, 'elsewhere-'));
  const bin = join(ROOT, 'bin/clinicmaster-cdc.js');
  const argv = ['--net', process.execPath, bin, 'doctor', '--from', file, '--json'];
  const { stdout } = await run('unshare', argv, {
    cwd: empty,
    env: { PATH: process.env.PATH, HOME: empty, LANG: 'C.UTF-8' },
  }).catch((error: { code?: number; stdout?: string }) => {
    if (error.code === 3 && error.stdout !== undefined) return { stdout: error.stdout };
    throw error;
  });
  expect(await readdir(empty)).toEqual([]);
  return JSON.parse(stdout);
}

/** A bundle of the facility as it is now, unpacked by another program than ours. */
async function bundled(name: string) {
  const file = join(home, `${name}.tgz`);
  const made = await facility.ask('bundle', '--yes', '--out', file);
  expect([made.exitCode, made.output]).toEqual([0, expect.stringContaining(`Written: ${file}`)]);
  const dir = await mkdtemp(join(home, `${name}-`));
  await run('tar', ['xzf', file, '-C', dir]);
  const read = (path: string) => readFile(join(dir, path), 'utf8');
  const checks = JSON.parse(await read('checks.json')) as CheckResult[];
  return { file, dir, read, checks };
}

beforeAll(async () => {
  facility = await installFacility({
    code: 'BUNDLED',
    instance: 'bundled',
    restPort: 18779,
    storage: 'bundle',
    patient: PATIENT,
    heartbeatMs: 2000,
    kafkaPassword: KAFKA_PASSWORD,
  });
  home = facility.home;
});

afterAll(() => facility?.remove());

const verdicts = (checks: CheckResult[]) => checks.map(({ id, verdict }) => ({ id, verdict }));
const codes = (checks: CheckResult[]) => checks.map(({ verdict }) => `${verdict.outcome} ${verdict.code}`);

async function leaks({ dir, file }: { dir: string; file: string }) {
  const scan = new SecretScan([
    { name: 'database', value: facility.hospital.database.password },
    { name: 'kafka', value: KAFKA_PASSWORD },
    { name: 'patient', value: PATIENT },
  ]);
  // The scan itself is not blind.
  scan.look('control', '.env', await readFile(join(facility.dir, '.env')));
  const seenInEnv = new Set(scan.leaks.map(({ secret }) => secret));
  expect([...seenInEnv].sort()).toEqual(['database', 'kafka']);
  scan.leaks.length = 0;
  scan.look('archive', 'tar', gunzipSync(await readFile(file)));
  for (const name of await readdir(dir)) scan.look('file', name, await readFile(join(dir, name)));
  return scan.leaks;
}

describe('a bundle of a facility that streams', () => {
  test('holds what explains the site, and no secret in any spelling', async () => {
    const it = await bundled('well');
    expect((await readdir(it.dir)).sort()).toEqual([
      'checks.json',
      'connector.json',
      'container.json',
      'container.log',
      'docker-compose.facility.yml',
      'env.txt',
      'image.json',
      'machine.json',
      'manifest.json',
      'report.txt',
      'settings.json',
    ]);
    expect(await leaks(it)).toEqual([]);
    expect(await it.read('env.txt')).toContain('DB_PASS=(hidden)\n');
    expect((await it.read('container.log')).split('\n').length).toBeGreaterThan(20);
    const connector = JSON.parse(await it.read('connector.json'));
    expect(connector).toMatchObject({
      status: { connector: { state: 'RUNNING' }, tasks: [{ state: 'RUNNING' }] },
      config: { 'database.password': '${env:DB_PASS}' },
    });
    // Connect stores the first one up to a minute after the start.
    expect(connector.offsets).toBeInstanceOf(Array);
    expect(JSON.parse(await it.read('container.json')).Env).toBeUndefined();
  });

  test('gives the same verdicts on a machine without any way to the site', async () => {
    const { file, checks } = await bundled('again');
    const judged = await elsewhere(file);
    expect(judged.from.differs).toEqual([]);
    expect(verdicts(judged.checks)).toEqual(verdicts(checks));
    expect(judged.checks.length).toBeGreaterThan(20);
    const live = await facility.ask('doctor', '--json');
    const text = live.output.slice(live.output.indexOf('{\n'), live.output.lastIndexOf('\n}') + 2);
    expect(codes(judged.checks)).toEqual(codes(JSON.parse(text).checks));
  });
});

describe('a bundle of a facility that does not', () => {
  test('says so elsewhere in the same words: SQL Server is gone', async () => {
    await facility.hospital.standin.stop();
    const it = await bundled('ill');
    const judged = await elsewhere(it.file);
    expect(verdicts(judged.checks)).toEqual(verdicts(it.checks));
    expect(codes(judged.checks)).toContain('fail sql-tcp-refused');
    expect(await leaks(it)).toEqual([]);
  });
});
