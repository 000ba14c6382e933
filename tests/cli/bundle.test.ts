import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SecretScan } from '../../sandbox/src/demo/secrets.ts';
import { archive } from '../../src/adapters/archive.ts';
import { BUNDLE_LIMITS } from '../../src/bundle/contents.ts';
import type { World } from '../fakes/check-ports.ts';
import { DIR, type Ran, runCli } from '../fakes/run-cli.ts';
import { streamingFacility } from '../fakes/streaming-facility.ts';

const SECRETS = ['s3cret-of-the-database', 's3cret-of-kafka'];
const PATIENT = 'Nakato-of-Gulu';

let dir: string;
let made = 0;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'bundles-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

/** A facility in which everything that can be quoted quotes a password or a patient. */
function talkative(): World {
  const world = streamingFacility();
  const [database = '', kafka = ''] = SECRETS;
  const trace = [
    'org.apache.kafka.connect.errors.ConnectException: cannot write',
    `Caused by: com.microsoft.sqlserver.jdbc.SQLServerException: The duplicate key value is (${PATIENT}).`,
    `ConnectRecord{value=Struct{FullName=${PATIENT},`,
    `${PATIENT} on a line of its own}}`,
    '\tat org.x.Foo.bar(Foo.java:12)',
  ].join('\n');
  world.connect.states = { connector: 'RUNNING', task: 'FAILED', trace };
  world.connect.config['producer.override.sasl.jaas.config'] = `x password="${kafka}";`;
  world.sql.login = {
    kind: 'sql',
    number: 50000,
    numbers: [50000],
    message: `odd ${encodeURIComponent(database)} ${Buffer.from(`:${database}`).toString('base64')}`,
  };
  world.docker!.log = `2026-11-24T07:00:00.123Z ERROR o.x.Y: on records-office-pc with ${JSON.stringify(kafka)}\n${trace}\n`;
  return world;
}

async function bundle(world: World, ...argv: string[]): Promise<Ran & { file: string }> {
  const file = join(dir, `${made++}.tgz`);
  return { ...(await runCli(world, 'bundle', '--dir', DIR, '--out', file, ...argv)), file };
}

async function contents(file: string): Promise<Record<string, string>> {
  const files = await archive.unpack(await readFile(file), BUNDLE_LIMITS);
  return Object.fromEntries(files.map(({ path, content }) => [path, content]));
}

const from = (file: string, ...argv: string[]) => runCli(nowhere(), 'doctor', '--from', file, ...argv);

/** A machine without a facility, a way to anything, or Docker: every question to the world fails the test. */
function nowhere(): World {
  const world = streamingFacility();
  const asked = () => {
    throw new Error('the world was asked');
  };
  for (const part of ['docker', 'sql', 'kafka', 'connect', 'broken', 'certificate'] as const) {
    Object.defineProperty(world, part, { get: asked });
  }
  return world;
}

