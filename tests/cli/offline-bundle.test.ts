import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmod, mkdir, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { type InstallWorld, installWorld } from '../fakes/install-world.ts';

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, '../..');
const PROGRAM = `clinicmaster-cdc-${manifest.version}.tgz`;

let world: InstallWorld;
beforeAll(async () => {
  await run(process.execPath, ['build.mjs'], { cwd: ROOT });
}, 60_000);
beforeEach(async () => {
  world = await installWorld();
});
afterEach(() => world.close());

const bundle = (...more: string[]) => world.cli('bundle', '--offline', 'stick', ...more);
const stick = (...path: string[]) => join(world.home, 'stick', ...path);
/** An archive that has the right name; what is in it matters to nobody here. */
const nodeArchive = async (name: string) => {
  await writeFile(join(world.home, name), 'node');
  return name;
};

describe('bundle --offline', () => {
  it('writes program, image, scripts and the checksums of all of them', async () => {
    const { exit, stdout } = await bundle('--json');
    expect([exit, JSON.parse(stdout)]).toEqual([
      0,
      expect.objectContaining({ ok: true, command: 'bundle', offline: true, path: stick() }),
    ]);
    const files = await readdir(stick());
    expect(files.sort()).toEqual(
      [
        'README.txt',
        'SHA256SUMS',
        PROGRAM,
        'image-facility.tar.gz',
        'install.cmd',
        'install.ps1',
        'install.sh',
      ].sort(),
    );
    const sums = (await readFile(stick('SHA256SUMS'), 'utf8')).trim().split('\n');
    expect(sums.map((line) => line.slice(66)).sort()).toEqual(files.filter((name) => name !== 'SHA256SUMS'));
    for (const line of sums) {
      const content = await readFile(stick(line.slice(66)));
      expect(line.slice(0, 64)).toBe(createHash('sha256').update(content).digest('hex'));
    }
  });

  it('packs of itself what npm packs', async () => {
    await bundle();
    const { stdout: packed } = await run('tar', ['-tzf', stick(PROGRAM)]);
    const { stdout } = await run('npm', ['pack', '--json', '--ignore-scripts', '--dry-run'], { cwd: ROOT });
    const [npm] = JSON.parse(stdout) as { files: { path: string }[] }[];
    const plain = packed.split('\n').filter((line) => line !== '' && !line.endsWith('/'));
    expect(plain.sort()).toEqual(npm?.files.map(({ path }) => `package/${path}`).sort());
    expect((await stat(stick(PROGRAM))).size).toBeLessThan(1.5e6);
  });

  it('leaves no placeholder, and gives Windows its own line ends and plain letters', async () => {
    await bundle();
    for (const name of ['install.sh', 'install.cmd', 'install.ps1', 'README.txt']) {
      const text = await readFile(stick(name), 'utf8');
      expect(text.match(/@[A-Z_]+@/)).toBeNull();
      expect([name, text.includes('\r\n')]).toEqual([name, name !== 'install.sh']);
      if (name.startsWith('install')) expect(/^[\t\r\n -~]*$/.test(text)).toBe(true);
    }
    expect((await stat(stick('install.sh'))).mode & 0o777).toBe(0o755);
    expect(
      (await readFile(stick('README.txt'), 'utf8')).split('\r\n').every((line) => line.length <= 80),
    ).toBe(true);
  });

  it('names the image in the scripts only where it is not the one of this version', async () => {
    await bundle();
    expect(await readFile(stick('install.sh'), 'utf8')).not.toContain('--image ');
    await rm(stick(), { recursive: true });
    world.docker.images['cdc/own:3'] = 'sha256:3';
    await bundle('--image', 'cdc/own:3');
    expect(await readFile(stick('install.sh'), 'utf8')).toContain('--image cdc/own:3 "$@"');
    expect(await readFile(stick('install.ps1'), 'utf8')).toContain("'--image cdc/own:3 '");
  });

  it('lays in the enrolment, for its owner alone, and says what that means', async () => {
    await writeFile(join(world.home, 'enrol.json'), '{"secret":"s3cret"}');
    const { exit, stdout, stderr } = await bundle('--enrolment', 'enrol.json');
    expect(exit).toBe(0);
    expect((await stat(stick('enrolment.json'))).mode & 0o777).toBe(0o600);
    expect((await stat(stick())).mode & 0o777).toBe(0o700);
    expect(stderr.replace(/\s+/g, ' ')).toContain("enrolment.json holds the facility's Kafka password.");
    expect(await readFile(stick('README.txt'), 'utf8')).toContain('Keep the stick under lock');
    expect(stdout + stderr).not.toContain('s3cret');
  });

  it('is one file where its name ends so', async () => {
    await writeFile(join(world.home, 'enrol.json'), '{}');
    const { exit } = await world.cli('bundle', '--offline', 'all.tar', '--enrolment', 'enrol.json');
    const { stdout } = await run('tar', ['-tf', join(world.home, 'all.tar')]);
    expect([exit, stdout.split('\n')]).toEqual([
      0,
      expect.arrayContaining(['all/install.sh', 'all/SHA256SUMS']),
    ]);
    expect((await stat(join(world.home, 'all.tar'))).mode & 0o777).toBe(0o600);
    expect(await readdir(world.home)).not.toContain('all.tar.unfinished');
  });

  it.each([
    ['node-v20.17.0-linux-x64.tar.xz', 0],
    ['node-v24.1.0-win-x64.zip', 0],
    ['node-v20.16.0-linux-x64.tar.xz', 2],
    ['node.tar.xz', 2],
  ])('takes %s along, or says why not', async (name, code) => {
    const { exit } = await bundle('--with-node', await nodeArchive(name));
    expect(exit).toBe(code);
    if (code === 0) expect(await readdir(stick())).toContain(name);
  });

  it('leaves nothing behind when it cannot be finished, and mixes into nothing', async () => {
    world.docker.save = () => Promise.reject(new Error('the Engine went away'));
    expect((await bundle()).exit).toBe(1);
    expect((await readdir(world.home)).filter((name) => name.startsWith('stick'))).toEqual([]);
    await mkdir(stick());
    await writeFile(stick('old'), '');
    expect((await bundle()).exit).toBe(2);
    expect(await readdir(stick())).toEqual(['old']);
  });
});

