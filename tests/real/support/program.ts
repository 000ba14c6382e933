import { run } from '../../../src/cli.ts';
import { createContext } from '../../../src/context.ts';

export interface ProgramRun {
  exit: number;
  stdout: string;
  stderr: string;
}

/** Runs the program in this process with its real adapters, 80 columns wide and without a terminal. */
export function realCli(...argv: readonly string[]): Promise<ProgramRun> {
  return runProgram(undefined, ...argv);
}

/**
 * The same with an environment of its own.
 * @param env this process's own when undefined
 */
export async function runProgram(
  env: Readonly<Record<string, string>> | undefined,
  ...argv: readonly string[]
): Promise<ProgramRun> {
  const written = { stdout: '', stderr: '' };
  const stream = (name: keyof typeof written) =>
    ({
      columns: 80,
      isTTY: false,
      write: (text: string) => {
        written[name] += text;
        return true;
      },
    }) as unknown as NodeJS.WriteStream;
  const exit = await run({
    argv,
    env: { NO_COLOR: '1', LANG: 'C.UTF-8' },
    stdout: stream('stdout'),
    stderr: stream('stderr'),
    interactive: false,
    signal: new AbortController().signal,
    context: async (invocation) => {
      const context = createContext(invocation);
      return env === undefined ? context : { ...context, host: { ...context.host, env } };
    },
  });
  return { exit, ...written };
}
