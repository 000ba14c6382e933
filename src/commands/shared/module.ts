import type { Command } from 'commander';
import type { Context } from '../../context.ts';
import type { ExitCode } from '../../errors.ts';

/** Options as commander hands them over: camel-cased names, text or true. */
export type Options = Readonly<Record<string, string | boolean | string[] | undefined>>;

/** One verb. Its module is loaded only when the verb is used. */
export interface CommandModule {
  /** Adds flags, examples and help. */
  define(command: Command): void;
  run(context: Context, options: Options): Promise<ExitCode>;
}

/** The text after a command's flags: examples to copy. */
export function examples(lines: readonly (readonly [command: string, what: string])[]): string {
  const rows = lines.map(([command, what]) => `  $ ${command}\n      ${what}`);
  return `\nExamples:\n${rows.join('\n')}`;
}
