import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CliRun, runCli } from '../../sandbox/src/demo/cli.ts';
import { enrolFacility } from '../../sandbox/src/kafka/enrol.ts';
import { readTopic } from '../../sandbox/src/kafka/topics.ts';
import { findDocker } from '../../src/adapters/docker.ts';
import type { DockerPort } from '../../src/adapters/docker-port.ts';
import { hostFiles } from '../../src/adapters/files.ts';
import { TOPIC_PREFIX } from '../../src/connector/names.ts';
import { wantedEnv } from '../../src/install/env-text.ts';
import { facilityDeployment } from '../../src/install/facility-deployment.ts';
import { toFacilitySettings } from '../../src/settings/facility.ts';
import { canonical } from '../../src/settings/field.ts';
import { facilityFields } from '../../src/settings/fields.ts';
import { resolve } from '../../src/settings/resolve.ts';
import { readJaas } from '../unit/settings/jaas.ts';
import { anyTextFor, fieldOf } from '../unit/settings/spiteful.ts';
import { type InstalledFacility, installFacility } from './support/installed-facility.ts';

const VERSION = '0.1.0';
const PAIRS = 50;
const AT_ONCE = 4;

interface Pair {
  name: string;
  password: string;
}

/** A login is shorter than a name. */
const login = (name: string) => [...name].slice(0, 30).join('');

/** Those that broke something somewhere once; the rest is made up anew in every run. */
const KNOWN: readonly Pair[] = [
  { name: `St. Mary's "Lacor" Hospital, Gulu & Co $1 / ünïcode`, password: `p'w"d\\$x # %&; \`id\`` },
  { name: '${env:DB_PASS}', password: '${env:KAFKA_JAAS_CONFIG}' },
  { name: '#1 Hospital', password: '#begins' },
  { name: '漢字 👩🏽‍⚕️ ക', password: 'é漢😀' },
  { name: '\\n\\u0041\\', password: `\\\\"\\'\\` },
  { name: '--yes', password: '-----BEGIN' },
  { name: '$(touch /tmp/x)', password: '`touch /tmp/x`' },
  { name: 'A=B', password: 'KAFKA_PASS_B64=QQ==' },
  { name: '100 % {{.Name}}', password: '%s%n%%' },
  { name: `'quoted'`, password: ` blanks at both ends ` },
];

function pairs(): Pair[] {
  const made = fc.sample(
    fc.record({ name: anyTextFor('FACILITY_NAME'), password: anyTextFor('DB_PASS') }),
    PAIRS - KNOWN.length,
  );
  return [...KNOWN, ...made];
}

