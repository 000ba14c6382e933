import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { findDocker } from '../../../src/adapters/docker.ts';
import { endpoints, explainRefusal } from '../../../src/adapters/docker-endpoints.ts';
import { demultiplex, readJsonStream, transferProgress } from '../../../src/adapters/docker-stream.ts';
import type { HostFacts } from '../../../src/adapters/host.ts';

const host = (more: Partial<HostFacts> = {}): HostFacts => ({
  platform: 'linux',
  privileged: false,
  home: '/home/u',
  cwd: '/',
  env: {},
  ...more,
});
const urls = async (facts: HostFacts) => (await endpoints(facts)).map(({ url }) => url);

describe('where Docker may listen', () => {
  it('DOCKER_HOST is the only place when it is set', async () => {
    expect(
      await urls(host({ env: { DOCKER_HOST: 'tcp://10.0.0.1:2375', XDG_RUNTIME_DIR: '/run/user/1' } })),
    ).toEqual(['tcp://10.0.0.1:2375']);
  });

  it('on Linux: the system socket, rootless, Docker Desktop', async () => {
    expect(await urls(host({ env: { XDG_RUNTIME_DIR: '/run/user/1' } }))).toEqual([
      'unix:///var/run/docker.sock',
      'unix:///run/user/1/docker.sock',
      'unix:///home/u/.docker/run/docker.sock',
      'unix:///home/u/.docker/desktop/docker.sock',
    ]);
  });

  it('on Windows: both pipes', async () => {
    expect(await urls(host({ platform: 'win32' }))).toEqual([
      'npipe:////./pipe/docker_engine',
      'npipe:////./pipe/dockerDesktopLinuxEngine',
    ]);
  });

  it('the chosen Docker context', async () => {
    const config = await mkdtemp(join(tmpdir(), 'docker-'));
    const meta = join(config, 'contexts/meta', createHash('sha256').update('desktop-linux').digest('hex'));
    await mkdir(meta, { recursive: true });
    await writeFile(join(config, 'config.json'), '{"currentContext":"desktop-linux"}');
    await writeFile(join(meta, 'meta.json'), '{"Endpoints":{"docker":{"Host":"unix:///d.sock"}}}');
    expect(await endpoints(host({ env: { DOCKER_CONFIG: config } }))).toEqual([
      { url: 'unix:///d.sock', origin: 'Docker context "desktop-linux"' },
    ]);
    await rm(config, { recursive: true });
  });
});

describe('a Docker that does not answer', () => {
  const why = (code: string) =>
    explainRefusal(
      { url: 'unix:///x.sock', origin: 'default socket' },
      Object.assign(new Error('no'), { code }),
      'linux',
    );

  it.each([
    ['EACCES', 'may not use Docker', 'sudo usermod -aG docker "$USER"'],
    ['ENOENT', 'not there', 'sudo systemctl enable --now docker'],
    ['ECONNREFUSED', 'stopped', 'sudo systemctl enable --now docker'],
  ])('%s: %s', (code, seen, command) => {
    expect(why(code).seen).toContain(seen);
    expect(why(code).commands).toContain(command);
  });

  it('is reported with every place that was tried', async () => {
    const error = await findDocker(host({ env: { DOCKER_HOST: 'unix:///no/such.sock' } })).catch(
      (cause: unknown) => cause,
    );
    expect(error).toMatchObject({
      code: 'docker.unreachable',
      exitCode: 3,
      seen: 'unix:///no/such.sock (DOCKER_HOST): not there',
    });
  });
});

describe('streams of the Engine', () => {
  it('raise an error that comes long after status 200', async () => {
    const lines = [
      '{"stream":"Step 1/2"}\r\n{"str',
      'eam":"ok"}\n{"errorDetail":{"message":"no space left on device"},"error":"x"}\n',
    ];
    const seen: (string | undefined)[] = [];
    await expect(readJsonStream(Readable.from(lines), ({ stream }) => seen.push(stream))).rejects.toThrow(
      'no space left on device',
    );
    expect(seen).toEqual(['Step 1/2', 'ok']);
  });

  it('count the layers of a pull together', () => {
    const progress = transferProgress();
    expect(progress({ id: '1.0', status: 'Pulling from x' })).toMatchObject({
      layers: 0,
      status: 'Pulling from x',
    });
    for (const id of ['a', 'b', 'c']) progress({ id, status: 'Pulling fs layer' });
    progress({ id: 'c', status: 'Already exists' });
    progress({ id: 'a', status: 'Downloading', progressDetail: { current: 5e5, total: 4e6 } });
    progress({ id: 'a', status: 'Downloading', progressDetail: { current: 1e6, total: 4e6 } });
    const half = { bytes: 1e6, totalBytes: 4e6, totalKnown: false, layers: 3, layersDone: 1 };
    expect(progress({ id: 'b', status: 'Waiting' })).toMatchObject(half);
    progress({ id: 'b', status: 'Downloading', progressDetail: { current: 2e6, total: 6e6 } });
    progress({ id: 'a', status: 'Download complete' });
    // Unpacking counts from the beginning again; the line does not.
    const unpacking = { id: 'a', status: 'Extracting', progressDetail: { current: 1e5, total: 4e6 } };
    expect(progress(unpacking)).toMatchObject({ bytes: 6e6, totalBytes: 10e6, totalKnown: true });
    expect(progress({ id: 'a', status: 'Pull complete' })).toMatchObject({ layersDone: 2 });
  });

  it('split letters across chunks and frames right', async () => {
    const bytes = Buffer.from('{"stream":"ünï"}\n');
    const seen: (string | undefined)[] = [];
    await readJsonStream(Readable.from([bytes.subarray(0, 12), bytes.subarray(12)]), ({ stream }) =>
      seen.push(stream),
    );
    expect(seen).toEqual(['ünï']);
    const frame = (stream: number, text: string) =>
      Buffer.concat([Buffer.from([stream, 0, 0, 0, 0, 0, 0, Buffer.byteLength(text)]), Buffer.from(text)]);
    expect(demultiplex(Buffer.concat([frame(1, 'out\n'), frame(2, 'err\n')]))).toBe('out\nerr\n');
  });
});
