import type { Context } from '../../context.ts';
import type { Field, Values } from '../../settings/field.ts';
import {
  badAnswers,
  missingAnswers,
  type Problem,
  problems,
  type Resolved,
  refusal,
  resolve,
} from '../../settings/resolve.ts';
import { mayAsk } from './agree.ts';
import { layers } from './layers.ts';
import type { Options } from './module.ts';

/** What flags, environment and files say, and what is wrong with it. */
export interface Given {
  resolved: Resolved;
  found: Problem[];
}

/** The answers that were given, by the strongest layer that holds one; nothing is asked. */
export async function answersGiven(
  fields: readonly Field[],
  existing: Values | undefined,
  options: Options,
  context: Context,
): Promise<Given> {
  const resolved = resolve(fields, await layers(fields, existing, options, context));
  return { resolved, found: problems(fields, resolved) };
}

/** The answers where nobody can be asked. @throws CliError (usage) for one that is wrong or missing */
export function settled({ resolved, found }: Given): Resolved {
  if (found.length > 0) throw badAnswers(found);
  if (resolved.missing.length > 0) throw missingAnswers(resolved.missing);
  return resolved;
}

/**
 * The answer to every field: flag > environment > --config > enrolment > existing .env > prompt > default. For `init` of a facility, which
 * tries each answer: {@link import('./wizard/facility-answers.ts').facilityAnswers}.
 * @param existing values of the `.env` that stands in the folder, undefined for a fresh one
 * @throws CliError (usage) for an answer that is wrong or missing where nobody can be asked
 */
export async function collectAnswers(
  fields: readonly Field[],
  existing: Values | undefined,
  options: Options,
  context: Context,
): Promise<Resolved> {
  const given = await answersGiven(fields, existing, options, context);
  if (!mayAsk(context, options)) return settled(given);
  const { resolved, found } = given;
  const refused = new Set(found.map(({ field }) => field));
  for (const { field, message } of found) context.out.warn(`${field.prompt}: ${message}`);
  const open = fields.filter(
    (field) =>
      refused.has(field) ||
      resolved.missing.includes(field) ||
      (field.ask === true && existing === undefined && resolved.sources[field.key] === 'default'),
  );
  return ask(open, resolved, context);
}

async function ask(open: readonly Field[], resolved: Resolved, context: Context): Promise<Resolved> {
  const answered: Resolved = {
    values: { ...resolved.values },
    sources: { ...resolved.sources },
    missing: [],
  };
  if (open.length === 0) return answered;
  const prompts = await context.prompts();
  for (const field of open) {
    const question = { message: field.prompt, check: (text: string) => refusal(field, text) };
    const text = field.secret
      ? await prompts.secret(question)
      : await prompts.text({ ...question, ...(field.default ? { default: field.default } : {}) });
    answered.values[field.key] = text;
    answered.sources[field.key] = 'prompt';
  }
  return answered;
}