describe(`${PAIRS} names and passwords in real containers`, () => {
  let dir: string;
  let docker: DockerPort;

  beforeAll(async () => {
    docker = await findDocker({ platform: 'linux', privileged: true, home: '/root', cwd: '/', env: {} });
    dir = await mkdtemp(join(tmpdir(), 'values-'));
    await chmod(dir, 0o755);
    // Stands where Java does: says what Java would have been given.
    const java = '#!/bin/busybox sh\necho BEGIN; base64 </proc/self/environ; echo END\n';
    await writeFile(join(dir, 'java'), java);
    await chmod(join(dir, 'java'), 0o755);
  });
  afterAll(() => rm(dir, { recursive: true, force: true }));

  /** Everything that lies between an answer and Java: the product's own code, Docker, and the image with its entrypoint. */
  async function throughContainer({ name, password }: Pair, at: number): Promise<Record<string, string>> {
    const fields = facilityFields(VERSION);
    const typed = {
      FACILITY_NAME: name,
      FACILITY_DHIS2_CODE: 'VALUES',
      DB_HOST: '192.0.2.1',
      DB_USER: login(name),
      DB_PASS: password,
      KAFKA_BOOTSTRAP_SERVERS: '192.0.2.1:9093',
      KAFKA_USER: 'facility-VALUES',
      KAFKA_PASS: password,
    };
    const resolved = resolve(fields, { flag: typed });
    const settings = toFacilitySettings(fields, resolved.values, { dir: join(dir, `${at}`) });
    const place = {
      files: hostFiles(),
      dir: settings.dir,
      packageRoot: process.cwd(),
      sample: '.env.sample',
    };
    const envText = await wantedEnv(fields, resolved, place, {});
    const recipe = {
      packageRoot: process.cwd(),
      args: {},
      extraCas: {},
      folders: [],
      offline: true,
      repin: false,
    };
    const { compose } = await facilityDeployment(settings, envText, recipe, place.files);
    const container = `clinicmaster-cdc-test-values-${at}`;
    await docker.remove(container).catch(() => {});
    await docker.createContainer(container, {
      Image: compose.image,
      Env: compose.options.Env,
      HostConfig: {
        Binds: [`${join(dir, 'java')}:/opt/java/bin/java:ro`],
        NetworkMode: 'none',
        ReadonlyRootfs: true,
        Tmpfs: { '/tmp': '' },
      },
    });
    try {
      await docker.start(container);
      const end = Date.now() + 60_000;
      for (;;) {
        const log = await docker.logs(container, { tail: 500 });
        const found = /BEGIN\s+([A-Za-z0-9+/=\s]+?)END/.exec(log)?.[1];
        if (found !== undefined) return environment(Buffer.from(found, 'base64').toString('utf8'));
        if (Date.now() > end)
          throw new Error(`No word from ${container} of ${JSON.stringify({ name, password })}:\n${log}`);
        await sleep(150);
      }
    } finally {
      await docker.remove(container);
    }
  }

  function environment(text: string): Record<string, string> {
    const entries = text.split('\0').filter((line) => line !== '');
    return Object.fromEntries(
      entries.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
    );
  }

  test('reach Java as they were typed', async () => {
    const all = pairs();
    const reached: number[] = [];
    const worker = async (lane: number) => {
      for (let at = lane; at < all.length; at += AT_ONCE) {
        const pair = all[at] as Pair;
        const seen = await throughContainer(pair, at);
        const { FACILITY_NAME, DB_PASS, DB_USER, KAFKA_JAAS_CONFIG = '', KAFKA_PASS } = seen;
        expect({ FACILITY_NAME, DB_PASS, DB_USER }).toEqual({
          FACILITY_NAME: canonical(fieldOf('FACILITY_NAME'), pair.name),
          DB_PASS: pair.password,
          DB_USER: canonical(fieldOf('DB_USER'), login(pair.name)),
        });
        const [, quoted = ''] =
          /^\S+ required username="facility-VALUES" password=(".*");$/su.exec(KAFKA_JAAS_CONFIG) ?? [];
        expect(readJaas(quoted)).toBe(pair.password);
        expect(KAFKA_PASS).toBeUndefined();
        reached.push(at);
      }
    };
    await Promise.all([...Array(AT_ONCE).keys()].map(worker));
    expect(reached).toHaveLength(PAIRS);
  });
});

describe('names and passwords in a facility that streams', () => {
  const CODE = 'VALUES-REAL';
  let facility: InstalledFacility;

  beforeAll(async () => {
    facility = await installFacility({
      code: CODE,
      instance: 'values',
      restPort: 18601,
      storage: 'values_real',
      patient: 'first',
      heartbeatMs: 1000,
    });
  });
  afterAll(() => facility?.remove());

  /** The same facility with another name and other passwords, as somebody would correct them. */
  async function change({ name, password }: Pair): Promise<CliRun> {
    await facility.hospital.dba(
      `ALTER LOGIN [${facility.hospital.database.user}] WITH PASSWORD = N'${password.replaceAll("'", "''")}'`,
    );
    const { password: kafka } = await enrolFacility(CODE, password);
    const answers = { FACILITY_NAME: name, DB_PASS: password, KAFKA_PASS: kafka };
    return runCli(['init', '--yes', '--dir', facility.dir], answers, () => {});
  }

  const payload = (json: Buffer | null) => JSON.parse(String(json ?? '{}')).payload;
  const namesOf = async (patient: number) => {
    const records = await readTopic(`${TOPIC_PREFIX}.${facility.hospital.database.name}.dbo.Patients`);
    return records
      .map(({ key, value }) => ({
        key: payload(key),
        value: payload(value),
      }))
      .filter(({ key, value }) => key?.facility_dhis2_code === CODE && value?.PatientNo === patient)
      .map(({ value }) => value.facility_name);
  };

  test.each(KNOWN.slice(0, 3).map((pair, at) => [pair.name, pair, at] as const))(
    '%s: both logins succeed, and a record carries the name',
    async (_, pair, at) => {
      await change(pair);
      const patient = 100 + at;
      await facility.hospital.dba(`INSERT INTO dbo.Patients VALUES (${patient}, N'x')`);
      await expect.poll(() => namesOf(patient), { timeout: 60_000, interval: 500 }).toEqual([pair.name]);
    },
  );
});
