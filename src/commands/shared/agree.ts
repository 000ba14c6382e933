import type { Context } from '../../context.ts';
import { CliError, EXIT } from '../../errors.ts';
import type { Options } from './module.ts';

/** The plan was shown; somebody says yes. @throws CliError (usage) where nobody can be asked, (cancelled) after a no */
export async function agree(question: string, options: Options, context: Context): Promise<void> {
  if (options.yes === true) return;
  if (!context.interactive) {
    throw new CliError('life.unconfirmed', 'This asks before it changes anything, and nobody can be asked.', {
      exitCode: EXIT.usage,
      needed: '--yes. Nothing was changed.',
    });
  }
  const prompts = await context.prompts();
  if (await prompts.confirm(question, true)) return;
  throw new CliError('life.declined', 'Nothing was changed.', { exitCode: EXIT.cancelled });
}
