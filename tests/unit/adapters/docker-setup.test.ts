import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { aptProgress, dockerSetup, type ProgramEnd, realSetup } from '../../../src/adapters/docker-setup.ts';
import type { CliError } from '../../../src/errors.ts';

const ok: ProgramEnd = { exitCode: 0, output: '' };
const going = new AbortController().signal;

/** A machine whose programs end as given, by the last word of their arguments; the rest end well. */
function machine(ends: Record<string, ProgramEnd>, { systemd = true, answers = true } = {}) {
  const ran: string[] = [];
  const said: string[] = [];
  const setup = dockerSetup({
    run: async (program, args, line) => {
      ran.push([program, ...args.filter((word) => !word.startsWith('-'))].join(' '));
      line('pmstatus:docker.io:54.5:Unpacking docker.io (amd64)');
      return ends[args.at(-1) ?? ''] ?? ok;
    },
    exists: async () => systemd,
    answers: async () => {
      if (!answers) throw new Error('unix:///var/run/docker.sock: not there');
    },
  });
  return { ran, said, install: (signal = going) => setup.install((message) => said.push(message), signal) };
}

const failure = (ends: Record<string, ProgramEnd>, more = {}) =>
  machine(ends, more)
    .install()
    .catch((error: CliError) => error);

describe('Docker from the distribution', () => {
  it('is installed, enabled and started', async () => {
    const { ran, said, install } = machine({});
    await install();
    expect(ran).toEqual(['apt-get update', 'apt-get install docker.io', 'systemctl enable docker']);
    expect(said).toContain('54 %, Unpacking docker.io (amd64)');
  });

  it('is started by its own script where systemd does not run', async () => {
    const { ran, install } = machine({}, { systemd: false });
    await install();
    expect(ran.at(-1)).toBe('service docker start');
  });

  it('Ctrl-C lets the packages be finished, and stops then', async () => {
    const interrupt = new AbortController();
    const { ran, install } = machine({});
    const running = install(interrupt.signal);
    interrupt.abort(new Error('cancelled'));
    await expect(running).rejects.toThrow('cancelled');
    expect(ran).toEqual(['apt-get update']);
  });

  it.each([
    [
      'a held lock',
      'E: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 812 (unattended-upgr)',
      'Another program is installing packages.',
      /process 812/,
    ],
    [
      'a cut-off installation',
      "E: dpkg was interrupted, you must manually run 'dpkg --configure -a' to correct the problem.",
      'An earlier installation of packages was cut off.',
      /dpkg was interrupted/,
    ],
    [
      'a full disk',
      "E: You don't have enough free space in /var/cache/apt/archives/.",
      'There is not enough room on the disk.',
      /enough free space/,
    ],
    [
      'no network',
      "E: Failed to fetch http://deb.example.org/docker.io.deb  Temporary failure resolving 'deb.example.org'",
      'The package servers cannot be reached.',
      /Temporary failure resolving/,
    ],
    [
      'no such package',
      'E: Unable to locate package docker.io',
      'The package lists of this machine hold no docker.io.',
      /Unable to locate/,
    ],
    [
      'a script of a package that fails',
      'x.postinst: echo: I/O error\ndpkg: error processing package x (--configure):\nE: Sub-process /usr/bin/dpkg',
      'Docker could not be installed.',
      /^x\.postinst: echo: I\/O error\ndpkg: error/,
    ],
    ['anything else', 'E: Something new', 'Docker could not be installed.', /Something new/],
  ])('%s is explained', async (_, output, message, seen) => {
    const error = await failure({
      'docker.io': { exitCode: 100, output: `Reading…\nBuilding…\n${output}\n` },
    });
    expect(error).toMatchObject({ code: 'docker.install-failed', message, exitCode: 3 });
    expect((error as CliError).seen).toMatch(seen);
    expect((error as CliError).seen).not.toContain('Reading');
    expect((error as CliError).commands.at(-1)).toContain('init --install-docker');
  });

  it('a package that is missing because no list could be fetched is a matter of the network', async () => {
    const error = await failure({
      update: { exitCode: 0, output: "W: Failed to fetch http://x  Temporary failure resolving 'x'\n" },
      'docker.io': { exitCode: 100, output: 'E: Unable to locate package docker.io\n' },
    });
    expect(error).toMatchObject({ message: 'The package servers cannot be reached.' });
    expect((error as CliError).seen).toContain('Temporary failure resolving');
  });

  it('that does not start is told apart from one that nothing starts', async () => {
    expect(await failure({}, { answers: false })).toMatchObject({
      message: 'Docker is installed, and does not start.',
      seen: 'unix:///var/run/docker.sock: not there',
      commands: expect.arrayContaining(['systemctl status docker --no-pager']),
    });
    expect(
      await failure({ start: { exitCode: 1, output: 'docker: unrecognized service\n' } }, { systemd: false }),
    ).toMatchObject({
      message: 'Docker is installed, and nothing here starts it.',
      seen: 'docker: unrecognized service',
      commands: expect.arrayContaining(['nohup dockerd > /var/log/dockerd.log 2>&1 &']),
    });
  });

  it.each([
    ['pmstatus:docker.io:54.5:Unpacking docker.io (amd64)', '54 %, Unpacking docker.io (amd64)'],
    ['pmstatus:libc6:amd64:10.0:Configuring libc6', '10 %, Configuring libc6'],
    [
      'dlstatus:3:20.1:Retrieving file 3 of 12 (1min 2s remaining)',
      '20 %, Retrieving file 3 of 12 (1min 2s remaining)',
    ],
    ['Setting up docker.io ...', undefined],
  ])('%s', (line, message) => {
    expect(aptProgress(line)).toBe(message);
  });
});

