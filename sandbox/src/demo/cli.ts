import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { PROJECT } from '../paths.ts';
import type { Report } from '../progress.ts';

/** A run of the real program, as a user would start it. */
export interface CliRun {
  exitCode: number;
  /** Both streams, in the order of their lines. */
  output: string;
  /** How it was called, for people: no secret is ever an argument. */
  command: string;
}

/** The program ended with another code than 0. */
export class CliFailed extends Error {
  readonly run: CliRun;
  constructor(run: CliRun) {
    super(`«${run.command}» ended with exit code ${run.exitCode}:\n${run.output.trimEnd()}`);
    this.name = 'CliFailed';
    this.run = run;
  }
}

/**
 * Runs `bin/clinicmaster-cdc.js`.
 * @param environment settings and passwords; nothing of this process's environment but what a shell needs goes along
 * @param report receives the lines as they come
 * @throws CliFailed
 */
export async function runCli(
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
  report: Report,
): Promise<CliRun> {
  const child = spawn(process.execPath, [join(PROJECT, 'bin', 'clinicmaster-cdc.js'), ...args], {
    cwd: PROJECT,
    env: { ...inherited(), ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      lines.push(line);
      if (line.trim() !== '') report(line);
    });
  }
  const exitCode = await new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? -1));
  });
  const run = { exitCode, output: `${lines.join('\n')}\n`, command: `clinicmaster-cdc ${args.join(' ')}` };
  if (exitCode !== 0) throw new CliFailed(run);
  return run;
}

const KEPT =
  /^(PATH|HOME|USER|LANG|LC_.*|TMPDIR|TERM|DOCKER_.*|HTTPS?_PROXY|NO_PROXY|NODE_EXTRA_CA_CERTS|SSL_CERT_.*|CLINICMASTER_.*)$/i;

/** A facility's settings must come from the demo alone, not from what happens to be set around it. */
function inherited(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => KEPT.test(name)));
}
