import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CliError } from '../../src/errors.ts';
import { envValues, parseEnv } from '../../src/settings/env-file.ts';
import { IMAGE, type InstallWorld, installWorld } from '../fakes/install-world.ts';
import { savedImage, savedTar } from '../fakes/saved-image.ts';

let world: InstallWorld;
beforeEach(async () => {
  world = await installWorld();
});
afterEach(() => world.close());

const ID = `sha256:${'a'.repeat(64)}`;
const OTHER = `sha256:${'b'.repeat(64)}`;
const REMOTE = 'registry.example.org:5000/cdc/connect-facility:0.1.0';
const init = (...more: string[]) => world.cli('init', '--yes', '--dir', world.dir, ...more);
const image = (...words: string[]) => world.cli('image', ...words, '--dir', world.dir);
const pin = async () => envValues(parseEnv(await readFile(join(world.dir, '.env'), 'utf8'))).IMAGE_PIN;
const wrapped = (text: string) => text.replace(/\s+/g, ' ');
/** Writes an image file into the working folder; answers the id of the image in it. */
async function fileOf(wish: Parameters<typeof savedImage>[0] = {}, name = 'image-facility.tar.gz') {
  const saved = savedImage(wish);
  await writeFile(join(world.home, name), gzipSync(await savedTar(saved)));
  return saved.id;
}
const pullFails = (kind: string) => {
  world.docker.pull = async () => {
    throw new CliError(`docker.pull-${kind}`, 'The image could not be pulled.', { seen: `seen ${kind}` });
  };
};

describe('the image step of init', () => {
  it('loads the file that was named, and pins what was in it', async () => {
    world.docker.images = {};
    const id = await fileOf({}, 'from-stick.tar.gz');
    const { exit, stderr } = await init('--image-file', 'from-stick.tar.gz');
    expect([exit, world.docker.images[IMAGE], world.docker.builds]).toEqual([0, id, []]);
    expect(wrapped(stderr)).toContain('from-stick.tar.gz, without a checksum beside it');
    expect(await pin()).toBe(`${IMAGE}@${id}`);
  });

  it('takes a file that lies at hand before it builds, and compares it with its checksum', async () => {
    world.docker.images = {};
    const id = await fileOf();
    const bytes = await readFile(join(world.home, 'image-facility.tar.gz'));
    const sum = createHash('sha256').update(bytes).digest('hex');
    await writeFile(join(world.home, 'SHA256SUMS'), `${sum}  image-facility.tar.gz\n`);
    const { exit, stderr } = await init();
    expect([exit, world.docker.images[IMAGE], world.docker.builds]).toEqual([0, id, []]);
    expect(wrapped(stderr)).toContain('its checksum is right');
  });

  it('loads a named file again only when another image is in it', async () => {
    world.docker.images = {};
    await fileOf();
    await init('--image-file', 'image-facility.tar.gz');
    const { load } = world.docker;
    world.docker.load = () => Promise.reject(new Error('loaded again'));
    expect((await init('--image-file', 'image-facility.tar.gz')).exit).toBe(0);
    world.docker.load = load;
    const id = await fileOf({ version: '0.1.1' });
    // The pin holds the old one: a new one must be meant.
    const before = { ...world.docker.images };
    expect((await init('--image-file', 'image-facility.tar.gz')).exit).toBe(3);
    expect(world.docker.images).toEqual(before);
    expect((await init('--image-file', 'image-facility.tar.gz', '--repin')).exit).toBe(0);
    expect([world.docker.images[IMAGE], await pin()]).toEqual([id, `${IMAGE}@${id}`]);
  });

  it.each([
    ['image-file.foreign', { entrypoint: '/bin/sh' }],
    ['image-file.name', { tags: ['clinicmaster-cdc/connect-facility:0.0.9'] }],
    ['image-file.role', { role: 'central' }],
    ['image-file.architecture', { architecture: 'arm64' }],
  ])('loads nothing of a file that is not right: %s', async (code, wish) => {
    world.docker.images = {};
    await fileOf(wish);
    const { exit, stdout } = await init('--image-file', 'image-facility.tar.gz', '--json');
    expect([exit, JSON.parse(stdout).error.code, world.docker.images]).toEqual([3, code, {}]);
  });

  it('loads nothing of a file whose checksum differs', async () => {
    world.docker.images = {};
    await fileOf();
    const sums = `${'0'.repeat(64)}  image-facility.tar.gz\n`;
    await writeFile(join(world.home, 'image-facility.tar.gz.sha256'), sums);
    const { exit, stdout } = await init('--json');
    expect([exit, JSON.parse(stdout).error.code, world.docker.images]).toEqual([
      3,
      'image-file.checksum',
      {},
    ]);
  });

  it('takes the file at hand where the registry fails, and says so', async () => {
    world.docker.registry = async () => ({
      ok: false,
      failure: { kind: 'unreachable', message: 'i/o timeout' },
    });
    pullFails('denied');
    expect((await init('--image', REMOTE)).stdout).toContain('The registry cannot be reached.');
    // No reason to stop before anything was tried: the file may do.
    await fileOf({ tags: [REMOTE] });
    const { exit, stderr } = await init('--image', REMOTE);
    expect(exit).toBe(0);
    expect(wrapped(stderr)).toContain('it could not be pulled: seen denied');
  });

  it('goes on to nothing else where the disk is full, and never builds under a name of a registry', async () => {
    await fileOf({ tags: [REMOTE] });
    pullFails('no-space');
    expect(JSON.parse((await init('--image', REMOTE, '--json')).stdout).error.code).toBe(
      'docker.pull-no-space',
    );
    world.env.REST_PORT = String(world.worker.port);
    pullFails('denied');
    const bare = await world.cli(
      'init',
      '--yes',
      '--dir',
      join(world.home, 'x'),
      '--image',
      `${REMOTE}-2`,
      '--json',
    );
    expect([bare.exit, world.docker.builds]).toEqual([3, []]);
  });

  it('shows how far the pull is, in the one line of the step', async () => {
    const progress = { bytes: 1e6, totalBytes: 4e6, totalKnown: true, layers: 3, layersDone: 1, status: '' };
    world.docker.pull = async (reference, onProgress) => {
      onProgress(progress);
      world.docker.images[reference] = ID;
    };
    expect(wrapped((await init('--image', REMOTE)).stderr)).toContain(': done, pulled, 4.0 MB');
  });
});

