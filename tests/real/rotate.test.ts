import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { enrolFacility } from '../../sandbox/src/kafka/enrol.ts';
import { docker } from '../../sandbox/src/provision/docker.ts';
import { envValues, parseEnv } from '../../src/settings/env-file.ts';
import { decodeTwins } from '../../src/settings/env-write.ts';
import { DATABASE } from './support/hospital.ts';
import { type InstalledFacility, installFacility } from './support/installed-facility.ts';
import { compareLoad, type Load, startLoad } from './support/load.ts';
import { type ProgramRun, runProgram } from './support/program.ts';

const CODE = 'ROTATED';
const INSTANCE = 'rotated';
/** Quotes, backslash, `$`, `#`, blanks: what T-SQL, `.env`, JAAS lines and shells stumble over. */
const NEW_DB = `N3w 'pass"wd' \\$x # of the database`;
const NEW_KAFKA = `n3w "pass'wd" \\$y % of Kafka`;
const WRONG = 'Wr0ng-all-the-way';

let facility: InstalledFacility;
let load: Load | undefined;
let shown = '';

beforeAll(async () => {
  facility = await installFacility({
    code: CODE,
    instance: INSTANCE,
    restPort: 18710,
    storage: 'rotate_real',
    patient: 'Achen',
    heartbeatMs: 1000,
    // A sandbox that has run this before still knows the password of then.
    kafkaPassword: 'the-f1rst-of-Kafka',
  });
});
afterEach(() => load?.stop().catch(() => {}));
afterAll(async () => {
  await docker
    .getContainer(facility?.names.container ?? 'none')
    .stop({ t: 60 })
    .catch(() => {});
  await facility?.remove();
});

async function rotate(env: Record<string, string>, ...argv: string[]): Promise<ProgramRun> {
  const ran = await runProgram(env, 'rotate', '--yes', ...argv, '--dir', facility.dir, '--verbose');
  shown += ran.stdout + ran.stderr;
  return ran;
}
const values = async () =>
  decodeTwins(envValues(parseEnv(await readFile(join(facility.dir, '.env'), 'utf8'))));
const inspect = () => docker.getContainer(facility.names.container).inspect();
const login = () => `[${facility.hospital.database.user}]`;
const quoted = (text: string) => `N'${text.replaceAll("'", "''")}'`;

describe('rotate', () => {
  test('a wrong new password changes nothing, at Kafka and at SQL Server', async () => {
    const before = await inspect();
    const env = await readFile(join(facility.dir, '.env'), 'utf8');
    const kafka = await rotate({ NEW_KAFKA_PASS: WRONG }, '--kafka');
    expect([kafka.exit, kafka.stderr]).toEqual([3, expect.stringContaining('Nothing was changed')]);
    // The DBA has set another one than the one that is given here.
    const set = (password: string) =>
      facility.hospital.dba(`ALTER LOGIN ${login()} WITH PASSWORD = ${quoted(password)}`);
    await set('As-the-DBA-wanted-1t');
    const database = await rotate({ NEW_DB_PASS: WRONG }, '--database');
    await set(facility.hospital.database.password);
    expect([database.exit, database.stderr]).toEqual([3, expect.stringContaining('takes neither')]);
    const { Id, State } = await inspect();
    expect([Id, State.StartedAt]).toEqual([before.Id, before.State.StartedAt]);
    expect(await readFile(join(facility.dir, '.env'), 'utf8')).toBe(env);
  });

  test('of both passwords under load: rows lost 0', async () => {
    const before = await inspect();
    load = await startLoad(facility.hospital);
    // The central team sets the one, the login itself the other.
    await enrolFacility(CODE, NEW_KAFKA);
    const { exit, stderr } = await rotate(
      { NEW_DB_PASS: NEW_DB, NEW_KAFKA_PASS: NEW_KAFKA },
      '--kafka',
      '--database',
    );
    expect(exit, stderr).toBe(0);
    expect(stderr.replace(/\s+/g, ' ')).toContain('gives itself the new password');
    expect(await values()).toMatchObject({ DB_PASS: NEW_DB, KAFKA_PASS: NEW_KAFKA });
    expect((await stat(join(facility.dir, '.env'))).mode & 0o777).toBe(0o600);
    const { Id, State } = await inspect();
    expect([Id === before.Id, State.Running]).toEqual([false, true]);
    const versions = await load.stop();
    const { lost, different } = await compareLoad(facility.hospital, CODE, versions);
    expect({ written: versions.length > 100, lost, different }).toEqual({
      written: true,
      lost: [],
      different: [],
    });
  });

  test('afterwards SQL Server refuses the former password, and takes the new one', async () => {
    const { user, password } = facility.hospital.database;
    const open = async (secret: string) => {
      const pool = await facility.hospital.standin.pool(DATABASE, { user, password: secret });
      await pool.close();
      return 'taken';
    };
    expect(await open(NEW_DB)).toBe('taken');
    await expect(open(password)).rejects.toMatchObject({ originalError: expect.anything() });
  });

  test('no password was shown', () => {
    for (const secret of [NEW_DB, NEW_KAFKA, WRONG, facility.hospital.database.password])
      expect(shown).not.toContain(secret);
  });
});
