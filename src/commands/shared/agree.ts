import type { Context } from '../../context.ts';
import { CliError, EXIT } from '../../errors.ts';
import type { Options } from './module.ts';

/** Somebody sits at a terminal and has not said `--yes`. */
export function mayAsk({ interactive }: Context, options: Options): boolean {
  return interactive && options.yes !== true;
}

/** What was shown is to be done: `--yes`, or a yes at the terminal. Where nobody can be asked it is a no. */
export async function saidYes(
  question: string,
  preset: boolean,
  options: Options,
  context: Context,
): Promise<boolean> {
  if (options.yes === true) return true;
  return mayAsk(context, options) && (await (await context.prompts()).confirm(question, preset));
}

/** How a command words what it asks, where it needs other words than {@link agree}'s own. */
export interface Agreement {
  question: string;
  /** The answer that Enter gives; yes unless it takes something away. */
  preset?: boolean;
  nobody?: { code: string; message: string; needed: string; commands: readonly string[] };
  no?: { code: string; message: string };
}

const NOBODY: NonNullable<Agreement['nobody']> = {
  code: 'life.unconfirmed',
  message: 'This asks before it changes anything, and nobody can be asked.',
  needed: '--yes. Nothing was changed.',
  commands: [],
};

const NO: NonNullable<Agreement['no']> = { code: 'life.declined', message: 'Nothing was changed.' };

/** The plan was shown; somebody says yes. @throws CliError (usage) where nobody can be asked, (cancelled) after a no */
export async function agree(
  { question, preset = true, nobody = NOBODY, no = NO }: Agreement,
  options: Options,
  context: Context,
): Promise<void> {
  if (await saidYes(question, preset, options, context)) return;
  if (mayAsk(context, options)) throw new CliError(no.code, no.message, { exitCode: EXIT.cancelled });
  const { code, message, needed, commands } = nobody;
  throw new CliError(code, message, { exitCode: EXIT.usage, needed, commands });
}