describe('offline', () => {
  const fetching = () => {
    const asked: string[] = [];
    for (const way of ['pull', 'build', 'registry'] as const) {
      world.docker[way] = (async () => {
        asked.push(way);
      }) as never;
    }
    return asked;
  };

  it.each([
    ['the flag', ['--offline'], {}],
    ['the environment', [], { CDC_OFFLINE: '1' }],
  ])('by %s fetches nothing, and says what is missing', async (_, flags, env) => {
    const asked = fetching();
    Object.assign(world.env, env);
    for (const name of [IMAGE, REMOTE]) {
      world.docker.images = {};
      const { exit, stdout } = await init('--image', name, '--json', ...flags);
      expect([exit, JSON.parse(stdout).error.code]).toEqual([3, 'image.offline']);
    }
    expect([asked, world.docker.containers]).toEqual([[], {}]);
  });

  it('installs from a file', async () => {
    const asked = fetching();
    world.docker.images = {};
    await fileOf({ tags: [REMOTE] });
    expect((await init('--offline', '--image', REMOTE)).exit).toBe(0);
    expect(asked).toEqual([]);
  });
});

describe('the pin', () => {
  it('is written once, and holds for every later run', async () => {
    world.docker.images = { [IMAGE]: ID };
    await init();
    expect(await pin()).toBe(`${IMAGE}@${ID}`);
    const text = await readFile(join(world.dir, '.env'), 'utf8');
    world.docker.images = { [IMAGE]: OTHER };
    const refused = await init('--json');
    expect([refused.exit, JSON.parse(refused.stdout).error.code]).toEqual([3, 'image.pin']);
    expect(await readFile(join(world.dir, '.env'), 'utf8')).toBe(text);
    expect((await init('--repin')).exit).toBe(0);
    expect(await pin()).toBe(`${IMAGE}@${OTHER}`);
  });

  it('is no reason to build another image in its place', async () => {
    world.docker.images = { [IMAGE]: ID };
    await init();
    world.docker.images = {};
    const { exit, stdout } = await init('--json');
    expect([exit, JSON.parse(stdout).error.code, world.docker.builds]).toEqual([3, 'image.pin', []]);
  });

  it('does not hold for another name', async () => {
    world.docker.images = { [IMAGE]: ID, 'cdc/next:2': OTHER };
    await init();
    expect((await init('--image', 'cdc/next:2')).exit).toBe(0);
    expect(await pin()).toBe(`cdc/next:2@${OTHER}`);
  });

  it('can be given from outside', async () => {
    world.docker.images = { [IMAGE]: ID };
    expect((await init('--image-digest', OTHER)).exit).toBe(3);
    expect((await init('--image-digest', ID)).exit).toBe(0);
    expect((await init('--image-digest', 'latest')).exit).toBe(2);
  });
});

