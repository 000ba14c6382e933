import { execFile, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface Run {
  exitCode: number;
  stdout: string;
  stderr: string;
}

/** The program as a hospital gets it: packed, and installed in a folder that has nothing else. */
export interface PackedProgram {
  /** The folder that it is installed in; tests may put more there. */
  home: string;
  /**
   * @param interruptAt sends Ctrl-C as soon as this stands on stderr
   */
  run(
    args: readonly string[],
    environment: Readonly<Record<string, string>>,
    interruptAt?: string,
  ): Promise<Run>;
  remove(): Promise<void>;
}

export async function packProgram(): Promise<PackedProgram> {
  const home = await mkdtemp(join(tmpdir(), 'packed-'));
  const { stdout } = await run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', home]);
  const [packed] = JSON.parse(stdout) as { filename: string }[];
  await writeFile(join(home, 'package.json'), '{"private":true}');
  await run('npm', ['install', '--offline', '--no-audit', '--no-fund', join(home, packed?.filename ?? '')], {
    cwd: home,
  });
  return {
    home,
    run: (args, environment, interruptAt) => start(home, args, environment, interruptAt),
    remove: () => rm(home, { recursive: true, force: true }),
  };
}

function start(
  home: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
  interruptAt: string | undefined,
): Promise<Run> {
  const child = spawn(process.execPath, [join(home, 'node_modules/.bin/clinicmaster-cdc'), ...args], {
    cwd: home,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, LANG: 'C.UTF-8', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const written = { stdout: '', stderr: '' };
  let interrupted = false;
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      written[name] += text;
      if (interruptAt === undefined || interrupted || !written.stderr.includes(interruptAt)) return;
      interrupted = true;
      child.kill('SIGINT');
    });
  }
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ exitCode: code ?? -1, ...written }));
  });
}
