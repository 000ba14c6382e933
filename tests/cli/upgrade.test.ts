import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { envValues, parseEnv } from '../../src/settings/env-file.ts';
import { ANSWERS, IMAGE, type InstallWorld, installWorld } from '../fakes/install-world.ts';
import { CODE } from '../fakes/streaming-facility.ts';

const CONTAINER = 'clinicmasterwarehouse';
const ASIDE = `${CONTAINER}-before-upgrade`;
const NEWER = 'clinicmaster-cdc/connect-facility:0.1.1';
const BROKEN = 'clinicmaster-cdc/connect-facility:broken';
const COMPOSE = 'docker-compose.facility.yml';

let world: InstallWorld;
let most: number;
beforeEach(async () => {
  world = await fresh();
});
afterEach(() => world.close());

async function fresh(): Promise<InstallWorld> {
  const made = await installWorld();
  made.docker.images[NEWER] = 'sha256:newer';
  made.docker.images[BROKEN] = 'sha256:broken';
  most = 0;
  made.docker.onStart = (name) => {
    made.worker.healthy = made.docker.containers[name]?.options.Image !== BROKEN;
    most = Math.max(most, running(made).length);
  };
  expect((await made.cli('init', '--yes', '--dir', made.dir)).exit).toBe(0);
  return made;
}

const running = ({ docker }: InstallWorld) =>
  Object.values(docker.containers).filter(({ state }) => state.running);
const cli = (...argv: string[]) => world.cli(...argv, '--dir', world.dir);
const upgrade = (...argv: string[]) => cli('upgrade', '--yes', ...argv);
const container = () => world.docker.containers[CONTAINER];
const id = () => container()?.state.id;
const policy = () =>
  (container()?.options.HostConfig as { RestartPolicy: { Name: string } } | undefined)?.RestartPolicy.Name;
const text = (name: string) => readFile(join(world.dir, name), 'utf8');
const image = async () => envValues(parseEnv(await text('.env'))).IMAGE ?? '';
const pin = async () => envValues(parseEnv(await text('.env'))).IMAGE_PIN ?? '';
const flat = (written: string) => written.replace(/\s+/g, ' ');
const leftovers = async () =>
  (await readdir(world.dir)).filter((name) => /\.(before|next)$|^replacement/.test(name));

/** One container, running, brought back by Docker; nothing of the replacement in the folder. */
async function whole(expected: string) {
  expect(Object.keys(world.docker.containers)).toEqual([CONTAINER]);
  expect([container()?.state.running, container()?.options.Image, policy()]).toEqual([
    true,
    expected,
    'unless-stopped',
  ]);
  expect(await leftovers()).toEqual([]);
  expect(most).toBe(1);
}

