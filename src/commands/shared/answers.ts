import { resolve as absolute } from 'node:path';
import type { Command } from 'commander';
import type { Context } from '../../context.ts';
import { CliError, EXIT } from '../../errors.ts';
import { envValues, parseEnv } from '../../settings/env-file.ts';
import { decodeTwins } from '../../settings/env-write.ts';
import { type Field, flagName, type Values } from '../../settings/field.ts';
import {
  badAnswers,
  type Layers,
  missingAnswers,
  type Problem,
  problems,
  type Resolved,
  refusal,
  resolve,
} from '../../settings/resolve.ts';
import type { Options } from './module.ts';

/** Adds one flag for each field that has one, and the flags that say where answers come from. */
export function addFieldFlags(command: Command, fields: readonly Field[]): void {
  for (const { flag, help, default: preset } of fields) {
    if (flag !== undefined) command.option(flag, preset ? `${help} Default: ${preset}` : help);
  }
  command
    .option('--config <file>', 'file of KEY=value lines, as in .env')
    .option('--passwords-stdin', 'read KEY=value lines with passwords from standard input')
    .option('--yes', 'ask nothing; a missing answer is an error');
}

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
 * The answer to every field: flag > environment > --config > existing .env > prompt > default. For `init` of a facility, which
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
  if (!context.interactive || options.yes === true) return settled(given);
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

async function layers(
  fields: readonly Field[],
  existing: Values | undefined,
  options: Options,
  context: Context,
): Promise<Layers> {
  const piped = options.passwordsStdin === true ? secretsOnly(fields, await context.stdin()) : {};
  const environment = fields.flatMap(({ key }) => {
    const value = context.host.env[key];
    return value === undefined || value === '' ? [] : [[key, value] as const];
  });
  return {
    flag: { ...flagValues(fields, options), ...piped },
    environment: Object.fromEntries(environment),
    config: typeof options.config === 'string' ? await configFile(options.config, context) : {},
    '.env': existing ?? {},
  };
}

function flagValues(fields: readonly Field[], options: Options): Values {
  return Object.fromEntries(
    fields.flatMap((field) => {
      const flag = flagName(field);
      const value = flag === undefined ? undefined : options[optionName(flag)];
      return typeof value === 'string' ? [[field.key, value] as const] : [];
    }),
  );
}

/** `--db-host` → `dbHost`, as commander names it. */
function optionName(flag: string): string {
  return flag.replace(/^--/, '').replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** Lines `KEY=value`; a value is taken as it is, to the end of its line: no quotes, no escapes. */
function secretsOnly(fields: readonly Field[], text: string): Values {
  const secrets = new Set(fields.filter(({ secret }) => secret === true).map(({ key }) => key));
  const entries = text.split(/\r?\n/).filter((line) => line !== '');
  return Object.fromEntries(
    entries.map((line) => {
      const [key = '', ...rest] = line.split('=');
      if (!secrets.has(key) || rest.length === 0) {
        throw new CliError('settings.stdin', 'Standard input holds a line that is no password.', {
          exitCode: EXIT.usage,
          // The line itself may be a password: it is not shown.
          needed: `Lines of the form KEY=value for: ${[...secrets].join(', ')}.`,
        });
      }
      return [key, rest.join('=')] as const;
    }),
  );
}

async function configFile(path: string, { files, host }: Context): Promise<Values> {
  const text = await files.read(absolute(host.cwd, path));
  if (text !== undefined) return decodeTwins(envValues(parseEnv(text)));
  throw new CliError('settings.config', `There is no file ${path}.`, {
    exitCode: EXIT.usage,
    needed: 'A file of KEY=value lines after --config.',
  });
}