async function unlisted(name: string): Promise<void> {
  const lines = (await readFile(stick('SHA256SUMS'), 'utf8')).split('\n');
  await writeFile(stick('SHA256SUMS'), lines.filter((line) => !line.endsWith(`  ${name}`)).join('\n'));
}

describe('install.sh', () => {
  /** Only what the script itself calls; more is added by a test. */
  const TOOLS = ['dirname', 'id', 'uname', 'sha256sum', 'tar', 'gzip', 'mkdir', 'rm', 'mv', 'chmod'];
  let tools: string;
  beforeEach(async () => {
    await bundle();
    tools = join(world.home, 'tools');
    await mkdir(tools);
    for (const tool of TOOLS) {
      const { stdout } = await run('/bin/sh', ['-c', `command -v ${tool}`]);
      await symlink(stdout.trim(), join(tools, tool));
    }
  });
  const install = (env: Record<string, string> = { CDC_NODE: process.execPath }) =>
    run('/bin/sh', [stick('install.sh'), '--help'], {
      env: {
        PATH: tools,
        HOME: world.home,
        CDC_PROGRAM_DIR: join(world.home, 'program'),
        CDC_BIN_DIR: join(world.home, 'bin'),
        ...env,
      },
    }).then(
      ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
      (error: { code: number; stdout: string; stderr: string }) => error,
    );

  it('unpacks the program, makes the command and passes the flags on', async () => {
    const { code, stdout } = await install();
    expect([code, stdout]).toEqual([0, expect.stringContaining('Usage: clinicmaster-cdc init')]);
    const { stdout: version } = await run(join(world.home, 'bin/clinicmaster-cdc'), ['--version']);
    expect(version).toBe(`${manifest.version}\n`);
    // Again, as after an interruption.
    await mkdir(join(world.home, `program/${manifest.version}.new`));
    expect((await install()).code).toBe(0);
  });

  it.each([
    ['another byte', () => writeFile(stick(PROGRAM), 'x', { flag: 'a' }), 'another content than was written'],
    ['a missing file', () => rm(stick('image-facility.tar.gz')), 'image-facility.tar.gz: missing'],
    ['no checksums', () => rm(stick('SHA256SUMS')), 'SHA256SUMS is missing'],
    ['a list without the script itself', () => unlisted('install.sh'), 'install.sh: not in SHA256SUMS'],
    ['an empty list', () => writeFile(stick('SHA256SUMS'), ''), `${PROGRAM}: not in SHA256SUMS`],
  ])('refuses %s before it touches anything', async (_, spoil, said) => {
    await spoil();
    const { code, stderr } = await install();
    expect([code, stderr]).toEqual([3, expect.stringContaining(said)]);
    expect(await readdir(world.home)).not.toContain('program');
  });

  it('refuses to go on unchecked where the machine has no tool for it', async () => {
    await rm(join(tools, 'sha256sum'));
    expect(await install()).toMatchObject({ code: 3, stderr: expect.stringContaining('cannot be checked') });
  });

  it('says exactly which Node.js is missing and where it is', async () => {
    const { code, stderr } = await install({});
    expect([code, stderr]).toEqual([3, expect.stringMatching(/node-v<version>-linux-(x64|arm64)\.tar\.xz/)]);
    expect(stderr).toContain('https://nodejs.org/en/download');
    // One that is too old is none.
    const old = join(world.home, 'old-node');
    await writeFile(old, '#!/bin/sh\nexit 1\n');
    await chmod(old, 0o755);
    expect((await install({ CDC_NODE: old })).code).toBe(3);
  });
});