describe('bundle', () => {
  it('shows what is in it, writes it for its owner alone, and says what to do with it', async () => {
    const { exit, stdout, stderr, file } = await bundle(streamingFacility(), '--yes');
    expect(exit).toBe(0);
    const listed = stderr
      .split('\n')
      .flatMap((line) => /^ {2}(\S+) +([\d.]+ k?B) {2}\S/.exec(line)?.[1] ?? []);
    expect(listed).toEqual(Object.keys(await contents(file)));
    expect(stderr).toContain('not in it: docker-compose.facility.yml (there is none)');
    expect(stderr.split('\n').filter((line) => line.length > 80)).toEqual([]);
    expect(stdout).toContain(`✔ Written: ${file}`);
    expect(stdout).toContain(`clinicmaster-cdc doctor --from ${file.split('/').at(-1)}`);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  it('writes nothing where nobody can be asked', async () => {
    const before = await readdir(dir);
    const { exit, stderr } = await bundle(streamingFacility());
    expect(exit).toBe(2);
    expect(stderr).toContain('In the bundle:');
    expect(stderr).toContain('Nobody can be asked whether this may be written.');
    expect(await readdir(dir)).toEqual(before);
  });

  it('asks at a terminal, and takes no for an answer', async () => {
    for (const agreed of [false, true]) {
      const world = streamingFacility();
      const asked: string[] = [];
      world.confirm = (message) => asked.push(message) > 0 && agreed;
      const { exit, file } = await bundle(world);
      expect(asked).toEqual([`Write ${file}?`]);
      expect(exit).toBe(agreed ? 0 : 130);
      expect((await readdir(dir)).includes(file.split('/').at(-1) ?? '')).toBe(agreed);
    }
  });

  it('tells another program where it is and what is in it', async () => {
    const { stdout, file } = await bundle(streamingFacility(), '--yes', '--json');
    const answer = JSON.parse(stdout);
    expect(answer).toMatchObject({ schemaVersion: 1, ok: true, command: 'bundle', path: file });
    expect(answer.bytes).toBe((await stat(file)).size);
    expect(answer.files[0]).toEqual({ path: 'manifest.json', what: 'this list', bytes: expect.any(Number) });
    expect(answer.missing).toEqual([{ what: 'docker-compose.facility.yml', why: 'there is none' }]);
  });

  it('holds no password in any spelling and no patient, whatever quotes them', async () => {
    const { exit, file } = await bundle(talkative(), '--yes');
    expect(exit).toBe(0);
    const scan = new SecretScan([...SECRETS, PATIENT].map((value) => ({ name: value, value })));
    scan.look('tar', file, gunzipSync(await readFile(file)));
    expect(scan.leaks).toEqual([]);
    const files = await contents(file);
    expect(files['container.log']).toContain('ERROR o.x.Y: on (this machine) with "(hidden KAFKA_PASS)"');
    expect(files['container.log']).toContain('The duplicate key value is (values left out)');
    expect(files['container.log']).toContain('\tat org.x.Foo.bar(Foo.java:12)');
    expect(files['container.json']).not.toContain('Env');
    expect(files['env.txt']).toContain('DB_USER=cdc_reader\nDB_PASS=(hidden)\n');
    expect(files['checks.json']).toContain('192.168.1.100');
    expect(Object.values(files).join('')).not.toContain('records-office-pc');
  });

  it('is made without Docker too, and says what is missing', async () => {
    const world = streamingFacility();
    world.docker = undefined;
    const { exit, stderr, file } = await bundle(world, '--yes');
    expect(exit).toBe(0);
    expect(stderr).toContain('not in it: container.log (No Docker Engine answers on this machine.)');
    expect(Object.keys(await contents(file))).not.toContain('container.log');
  });

  it('is named after the facility and the time', async () => {
    const ran = await runCli(streamingFacility(), 'bundle', '--dir', DIR);
    expect(ran.exit).toBe(2);
    const world = streamingFacility();
    const asked: string[] = [];
    world.confirm = (message) => asked.push(message) < 0;
    await runCli(world, 'bundle', '--dir', DIR);
    expect(asked).toEqual(['Write /elsewhere/clinicmaster-cdc-xY9AbCdEf12-20261124-0800.tgz?']);
  });
});

describe('doctor --from', () => {
  it.each([
    ['is well', streamingFacility],
    ['is not', talkative],
  ])('gives the verdicts of the site, without any way to it, of one that %s', async (_, world) => {
    const site = JSON.parse((await runCli(world(), 'doctor', '--json', '--dir', DIR)).stdout);
    const { file } = await bundle(world(), '--yes');
    const { exit, stdout } = await from(file, '--json');
    const there = JSON.parse(stdout);
    const verdicts = ({ checks }: { checks: { id: string; verdict: object }[] }) =>
      checks.map(({ id, verdict }) => ({ id, verdict }));
    expect(verdicts(there)).toEqual(verdicts(site));
    expect([there.counts, there.facility, there.ok]).toEqual([site.counts, site.facility, site.ok]);
    expect(exit).toBe(site.ok ? 0 : 3);
    expect(there.from).toEqual({
      file,
      createdAt: '2026-11-24T08:00:00.000Z',
      version: '0.1.0',
      judgedBy: '0.1.0',
      differs: [],
    });
  });

  it('says whose it is, from when, and by which version', async () => {
    const { file } = await bundle(streamingFacility(), '--yes');
    const { stdout } = await from(file, '--short');
    expect(stdout.replace(/\s+/g, ' ')).toMatch(
      /^Bundle of St. Mary’s \(xY9AbCdEf12\), made 2026-11-24 08:00 UTC by clinicmaster-cdc 0.1.0, judged by the same version. ✔ In one word: healthy. Data arrive in time. ✔ \d+ ok/,
    );
  });

  it('can be asked for a part, and printed', async () => {
    const { file } = await bundle(talkative(), '--yes');
    const page = join(dir, 'from.html');
    const { stdout } = await from(file, '--only', 'sql-login', '--html', page);
    expect(stdout).toContain('The login opens the database');
    expect(stdout).not.toContain('Kafka');
    expect(await readFile(page, 'utf8')).toContain('From a bundle made 2026-11-24 08:00 UTC');
    expect((await from(file, '--only', 'sql-logn')).exit).toBe(2);
  });

  it.each<[string, () => Promise<Buffer | string>, string]>([
    [
      'is cut off',
      async () => (await readFile((await bundle(streamingFacility(), '--yes')).file)).subarray(0, 2000),
      'damaged',
    ],
    ['is no archive', async () => 'hello', 'damaged'],
    [
      'is another archive',
      async () => Buffer.from(await archive.pack([{ path: 'package/a', content: '' }], 0)),
      'no bundle',
    ],
    [
      'leads out of its folder',
      async () => Buffer.from(await archive.pack([{ path: '../a', content: '' }], 0)),
      'holds what no bundle holds',
    ],
  ])('refuses a file that %s', async (_, content, words) => {
    const file = join(dir, `odd-${made++}.tgz`);
    await writeFile(file, await content());
    const { exit, stderr } = await from(file);
    expect(exit).toBe(2);
    expect(stderr).toContain(words);
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  it('says that there is no such file', async () => {
    const { exit, stderr } = await from(join(dir, 'none.tgz'));
    expect([exit, stderr.includes('There is no file')]).toEqual([2, true]);
  });
});
