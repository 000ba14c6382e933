import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { envValues, parseEnv } from '../../src/settings/env-file.ts';
import { decodeTwins } from '../../src/settings/env-write.ts';
import { ANSWERS, type InstallWorld, installWorld } from '../fakes/install-world.ts';

const CONTAINER = 'clinicmasterwarehouse';
const NEW_DB = `N3w "pass' of $ the\\ database`;
const NEW_KAFKA = 'n3w \'pass" of Kafka';

let world: InstallWorld;
let most: number;
let shown: string;
beforeEach(async () => {
  world = await fresh();
});
afterEach(async () => {
  await world.close();
  for (const secret of [NEW_DB, NEW_KAFKA, ANSWERS.DB_PASS, ANSWERS.KAFKA_PASS])
    for (const form of [secret, secret.replaceAll("'", "''"), JSON.stringify(secret).slice(1, -1)])
      expect(shown).not.toContain(form);
});

async function fresh(): Promise<InstallWorld> {
  const made = await installWorld();
  most = 0;
  shown = '';
  made.docker.onStart = () => {
    made.worker.healthy = true;
    most = Math.max(most, Object.values(made.docker.containers).filter(({ state }) => state.running).length);
  };
  expect((await made.cli('init', '--yes', '--dir', made.dir)).exit).toBe(0);
  made.logins = { database: ANSWERS.DB_PASS, kafka: ANSWERS.KAFKA_PASS };
  made.env = {};
  return made;
}

async function cli(...argv: string[]) {
  const ran = await world.cli(...argv, '--dir', world.dir, '--verbose');
  shown += ran.stdout + ran.stderr;
  return { ...ran, said: `${ran.stdout}\n${ran.stderr}`.replace(/\s+/g, ' ') };
}
const rotate = (...argv: string[]) => cli('rotate', '--yes', ...argv);
const values = async () => decodeTwins(envValues(parseEnv(await readFile(join(world.dir, '.env'), 'utf8'))));
const container = () => world.docker.containers[CONTAINER];
const id = () => container()?.state.id;
const inside = () => (container()?.options.Env as string[] | undefined) ?? [];

/** `.env` and container hold these, one container runs, nothing is left over. */
async function whole(database: string, kafka: string) {
  expect(await values()).toMatchObject({ DB_PASS: database, KAFKA_PASS: kafka });
  expect((await stat(join(world.dir, '.env'))).mode & 0o777).toBe(0o600);
  const env = decodeTwins(Object.fromEntries(inside().map((line) => line.split(/=(.*)/s).slice(0, 2))));
  expect(env).toMatchObject({ DB_PASS: database, KAFKA_PASS: kafka });
  expect(Object.keys(world.docker.containers)).toEqual([CONTAINER]);
  expect([container()?.state.running, most]).toEqual([true, 1]);
  expect((await readdir(world.dir)).filter((name) => /before|next|replacement/.test(name))).toEqual([]);
}
const untouched = async (before: string | undefined) => {
  expect(id()).toBe(before);
  await whole(ANSWERS.DB_PASS, ANSWERS.KAFKA_PASS);
};

describe('rotate --database', () => {
  it('lets the login set its own password, then makes the container anew', async () => {
    const before = id();
    world.env.NEW_DB_PASS = NEW_DB;
    const { exit, said } = await rotate('--database');
    expect([exit, world.logins.database]).toEqual([0, NEW_DB]);
    expect(said).toContain('gives itself the new password');
    expect(said).toContain('heartbeat read back');
    expect(id()).not.toBe(before);
    await whole(NEW_DB, ANSWERS.KAFKA_PASS);
  });

  it('takes up what the DBA has set, and sets nothing', async () => {
    world.env.NEW_DB_PASS = NEW_DB;
    world.logins.database = NEW_DB;
    world.afterScript = () => ({ kind: 'sql', number: 1, message: 'asked' });
    expect((await rotate('--database')).said).toContain('has the new password already');
    await whole(NEW_DB, ANSWERS.KAFKA_PASS);
  });

  it('makes one up', async () => {
    expect((await rotate('--database', '--generate')).exit).toBe(0);
    const made = world.logins.database ?? '';
    expect([made.length, shown.includes(made)]).toEqual([32, false]);
    await whole(made, ANSWERS.KAFKA_PASS);
  });

  it('has a DBA set it where the present one works no more', async () => {
    Object.assign(world.env, { NEW_DB_PASS: NEW_DB, SQL_DBA_PASS: 'sa-of-the-test' });
    world.logins.database = 'forgotten';
    expect((await rotate('--database', '--dba-user', 'sa')).exit).toBe(0);
    expect(shown).not.toContain('sa-of-the-test');
    await whole(NEW_DB, ANSWERS.KAFKA_PASS);
  });

  it('changes nothing where the server takes neither, cannot be asked, or refuses the new one', async () => {
    const before = id();
    world.env.NEW_DB_PASS = NEW_DB;
    world.logins.database = 'set by the DBA';
    const wrong = await rotate('--database');
    expect([wrong.exit, wrong.said.includes('takes neither the new nor the present')]).toEqual([3, true]);
    world.logins.database = ANSWERS.DB_PASS;
    world.afterScript = () => ({ kind: 'sql', number: 15_118, message: `not complex: ${NEW_DB}` });
    const weak = await rotate('--database');
    expect([weak.exit, weak.said.includes('it is not complex enough for the password policy')]).toEqual([
      3,
      true,
    ]);
    world.world.sql.login = { kind: 'timeout', message: 'no answer' };
    const silent = await rotate('--database');
    expect([silent.exit, silent.said.includes('cannot be asked')]).toEqual([3, true]);
    await untouched(before);
  });

  it('sets the former password back where the container does not stream with the new one', async () => {
    const before = id();
    world.env.NEW_DB_PASS = NEW_DB;
    world.docker.onStart = (name) => {
      most = 1;
      world.silent = world.docker.containers[name]?.state.id !== before;
      world.worker.healthy = true;
    };
    const { exit, said } = await rotate('--database');
    expect([exit, world.logins.database]).toEqual([3, ANSWERS.DB_PASS]);
    expect(said).toContain('has its former password again');
    expect(said).toContain('the former container is back and streams');
    await untouched(before);
  });

  it('tells where there is no way back, and start goes on', async () => {
    world.env.NEW_DB_PASS = NEW_DB;
    world.logins.database = NEW_DB;
    world.silent = true;
    const { exit, said } = await rotate('--database');
    expect([exit, said.includes('the former one is taken no more')]).toEqual([3, true]);
    expect(await values()).toMatchObject({ DB_PASS: NEW_DB });
    world.silent = false;
    expect((await cli('start')).exit).toBe(0);
    await whole(NEW_DB, ANSWERS.KAFKA_PASS);
  });

  it('tells where the server sets the new password and then refuses it', async () => {
    world.env.NEW_DB_PASS = NEW_DB;
    world.afterScript = () => {
      queueMicrotask(() => {
        world.logins.database = 'locked';
      });
      return undefined;
    };
    const { exit, said } = await rotate('--database');
    expect([exit, said.includes('and then refuses it')]).toEqual([3, true]);
  });
});

