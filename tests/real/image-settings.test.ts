import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { CENTRAL_IMAGE, FACILITY_IMAGE } from '../../sandbox/src/images/recipes.ts';
import { findDocker } from '../../src/adapters/docker.ts';

const NAME = 'clinicmaster-cdc-test-settings';
const GOOD = {
  FACILITY_NAME: 'Kayunga',
  FACILITY_DHIS2_CODE: 'UG0001',
  DB_HOST: '192.0.2.1',
  DB_USER: 'cdc',
  DB_PASS: 'secret',
  KAFKA_BOOTSTRAP_SERVERS: 'kafka.example.org:9093',
  KAFKA_USER: 'facility-UG0001',
  KAFKA_PASS: 'secret',
};
const folders: string[] = [];

/** Runs an image to its end with this environment. */
async function run(image: string, env: Record<string, string>, binds: string[] = []) {
  const docker = await findDocker({ platform: 'linux', privileged: true, home: '/root', cwd: '/', env: {} });
  await docker.createContainer(NAME, {
    Image: image,
    Env: Object.entries(env).map(([key, value]) => `${key}=${value}`),
    HostConfig: { Binds: binds, NetworkMode: 'none', ReadonlyRootfs: true, Tmpfs: { '/tmp': '' } },
  });
  try {
    await docker.start(NAME);
    const end = Date.now() + 20_000;
    for (;;) {
      const state = await docker.container(NAME);
      const output = await docker.logs(NAME, { tail: 200 });
      // It took the settings and is on its way to Kafka; without a network it may have ended since, with a code of its own.
      if (output.includes('worker initializing') || Date.now() > end) return { exitCode: undefined, output };
      if (state?.running === false) return { exitCode: state.exitCode, output };
      await sleep(200);
    }
  } finally {
    await docker.remove(NAME);
  }
}

async function caFolder(name: string, content: string, mode: number): Promise<string[]> {
  const dir = await mkdtemp(join(tmpdir(), 'cdc-ca-'));
  folders.push(dir);
  await chmod(dir, 0o755);
  await writeFile(join(dir, name), content);
  await chmod(join(dir, name), mode);
  return [`${dir}:/etc/clinicmaster-cdc/ca:ro`];
}

afterAll(() => Promise.all(folders.map((dir) => rm(dir, { recursive: true }))));

describe('the container, given wrong settings', () => {
  it('names everything that is missing at once, where to correct it, and ends with 2', async () => {
    const { exitCode, output } = await run(FACILITY_IMAGE.tag, {});
    expect(exitCode).toBe(2);
    for (const key of Object.keys(GOOD)) expect(output).toContain(`${key} is empty. Needed: `);
    expect(output).toContain('docker-compose.facility.yml, then run there: docker compose up -d');
  });

  it('does the same at the central site', async () => {
    const { exitCode, output } = await run(CENTRAL_IMAGE.tag, {});
    expect(exitCode).toBe(2);
    for (const key of ['WAREHOUSE_HOST', 'WAREHOUSE_DB', 'WAREHOUSE_USER', 'WAREHOUSE_PASS', 'KAFKA_PASS']) {
      expect(output).toContain(`${key} is empty. Needed: `);
    }
    expect(output).not.toContain('FACILITY_NAME');
  });

  it.each([
    [{ FACILITY_DHIS2_CODE: 'a b/c' }, 'FACILITY_ID is "a b/c"'],
    [{ FACILITY_ID: 'central' }, 'FACILITY_ID is "central"'],
    [{ KAFKA_BOOTSTRAP_SERVERS: 'https://kafka:9093' }, 'KAFKA_BOOTSTRAP_SERVERS is "https://kafka:9093"'],
    [{ KAFKA_BOOTSTRAP_SERVERS: 'kafka' }, 'Needed: host:port,host:port'],
    [{ FIRST_COPY_WINDOW: '22-5' }, 'FIRST_COPY_WINDOW is "22-5". Needed: hours as in 22:00-05:00'],
    [{ DB_PORT: '1433x' }, 'DB_PORT is "1433x". Needed: a port number'],
    [{ DB_ENCRYPT: 'yes' }, 'DB_ENCRYPT is "yes". Needed: one of true false'],
    [{ SNAPSHOT_ISOLATION_MODE: 'exclusive' }, 'Needed: one of snapshot read_committed'],
    [{ DB_PASS: '', DB_PASS_B64: 'not base64!' }, 'DB_PASS_B64 is not base64'],
    [{ DB_PASS: 'secret\r' }, 'DB_PASS holds a line break or another control character'],
  ])('refuses %j', async (change, expected) => {
    const { exitCode, output } = await run(FACILITY_IMAGE.tag, { ...GOOD, ...change });
    expect(output).toContain(expected);
    expect(output).not.toContain('secret');
    expect(exitCode).toBe(2);
  });

  it('says who may not read a certificate, and the command that helps', async () => {
    const binds = await caFolder('kafka-ca.pem', '-----BEGIN CERTIFICATE-----', 0o600);
    const { exitCode, output } = await run(FACILITY_IMAGE.tag, GOOD, binds);
    expect(output).toContain("may not be read by the container's user (uid 10001). Run: chmod a+rx ca");
    expect(exitCode).toBe(2);
  });

  it.each(['kafka-ca.pem', 'sqlserver-ca.pem'])('refuses a %s without a certificate', async (name) => {
    const binds = await caFolder(name, 'PRIVATE KEY', 0o644);
    expect((await run(FACILITY_IMAGE.tag, GOOD, binds)).output).toContain(`ca/${name} holds no certificate`);
  });

  it('takes good ones', async () => {
    const { exitCode, output } = await run(FACILITY_IMAGE.tag, GOOD);
    expect(output).toContain('worker initializing');
    expect(exitCode).toBeUndefined();
  });
});
