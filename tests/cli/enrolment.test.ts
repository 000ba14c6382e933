import { chmod, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { buildEnrolment, type EnrolmentContent } from '../../src/settings/enrolment.ts';
import { envValues, parseEnv } from '../../src/settings/env-file.ts';
import { decodeTwins } from '../../src/settings/env-write.ts';
import { facilityFields } from '../../src/settings/fields.ts';
import { ANSWERS, type InstallWorld, installWorld } from '../fakes/install-world.ts';
import { CODE } from '../fakes/streaming-facility.ts';
import { CA } from '../unit/settings/certificate.ts';

const CONTENT: EnrolmentContent = {
  issuedAt: '2026-11-25T08:00:00Z',
  issuedBy: 'Central data team',
  facility: { name: 'Kayunga Hospital', code: CODE },
  kafka: {
    brokers: [ANSWERS.KAFKA_BOOTSTRAP_SERVERS],
    user: 'enrolled-user',
    password: `e'n"r\\o$l`,
    ca: CA,
  },
};

let world: InstallWorld;
let file: string;
beforeEach(async () => {
  world = await installWorld();
  file = join(world.home, 'kayunga.json');
  await writeFile(file, buildEnrolment(CONTENT, facilityFields('0.1.0')), { mode: 0o600 });
  // What is left for the hospital to say.
  const { DB_HOST, DB_USER, DB_PASS } = ANSWERS;
  world.env = { DB_HOST, DB_USER, DB_PASS, REST_PORT: world.env.REST_PORT ?? '' };
});
afterEach(() => world.close());

const init = (...more: string[]) =>
  world.cli('init', '--yes', '--dir', world.dir, '--enrolment', 'kayunga.json', ...more);
const stored = async () => decodeTwins(envValues(parseEnv(await readFile(join(world.dir, '.env'), 'utf8'))));

describe('init --enrolment', () => {
  it('answers all but the database, puts the CA in its place and says that the file may go', async () => {
    const { exit, stderr } = await init();
    expect([exit, stderr.includes('failed')]).toEqual([0, false]);
    expect(await stored()).toMatchObject({
      FACILITY_NAME: 'Kayunga Hospital',
      FACILITY_DHIS2_CODE: CODE,
      KAFKA_USER: 'enrolled-user',
      KAFKA_PASS: CONTENT.kafka.password,
    });
    expect(await readFile(join(world.dir, 'ca', 'kafka-ca.pem'), 'utf8')).toBe(CA);
    expect(stderr.replace(/\s+/g, ' ')).toContain(
      'kayunga.json holds the Kafka password. It is in .env now, so the file is not needed any more: rm kayunga.json',
    );
    expect(stderr).not.toContain('others on this machine');
    expect(stderr).not.toContain(CONTENT.kafka.password);
    // It is not needed any more.
    world.env = {};
    expect((await world.cli('init', '--yes', '--dir', world.dir)).stdout).toContain('nothing was changed');
  });

  it('is weaker than a flag, the environment and --config, and stronger than .env', async () => {
    await init();
    await writeFile(
      join(world.home, 'site.json'),
      JSON.stringify({ FACILITY_NAME: 'By config', DB_PORT: 1433 }),
    );
    world.env.KAFKA_USER = 'by-environment';
    expect((await init('--config', 'site.json')).exit).toBe(0);
    expect(await stored()).toMatchObject({ FACILITY_NAME: 'By config', KAFKA_USER: 'by-environment' });
    delete world.env.KAFKA_USER;
    await init('--name', 'By flag');
    expect(await stored()).toMatchObject({ FACILITY_NAME: 'By flag', KAFKA_USER: 'enrolled-user' });
  });

  it('warns when others may read the file', async () => {
    await chmod(file, 0o644);
    const { exit, stderr } = await init();
    expect(exit).toBe(0);
    expect(stderr.replace(/\s+/g, ' ')).toContain(
      'others on this machine may read it. Run: chmod 600 kayunga.json',
    );
  });

  it('changes nothing when the folder belongs to another facility', async () => {
    await init();
    const before = await readFile(join(world.dir, '.env'), 'utf8');
    const other = { ...CONTENT, facility: { name: 'Other', code: 'OTHER-7' } };
    await writeFile(file, buildEnrolment(other, facilityFields('0.1.0')));
    const { exit, stderr } = await init();
    expect(exit).toBe(2);
    expect(stderr).toContain('belongs to another facility');
    expect(await readFile(join(world.dir, '.env'), 'utf8')).toBe(before);
  });

  it.each([
    ['no such file', async () => {}, ['--enrolment', 'none.json'], 'There is no file none.json'],
    ['half a file', () => writeFile(file, '{"kind":'), [], 'is no JSON'],
    ['another file', () => writeFile(file, '{"kind":"x"}'), [], 'is no enrolment file'],
  ])('refuses %s before anything is changed', async (_, prepare, flags, telling) => {
    await prepare();
    const { exit, stderr } = await init(...flags);
    expect(exit).toBe(2);
    expect(stderr).toContain(telling);
    await expect(stat(world.dir)).rejects.toThrow('ENOENT');
  });
});

describe('--config in JSON', () => {
  it.each([
    ['{"DB_HOST": ["x"]}', 'no plain value: DB_HOST'],
    ['{"DB_PASS": zebra}', 'it begins as JSON and is none'],
  ])('refuses %s', async (text, telling) => {
    await writeFile(join(world.home, 'site.json'), text);
    const { exit, stderr } = await init('--config', 'site.json');
    expect(exit).toBe(2);
    expect(stderr).toContain(telling);
    expect(stderr).not.toContain('zebra');
  });
});