describe('upgrade', () => {
  it('replaces the container by one of the new image and says so', async () => {
    const before = id();
    const { exit, stdout, stderr } = await upgrade('--image', NEWER);
    expect([exit, id() === before]).toEqual([0, false]);
    await whole(NEWER);
    expect(await image()).toBe(NEWER);
    expect(await pin()).toBe(`${NEWER}@sha256:newer`);
    expect(flat(stdout)).toContain(`streams from ${NEWER}`);
    expect(flat(stderr)).toContain(`Image ${IMAGE} (${IMAGE.slice(0, 12)}) -> ${NEWER} (newer)`);
    expect(stderr).toContain('heartbeat read back');
    expect(Math.max(...stderr.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  it('does nothing where nothing differs', async () => {
    const before = id();
    const { exit, stdout } = await upgrade('--json');
    expect([exit, JSON.parse(stdout).changed, id()]).toEqual([0, false, before]);
  });

  it('takes a newer image of the same name', async () => {
    world.docker.images[IMAGE] = 'sha256:rebuilt';
    expect((await upgrade()).exit).toBe(0);
    expect(container()?.state.imageId).toBe('sha256:rebuilt');
    expect(await pin()).toBe(`${IMAGE}@sha256:rebuilt`);
  });

  it("puts this version's compose file in place and leaves the site's beside it", async () => {
    const mine = (await text(COMPOSE)).replace('pids_limit: 512', 'pids_limit: 500');
    await writeFile(join(world.dir, COMPOSE), mine);
    const { exit, stderr } = await upgrade();
    expect([exit, flat(stderr).includes("this version's file; 1 lines differ")]).toEqual([0, true]);
    expect(await text(COMPOSE)).toContain('pids_limit: 512');
    expect(await text(`${COMPOSE}.former`)).toBe(mine);
  });

  it('asks first; nobody to ask is an error', async () => {
    const before = id();
    expect((await cli('upgrade', '--image', NEWER)).exit).toBe(2);
    world.decisions.push(() => false);
    expect((await cli('upgrade', '--image', NEWER)).exit).toBe(130);
    expect(id()).toBe(before);
    world.decisions.push(() => true);
    expect((await cli('upgrade', '--image', NEWER)).exit).toBe(0);
  });

  it('keeps the repository of a mirror, in the version of this program', async () => {
    const mirror = 'registry.example.org:5000/cdc/connect-facility';
    expect((await upgrade('--image', `${mirror}:0.0.9`)).exit).toBe(0);
    expect((await upgrade()).exit).toBe(0);
    expect(await image()).toBe(`${mirror}:0.1.0`);
  });

  it('is refused before anything stops: no such image, another machine, no room', async () => {
    const before = id();
    world.docker.pull = async () => {
      throw new Error('manifest unknown');
    };
    expect((await upgrade('--image', 'registry.example.org/none:1')).exit).not.toBe(0);
    world.docker.pull = async (reference) => {
      world.docker.images[reference] = 'sha256:arm';
    };
    const { image: look } = world.docker;
    world.docker.image = async (reference) => {
      const found = await look(reference);
      return found?.id === 'sha256:arm' ? { ...found, architecture: 'arm64' } : found;
    };
    const { exit, stderr } = await upgrade('--image', 'registry.example.org/arm:1');
    expect([exit, flat(stderr).includes('made for arm64; this machine is amd64')]).toEqual([3, true]);
    expect((await upgrade('--image', 'not an image')).exit).toBe(2);
    world.freeBytes = 1e9;
    const full = await upgrade('--image', NEWER);
    expect([full.exit, full.stderr.includes('The disk of Docker is nearly full.')]).toEqual([3, true]);
    expect([id(), container()?.state.running, await leftovers()]).toEqual([before, true, []]);
  });

  it('is refused where the present worker refuses what is in use already', async () => {
    const before = id();
    world.worker.refuses = { 'database.password': ['Login failed'] };
    const { exit, stderr } = await upgrade('--image', NEWER);
    expect([exit, stderr.includes('Login failed'), id()]).toEqual([3, true, before]);
  });
});

describe('an upgrade that does not work', () => {
  const failures: [string, () => void][] = [
    [
      'a worker that ends',
      () => {
        const { onStart } = world.docker;
        world.docker.onStart = (name) => {
          onStart(name);
          const state = world.docker.containers[name]?.state;
          if (state?.image === BROKEN)
            Object.assign(state, { running: false, status: 'exited', exitCode: 1 });
        };
      },
    ],
    ['a worker that never answers', () => {}],
    [
      'a container that cannot be made',
      () => {
        const { createContainer } = world.docker;
        world.docker.createContainer = async (name, options) => {
          if (options.Image === BROKEN) throw new Error('no space left on device');
          return createContainer(name, options);
        };
      },
    ],
    [
      'a disk without room for .env',
      () => {
        world.act = (what) => {
          if (what === `writeAtomically ${world.dir}/.env`) throw new Error('no space left on device');
        };
      },
    ],
    [
      'a connector that fails',
      () => {
        world.docker.onStart = (name) => {
          const broken = world.docker.containers[name]?.options.Image === BROKEN;
          world.worker.healthy = true;
          most = Math.max(most, running(world).length);
          world.worker.nextTask = broken ? 'FAILED' : 'RUNNING';
          const one = world.worker.connectors[`cdc-${CODE}`];
          if (one !== undefined) Object.assign(one, { task: world.worker.nextTask, trace: 'boom' });
        };
      },
    ],
  ];

  it.each(failures)('%s: the former container is back and streams', async (_, arrange) => {
    const [before, env, compose] = [id(), await text('.env'), await text(COMPOSE)];
    arrange();
    const { exit, stderr } = await upgrade('--image', BROKEN, '--patience', '20s');
    expect(exit).toBe(3);
    expect(flat(stderr)).toContain('The upgrade did not work; the former container is back and streams.');
    expect(stderr).not.toMatch(/run init|docker logs/);
    expect(id()).toBe(before);
    await whole(IMAGE);
    expect([await text('.env'), await text(COMPOSE)]).toEqual([env, compose]);
    expect((await stat(join(world.dir, '.env'))).mode & 0o777).toBe(0o600);
    expect(world.worker.connectors[`cdc-${CODE}`]?.task).toBe('RUNNING');
  });

  it('a check that fails now and did not before takes it back too', async () => {
    const { info } = world.docker;
    world.docker.info = async () => ({
      ...(await info()),
      osType: container()?.options.Image === NEWER ? 'windows' : 'linux',
    });
    const { exit, stderr } = await upgrade('--image', NEWER);
    expect([exit, flat(stderr).includes('a check fails that did not fail before')]).toEqual([3, true]);
    expect(stderr).toContain('docker-api: ');
    await whole(IMAGE);
  });

  it('Ctrl-C takes it back', async () => {
    const interrupt = new AbortController();
    world.signal = interrupt.signal;
    const before = id();
    world.docker.onStart = (name) => {
      world.worker.healthy = true;
      if (world.docker.containers[name]?.options.Image === NEWER) interrupt.abort(new Error('Ctrl-C'));
    };
    const { exit, stderr } = await upgrade('--image', NEWER);
    expect([exit, flat(stderr).includes('The former container is back; nothing was changed.')]).toEqual([
      1,
      true,
    ]);
    expect(id()).toBe(before);
  });

  it('of a stopped facility leaves it stopped', async () => {
    await cli('stop');
    expect((await upgrade('--image', BROKEN, '--patience', '20s')).exit).toBe(3);
    expect([container()?.options.Image, container()?.state.running, policy()]).toEqual([
      IMAGE,
      false,
      'unless-stopped',
    ]);
  });

  it('says so where the former one does not come back either, and start goes on', async () => {
    let down = true;
    world.docker.onStart = () => {
      world.worker.healthy = !down;
    };
    const { exit, stderr } = await upgrade('--image', NEWER, '--patience', '20s');
    expect([exit, flat(stderr).includes('the former one is not back')]).toEqual([3, true]);
    down = false;
    world.worker.healthy = true;
    expect((await cli('start')).exit).toBe(0);
    most = 1;
    await whole(IMAGE);
  });
});

describe('--keep-old and --rollback', () => {
  it('keep the former container and bring it back', async () => {
    const before = id();
    expect((await upgrade('--rollback')).exit).toBe(2);
    expect((await upgrade('--image', NEWER, '--keep-old')).exit).toBe(0);
    expect(world.docker.containers[ASIDE]?.state).toMatchObject({ id: before, running: false });
    expect((await cli('start')).exit).toBe(0);
    expect(container()?.options.Image).toBe(NEWER);
    expect((await upgrade('--rollback')).exit).toBe(0);
    expect(id()).toBe(before);
    await whole(IMAGE);
  });

  it('a kept one goes with the next upgrade', async () => {
    await upgrade('--image', NEWER, '--keep-old');
    expect((await upgrade()).exit).toBe(0);
    await whole(IMAGE);
  });
});

describe('a power cut', () => {
  it('at any change leaves what the next upgrade, start or init puts in order', async () => {
    for (let at = 1; ; at++) {
      await world.close();
      world = await fresh();
      let changes = 0;
      world.act = () => {
        if (++changes >= at) throw new Error('dead');
      };
      const cut = await upgrade('--image', NEWER);
      world.act = () => {};
      if (changes < at) {
        expect([cut.exit, at > 15]).toEqual([0, true]);
        return;
      }
      expect(running(world).length, `after change ${at}`).toBeLessThanOrEqual(1);
      const next = (['upgrade', 'start', 'init'] as const)[at % 3];
      const argv = { upgrade: ['--yes', '--image', NEWER], init: ['--yes'], start: [] }[next ?? 'init'];
      const { exit, stderr } = await cli(next ?? 'init', ...argv);
      expect([exit, stderr], `${next} after change ${at}`).toEqual([0, expect.not.stringContaining('✖')]);
      const now = container()?.options.Image as string;
      if (next === 'upgrade') expect(now).toBe(NEWER);
      await whole(now);
      expect(await image()).toBe(now === IMAGE ? '' : now);
    }
  }, 60_000);
});

it('keeps the former one aside, and holds no secret but in .env', async () => {
  let kept = '';
  const { createContainer } = world.docker;
  world.docker.createContainer = async (name, options) => {
    // Docker cannot bring the former one back beside the new one.
    expect(world.docker.containers[ASIDE]).toMatchObject({
      state: { running: false },
      options: { HostConfig: { RestartPolicy: { Name: 'no' } } },
    });
    kept = await text('replacement.json');
    expect((await stat(join(world.dir, '.env.next'))).mode & 0o777).toBe(0o600);
    expect((await stat(join(world.dir, '.env.before'))).mode & 0o777).toBe(0o600);
    expect((await stat(join(world.dir, 'replacement.json'))).mode & 0o777).toBe(0o600);
    return createContainer(name, options);
  };
  const { stdout, stderr } = await upgrade('--image', NEWER, '--verbose', '--json');
  expect(kept).toContain('begun');
  for (const secret of [ANSWERS.DB_PASS, ANSWERS.KAFKA_PASS])
    expect(`${kept}${stdout}${stderr}${await text('journal.json')}`).not.toContain(secret);
});