describe('the real runner of programs', () => {
  const path = process.env.PATH;
  let dir: string;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'apt-'));
    process.env.PATH = `${dir}${delimiter}${path}`;
  });
  afterEach(async () => {
    process.env.PATH = path;
    await rm(dir, { recursive: true });
  });
  const program = async (name: string, script: string) => {
    await writeFile(join(dir, name), `#!/bin/sh\n${script}\n`);
    await chmod(join(dir, name), 0o755);
  };

  it('gives the lines as they come, asks nothing, and takes the errors of a program that fails', async () => {
    await program(
      'apt-get',
      `[ -t 0 ] && exit 9
       for last; do :; done
       [ "$last" = update ] && exit 0
       echo "pmstatus:docker.io:50.0:$DEBIAN_FRONTEND" >&3; echo 'E: Unable to locate package docker.io' >&2; exit 100`,
    );
    const said: string[] = [];
    const error = await realSetup(async () => {})
      .install((message) => said.push(message), going)
      .catch((cause: unknown) => cause);
    expect(error).toMatchObject({ seen: 'E: Unable to locate package docker.io' });
    expect(said).toContain('50 %, noninteractive');
  });

  it('waits until an Engine answers', async () => {
    for (const name of ['apt-get', 'systemctl', 'service']) await program(name, 'exit 0');
    let asked = 0;
    await realSetup(async () => {
      if (++asked < 2) throw new Error('not yet');
    }).install(() => {}, going);
    expect(asked).toBe(2);
  });

  it('does not wait for a daemon that a package has started', async () => {
    await program('apt-get', 'sleep 30 & exit 0');
    for (const name of ['systemctl', 'service']) await program(name, 'exit 0');
    const started = Date.now();
    await realSetup(async () => {}).install(() => {}, going);
    expect(Date.now() - started).toBeLessThan(10_000);
  });

  it('says that a program is not there', async () => {
    process.env.PATH = dir;
    const error = await realSetup(async () => {})
      .install(() => {}, going)
      .catch((cause: unknown) => cause);
    expect((error as CliError).seen).toMatch(/ENOENT/);
  });
});