describe('rotate --kafka', () => {
  it('tries the new password by a login, then puts it into effect', async () => {
    world.env.NEW_KAFKA_PASS = NEW_KAFKA;
    world.logins.kafka = NEW_KAFKA;
    expect((await rotate('--kafka')).exit).toBe(0);
    await whole(ANSWERS.DB_PASS, NEW_KAFKA);
  });

  it('changes nothing where Kafka refuses it', async () => {
    const before = id();
    world.env.NEW_KAFKA_PASS = NEW_KAFKA;
    const { exit, said } = await rotate('--kafka');
    expect([exit, said.includes('does not take the new password')]).toEqual([3, true]);
    await untouched(before);
  });

  it('goes over to a second user, and says that the first may go', async () => {
    world.env.NEW_KAFKA_PASS = NEW_KAFKA;
    delete world.logins.kafka;
    const { exit, said } = await rotate('--kafka', '--kafka-user', 'facility-7b');
    expect([exit, said.includes('may remove the Kafka user facility-7 now')]).toEqual([0, true]);
    expect(await values()).toMatchObject({ KAFKA_USER: 'facility-7b' });
  });

  it('goes together with the database in one go', async () => {
    Object.assign(world.env, { NEW_DB_PASS: NEW_DB, NEW_KAFKA_PASS: NEW_KAFKA });
    world.logins.kafka = NEW_KAFKA;
    expect((await rotate('--kafka', '--database')).exit).toBe(0);
    await whole(NEW_DB, NEW_KAFKA);
  });
});

describe('a power cut during rotate --database', () => {
  it('at any change leaves what the next start puts in order', async () => {
    for (let at = 1; ; at++) {
      await world.close();
      world = await fresh();
      world.env.NEW_DB_PASS = NEW_DB;
      let changes = 0;
      world.act = () => {
        if (++changes >= at) throw new Error('dead');
      };
      const cut = await rotate('--database');
      world.act = () => {};
      if (changes < at) {
        expect([cut.exit, at > 12]).toEqual([0, true]);
        return;
      }
      const { exit, said } = await cli('start');
      expect([exit, said], `after change ${at}`).toEqual([0, expect.not.stringContaining('✖')]);
      await whole(world.logins.database ?? '', ANSWERS.KAFKA_PASS);
    }
  }, 60_000);
});

it('keeps the new password while no server can be asked which one counts', async () => {
  world.env.NEW_DB_PASS = NEW_DB;
  let set = false;
  world.act = (what) => {
    if (set) throw new Error('dead');
    set = what === 'ALTER LOGIN';
  };
  await rotate('--database');
  world.act = () => {};
  expect(world.logins.database).toBe(NEW_DB);
  world.world.sql.login = { kind: 'unreachable', message: 'no route' };
  const { exit, said } = await cli('start');
  expect([exit, said.includes('neither password works now')]).toEqual([3, true]);
  world.world.sql.login = undefined;
  expect((await cli('start')).exit).toBe(0);
  await whole(NEW_DB, ANSWERS.KAFKA_PASS);
});

it('asks which password, and nothing without a terminal', async () => {
  expect((await cli('rotate')).exit).toBe(2);
  expect((await rotate('--database')).said).toContain('NEW_DB_PASS in the environment, or --generate');
  expect((await rotate('--kafka')).said).toContain('NEW_KAFKA_PASS in the environment');
  world.env.NEW_DB_PASS = ANSWERS.DB_PASS;
  expect((await rotate('--database')).exit).toBe(2);
});

it('asks for the new password twice at a terminal', async () => {
  world.typed.push(NEW_DB, 'not the same', NEW_DB);
  world.decisions.push(() => true);
  expect((await cli('rotate', '--database')).exit).toBe(0);
  await whole(NEW_DB, ANSWERS.KAFKA_PASS);
});
