import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import manifest from '../package.json' with { type: 'json' };

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, '..');
/** A hospital on a slow line fetches this with `npx`. */
const MOST_BYTES = 1.5e6;

describe('the packed program', () => {
  let dir: string;
  let tarball: string;
  let files: string[];

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'package-'));
    await run(process.execPath, ['build.mjs'], { cwd: ROOT });
    const { stdout } = await run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', dir], {
      cwd: ROOT,
    });
    const [packed] = JSON.parse(stdout) as { filename: string; files: { path: string }[] }[];
    files = packed?.files.map(({ path }) => path) ?? [];
    tarball = join(dir, packed?.filename ?? '');
    await writeFile(join(dir, 'package.json'), '{"private":true}');
    // Whatever is missing from the tarball cannot be fetched.
    await run('npm', ['install', '--offline', '--no-audit', '--no-fund', tarball], { cwd: dir });
  }, 120_000);

  afterAll(() => rm(dir, { recursive: true, force: true }));

  const program = (...args: string[]) =>
    run(process.execPath, [join(dir, 'node_modules/.bin/clinicmaster-cdc'), ...args], { cwd: dir });

  it('is small', async () => {
    expect((await stat(tarball)).size).toBeLessThan(MOST_BYTES);
  });

  it('brings no other package along', async () => {
    expect((await readdir(join(dir, 'node_modules'))).filter((name) => !name.startsWith('.'))).toEqual([
      'clinicmaster-cdc',
    ]);
  });

  it('holds all that init and an image build need, and nothing of the sandbox or the tests', () => {
    for (const needed of [
      '.env.sample',
      'Dockerfile.connect',
      'docker-compose.facility.yml',
      'connect/entrypoint',
      'templates/offline/install.sh',
      'connect/extra-ca/README.md',
      'templates/connector/facility-source.json',
    ]) {
      expect(files).toContain(needed);
    }
    expect(
      files.filter((file) => /^(sandbox|tests|bench|src|connect\/target)\/|\.crt$|(^|\/)\.env$/.test(file)),
    ).toEqual([]);
  });

  it('runs', async () => {
    expect((await program('--version')).stdout).toBe(`${manifest.version}\n`);
    expect((await program('init', '--help')).stdout).toContain('Usage: clinicmaster-cdc init');
    expect((await program('central', 'init', '--help')).stdout).toContain('--warehouse-host');
  });

  it('loads its heavy parts', async () => {
    const { stdout } = await program('doctor', '--list', '--json');
    expect(JSON.parse(stdout).ok).toBe(true);
    const failed = await program('init', '--yes', '--json', '--dir', join(dir, 'facility')).catch(
      (error: { code: number; stdout: string }) => error,
    );
    expect(failed).toMatchObject({ code: 2 });
    expect(JSON.parse(failed.stdout).error.code).toBe('settings.missing');
  });

  it('tells an old Node in one sentence', async () => {
    const pretend = "Object.defineProperty(process.versions,'node',{value:'18.19.0'})";
    const preload = join(dir, 'old.cjs');
    await writeFile(preload, pretend);
    const bin = join(dir, 'node_modules/clinicmaster-cdc/bin/clinicmaster-cdc.js');
    const failed = await run(process.execPath, ['--require', preload, bin, 'init']).catch(
      (error: { code: number; stderr: string }) => error,
    );
    expect(failed).toMatchObject({
      code: 2,
      stderr: 'clinicmaster-cdc needs Node.js 20.17 or newer; this is 18.19.0.\n',
    });
  });
});