describe('image verify', () => {
  const findings = async (...more: string[]) => {
    const { exit, stdout } = await image('verify', '--json', ...more);
    const list = JSON.parse(stdout).findings as { id: string; outcome: string }[];
    return [exit, Object.fromEntries(list.map(({ id, outcome }) => [id, outcome]))] as const;
  };

  it('compares image, container and file with the pin', async () => {
    const id = await fileOf();
    world.docker.images = { [IMAGE]: id };
    await init();
    const all = { image: 'pass', role: 'pass', version: 'unknown', architecture: 'pass' };
    const good = { ...all, pin: 'pass', container: 'pass' };
    const file = join(world.home, 'image-facility.tar.gz');
    expect(await findings(file)).toEqual([0, { ...good, file: 'pass' }]);
    await fileOf({ version: '0.1.1' });
    expect(await findings(file)).toEqual([3, { ...good, file: 'fail' }]);
    world.docker.images = { [IMAGE]: OTHER };
    expect(await findings()).toEqual([3, { ...good, pin: 'fail', container: 'fail' }]);
    world.docker.images = {};
    expect(await findings()).toEqual([3, { image: 'fail' }]);
  });

  it('cannot tell where nothing is pinned', async () => {
    const [exit, { pin: pinned }] = await findings();
    expect([exit, pinned]).toEqual([0, 'unknown']);
  });
});

describe('image build, pull, push, save, load', () => {
  it('build pins what it has made for the installation that uses it', async () => {
    world.docker.images = { [IMAGE]: ID };
    await init();
    world.docker.build = async ({ tag }) => {
      world.docker.images[tag] = OTHER;
    };
    expect((await image('build')).exit).toBe(0);
    expect(await pin()).toBe(`${IMAGE}@${OTHER}`);
    await image('build', '--image', 'cdc/test:1');
    expect(await pin()).toBe(`${IMAGE}@${OTHER}`);
    expect((await init()).exit).toBe(0);
  });

  it('pull wants a registry, and none offline', async () => {
    expect((await image('pull')).exit).toBe(2);
    expect((await image('pull', '--image', REMOTE)).exit).toBe(0);
    world.env.CDC_OFFLINE = '1';
    expect((await image('pull', '--image', REMOTE)).exit).toBe(2);
  });

  it('push names the image for the registry, and says when nobody has logged in', async () => {
    const pushed: string[] = [];
    world.docker.push = async (reference) => void pushed.push(reference);
    expect((await image('push')).exit).toBe(2);
    const { exit, stdout, stderr } = await image('push', '--to', REMOTE);
    expect([exit, pushed, world.docker.images[REMOTE]]).toEqual([0, [REMOTE], world.docker.images[IMAGE]]);
    expect(wrapped(stderr)).toContain('Nobody has logged in to registry.example.org:5000 here');
    expect(stdout).toContain('--image-digest');
    world.docker.hasLogin = async () => true;
    expect((await image('push', '--to', REMOTE)).stderr).not.toContain('Nobody');
  });

  it('save writes the image and its checksum; load takes both and pins', async () => {
    world.docker.images = { [IMAGE]: ID };
    await init();
    const { exit, stdout } = await image('save', '--json');
    const { path, checksum, sha256 } = JSON.parse(stdout);
    expect([exit, path]).toEqual([0, join(world.home, 'image-facility.tar.gz')]);
    expect(await readFile(checksum, 'utf8')).toBe(`${sha256}  image-facility.tar.gz\n`);
    const refused = await image('load', '--json');
    expect([refused.exit, JSON.parse(refused.stdout).error.code]).toEqual([3, 'image.pin']);
    const { id } = savedImage({ tags: [IMAGE] });
    expect(world.docker.images[IMAGE]).toBe(ID);
    expect((await image('load', '--repin')).exit).toBe(0);
    expect(await pin()).toBe(`${IMAGE}@${id}`);
    await writeFile(path, 'cut', { flag: 'a' });
    expect((await image('load', path)).exit).toBe(3);
  });

  it('need an image to save or push, and a file to load', async () => {
    world.docker.images = {};
    expect((await image('save')).exit).toBe(3);
    expect((await image('push', '--to', REMOTE)).exit).toBe(3);
    expect((await image('load')).exit).toBe(2);
    expect((await image('save', '--target', 'nurse')).exit).toBe(2);
  });

  it('mean the image of the sink with --target central', async () => {
    await mkdir(join(world.home, 'sink'));
    const { exit, stdout } = await world.cli(
      'image',
      'save',
      '--target',
      'central',
      '--json',
      '--dir',
      'sink',
    );
    expect([exit, JSON.parse(stdout)]).toEqual([
      0,
      expect.objectContaining({
        image: 'clinicmaster-cdc/connect-central:0.1.0',
        path: join(world.home, 'image-central.tar.gz'),
      }),
    ]);
  });
});
