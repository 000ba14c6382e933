import { resolve } from 'node:path';
import { run } from '../../../src/cli.ts';
import { createContext } from '../../../src/context.ts';

/** Runs the real program in this process: real adapters, 80 columns, no terminal. */
export async function realCli(...argv: string[]): Promise<{ exit: number; stdout: string; stderr: string }> {
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
    context: async (invocation) =>
      createContext({ ...invocation, packageRoot: resolve(import.meta.dirname, '../../..') }),
  });
  return { exit, ...written };
}
