import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { buildEnrolment } from '../../src/settings/enrolment.ts';
import { facilityFields } from '../../src/settings/fields.ts';
import { ANSWERS, type InstallWorld, installWorld } from '../fakes/install-world.ts';

let world: InstallWorld;
beforeEach(async () => {
  world = await installWorld();
  world.env = {};
});
afterEach(() => world.close());

const explain = (...more: string[]) => world.cli('config', 'explain', '--dir', world.dir, ...more);
const settings = async (...more: string[]) => {
  const { exit, stdout } = await explain('--json', ...more);
  const answer = JSON.parse(stdout);
  return { exit, answer, by: Object.fromEntries(answer.settings.map((s: { key: string }) => [s.key, s])) };
};
async function env(text: string): Promise<void> {
  await mkdir(world.dir, { recursive: true });
  await writeFile(join(world.dir, '.env'), text);
}

describe('config explain', () => {
  it('works where nothing is installed, and changes nothing', async () => {
    const { exit, stdout } = await explain();
    expect(exit).toBe(0);
    expect(stdout).toContain(`no .env in ${world.dir}`.slice(0, 20));
    expect(stdout).toMatch(/DB_PORT +default +1433/);
    expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
    expect(stdout.replace(/\s+/g, ' ')).toContain(
      'To be corrected: FACILITY_NAME, FACILITY_DHIS2_CODE, DB_HOST',
    );
  });

  it('says where each value came from, what it hides and what would override it', async () => {
    await env('# mine\nDB_HOST=by-file\nDB_USER=u\nDB_USER=v\nDB_NAME=\nDB_NAME_B64=eCR5\n');
    await writeFile(join(world.home, 'site.conf'), 'DB_HOST=by-config\nDB_PORT=1444\n');
    const enrolment = {
      issuedAt: '2026-11-25T08:00:00Z',
      issuedBy: 'x',
      facility: { name: 'By enrolment', code: 'UG-1' },
      kafka: { brokers: ['k:9093'], user: 'u', password: 'zebra' },
    };
    await writeFile(join(world.home, 'e.json'), buildEnrolment(enrolment, facilityFields('0.1.0')));
    world.env = { DB_HOST: 'by-environment' };
    const { by } = await settings('--config', 'site.conf', '--enrolment', 'e.json', '--rest-port', '9000');
    expect(by.REST_PORT).toMatchObject({ value: '9000', source: 'flag', overriddenBy: [], hides: [] });
    expect(by.DB_HOST).toMatchObject({
      value: 'by-environment',
      source: 'environment',
      line: null,
      overriddenBy: ['--db-host'],
      hides: [
        { source: 'config', value: 'by-config' },
        { source: '.env', value: 'by-file' },
      ],
    });
    expect(by.DB_PORT).toMatchObject({ value: '1444', source: 'config' });
    expect(by.FACILITY_NAME).toMatchObject({ value: 'By enrolment', source: 'enrolment' });
    expect(by.DB_USER).toMatchObject({ value: 'v', source: '.env', line: 4 });
    expect(by.DB_NAME).toMatchObject({ value: 'x$y', source: '.env', line: 6 });
    expect(by.DB_USER.overriddenBy).toEqual([
      '--db-user',
      'DB_USER in the environment',
      '--config',
      '--enrolment',
    ]);
    expect(by.HEAP_OPTS).toMatchObject({ source: 'default', problem: null });
    expect(by.DB_PASS).toMatchObject({ source: null, set: false, problem: 'Needed, and nobody gives it.' });
  });

  it('shows nothing of a password, not even its length', async () => {
    await env(`DB_PASS='zebra#crossing'\n`);
    world.env = { DB_PASS: 'giraffe', KAFKA_PASS: 'baboon\u0007gorilla' };
    const runs = [await explain(), await explain('DB_PASS', 'KAFKA_PASS'), await explain('--json')];
    for (const { stdout, stderr } of runs)
      expect(stdout + stderr).not.toMatch(/zebra|crossing|giraffe|baboon|gorilla/);
    expect(runs[0]?.stdout).toMatch(/DB_PASS +environment +set\n +\(hides \.env\)/);
    expect(runs[1]?.stdout).toContain('hides         .env: another one');
    expect(runs[1]?.stdout).toContain('problem       ✖ The Kafka password holds a line break or a control');
    expect(runs[1]?.exit).toBe(3);
  });

  it('reads a broken .env as far as it can, and puts what is wrong beside its value', async () => {
    await env('DB_PASS=pa$word\nnonsense\nDB_HOST=localhost\nKAFKA_PASSWORD=x\nCOMPOSE_FILE=y\nDB_NAME=n\n');
    const { exit, answer, by } = await settings();
    expect(exit).toBe(3);
    expect(answer).toMatchObject({
      ok: false,
      unreadable: [2],
      unknown: [{ key: 'KAFKA_PASSWORD', line: 4 }],
    });
    expect(by.DB_PASS).toMatchObject({ set: true, value: null, line: 1 });
    expect(by.DB_PASS.problem).toContain('single quotes');
    expect(by.DB_HOST.problem).toContain('host.docker.internal');
    expect(by.DB_NAME).toMatchObject({ value: 'n', problem: null });
    const { stdout } = await explain();
    expect(stdout).toContain('Line 2 of .env is no KEY=value.');
    expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });

  it('asks for an id beside a code that cannot name topics', async () => {
    await env('FACILITY_DHIS2_CODE=UG/01\n');
    const { exit, by } = await settings();
    expect(exit).toBe(3);
    expect(by.FACILITY_ID.problem).toContain('for example UG-2F01');
    await env('FACILITY_DHIS2_CODE=UG/01\nFACILITY_ID=UG-01\n');
    expect((await settings()).by.FACILITY_ID.problem).toBeNull();
  });

  it('tells all of one setting', async () => {
    const { exit, stdout } = await explain('snapshot_mode');
    expect(exit).toBe(0);
    expect(stdout).toContain('one of        when_needed, initial, no_data, recovery');
    expect(stdout).not.toContain('DB_HOST');
  });

  it('knows the sink by its .env or by the flag', async () => {
    await env('WAREHOUSE_HOST=pg\n');
    expect((await settings()).by.WAREHOUSE_HOST).toMatchObject({ value: 'pg' });
    const { by } = await settings('--central', '--warehouse-host', 'other', '--json');
    expect(by.WAREHOUSE_HOST).toMatchObject({ value: 'other', source: 'flag' });
    expect(by.DB_HOST).toBeUndefined();
  });

  it.each([
    [['NOPE'], 'There is no setting NOPE.'],
    [['--config', 'none'], 'There is no file none.'],
  ])('%j is usage', async (flags, telling) => {
    const { exit, stderr } = await explain(...flags);
    expect(exit).toBe(2);
    expect(stderr).toContain(telling);
  });

  it('finds nothing to correct after an installation', async () => {
    world.env = { ...ANSWERS, REST_PORT: String(world.worker.port) };
    await world.cli('init', '--yes', '--dir', world.dir);
    world.env = {};
    const { exit, answer, by } = await settings();
    expect([exit, answer.unknown]).toEqual([0, []]);
    expect(by.FACILITY_NAME).toMatchObject({ value: ANSWERS.FACILITY_NAME, source: '.env' });
  });
});

describe('config schema', () => {
  it('prints a schema alone, so that it can go into a file', async () => {
    const { exit, stdout } = await world.cli('config', 'schema');
    expect(exit).toBe(0);
    expect(JSON.parse(stdout).$defs.facility.properties.DB_HOST.type).toBe('string');
    expect(
      JSON.parse((await world.cli('config', 'schema', '--enrolment')).stdout).properties.kafka,
    ).toBeDefined();
    expect(JSON.parse((await world.cli('config', 'schema', '--json')).stdout)).toMatchObject({
      schemaVersion: 1,
      ok: true,
    });
  });
});
