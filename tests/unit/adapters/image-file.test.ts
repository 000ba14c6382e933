import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { imageFiles } from '../../../src/adapters/image-file.ts';
import { savedImage, savedTar } from '../../fakes/saved-image.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'image-file-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

describe('an image that is written', () => {
  it('is a gzipped tar with its own checksum', async () => {
    const path = join(dir, 'image.tar.gz');
    const content = Buffer.alloc(3e6, 'layer');
    const seen: number[] = [];
    const written = await imageFiles.write(path, Readable.from([content]), (bytes) => seen.push(bytes));
    const raw = await readFile(path);
    expect(gunzipSync(raw).equals(content)).toBe(true);
    expect(written).toEqual({ bytes: raw.length, sha256: createHash('sha256').update(raw).digest('hex') });
    expect(await imageFiles.checksum(path)).toEqual(written);
    expect(seen.at(-1)).toBe(content.length);
  });

  it('leaves nothing when the source breaks off, and does not touch the file that stood there', async () => {
    const path = join(dir, 'image.tar.gz');
    await writeFile(path, 'the old one');
    const broken = async function* () {
      yield Buffer.alloc(1e6);
      throw new Error('the Engine went away');
    };
    await expect(imageFiles.write(path, Readable.from(broken()), () => {})).rejects.toThrow('went away');
    expect([await readdir(dir), await readFile(path, 'utf8')]).toEqual([['image.tar.gz'], 'the old one']);
  });

  it('says so when the disk is full', async () => {
    // The device that is always full stands for the disk: what opens beside it is refused another way.
    const full = async function* () {
      yield Buffer.alloc(1e6);
      throw Object.assign(new Error('write'), { code: 'ENOSPC' });
    };
    await expect(
      imageFiles.write(join(dir, 'image.tar.gz'), Readable.from(full()), () => {}),
    ).rejects.toMatchObject({ code: 'image-file.no-space', commands: [`df -h ${dir}`] });
    expect(await readdir(dir)).toEqual([]);
  });

  it('says so when there is no such folder', async () => {
    const path = join(dir, 'none', 'image.tar.gz');
    await expect(imageFiles.write(path, Readable.from(['x']), () => {})).rejects.toMatchObject({
      code: 'image-file.failed',
    });
  });
});

describe('the program that packs itself', () => {
  it('leaves out what package.json leaves out', async () => {
    const root = join(dir, 'package');
    const files = ['bin', 'connect', '!connect/target', '!connect/extra-ca/*.crt', 'one.yml'];
    const content = {
      'package.json': JSON.stringify({ files }),
      'README.md': '',
      LICENSE: '',
      'one.yml': '',
      'two.yml': '',
      'bin/run.js': 'run',
      'connect/pom.xml': '',
      'connect/target/big.jar': '',
      'connect/targets.md': '',
      'connect/extra-ca/README.md': '',
      'connect/extra-ca/site.crt': '',
      'connect/extra-ca/deep/site.crt': '',
    };
    for (const [name, text] of Object.entries(content)) {
      await mkdir(join(root, dirname(name)), { recursive: true });
      await writeFile(join(root, name), text);
    }
    const path = join(dir, 'program.tgz');
    await imageFiles.packProgram(root, path);
    const { stdout } = await promisify(execFile)('tar', ['-tzf', path]);
    expect(stdout.trim().split('\n').sort()).toEqual(
      [
        'LICENSE',
        'README.md',
        'bin/run.js',
        'connect/extra-ca/README.md',
        'connect/extra-ca/deep/site.crt',
        'connect/pom.xml',
        'connect/targets.md',
        'one.yml',
        'package.json',
      ]
        .map((name) => `package/${name}`)
        .sort(),
    );
    const first = await readFile(path);
    await imageFiles.packProgram(root, path);
    expect((await readFile(path)).equals(first)).toBe(true);
  });
});

describe('an image file', () => {
  it.each([
    ['plain', (tar: Buffer) => tar],
    ['gzipped', (tar: Buffer) => gzipSync(tar)],
  ])('tells whose image it is, %s', async (_, packed) => {
    const path = join(dir, 'image');
    const image = savedImage({ tags: ['cdc:1'], architecture: 'arm64', role: 'central' });
    await writeFile(path, packed(await savedTar(image)));
    expect(await imageFiles.inspect(path)).toEqual([
      {
        tags: ['cdc:1'],
        ids: [image.id],
        os: 'linux',
        architecture: 'arm64',
        labels: {},
        environment: ['PATH=/bin', 'CDC_ROLE=central'],
        entrypoint: ['/opt/connect/entrypoint'],
      },
    ]);
  });

  it('of a newer Engine is known by the digest of its manifest, too', async () => {
    const path = join(dir, 'image');
    const image = savedImage({});
    const manifest = `sha256:${'e'.repeat(64)}`;
    const index = { name: 'index.json', content: JSON.stringify({ manifests: [{ digest: manifest }] }) };
    await writeFile(path, await savedTar(image, [index]));
    expect((await imageFiles.inspect(path))[0]?.ids).toEqual([image.id, manifest]);
  });

  it.each([
    ['cut', async (path: string) => truncate(path, Math.floor((await stat(path)).size * 0.7))],
    ['no archive', (path: string) => writeFile(path, 'hello')],
    ['an archive of something else', async (path: string) => writeFile(path, await savedTar())],
    ['gone', (path: string) => rm(path)],
    [
      'with a configuration that is not the one of its name',
      async (path: string) => writeFile(path, await savedTar({ ...savedImage({}), config: '{}' })),
    ],
  ])('that is %s is refused', async (_, spoil) => {
    const path = join(dir, 'image');
    await writeFile(path, gzipSync(await savedTar(savedImage({}))));
    await spoil(path);
    await expect(imageFiles.inspect(path)).rejects.toMatchObject({ code: 'image-file.damaged' });
  });
});
