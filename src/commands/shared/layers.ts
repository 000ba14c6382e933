import { resolve as absolute } from 'node:path';
import type { Command } from 'commander';
import type { Context } from '../../context.ts';
import { CliError, EXIT } from '../../errors.ts';
import { enrolmentValues } from '../../settings/enrolment.ts';
import { envValues, parseEnv } from '../../settings/env-file.ts';
import { decodeTwins } from '../../settings/env-write.ts';
import { type Field, flagName, type Values } from '../../settings/field.ts';
import type { Layers } from '../../settings/resolve.ts';
import { enrolmentFrom } from './enrolment.ts';
import type { Options } from './module.ts';

/** Adds one flag for each field that has one, and the flags that say where answers come from. */
export function addFieldFlags(command: Command, fields: readonly Field[]): void {
  addValueFlags(command, fields);
  command
    .option('--passwords-stdin', 'read KEY=value lines with passwords from standard input')
    .option('--yes', 'ask nothing; a missing answer is an error');
}

/**
 * The flags that give values, without those that only an installation needs.
 * @param shown `inHelp`: keys whose flags the help lists, where it does not list them all
 */
export function addValueFlags(
  command: Command,
  fields: readonly Field[],
  shown: { inHelp?: readonly string[] } = {},
): void {
  for (const { key, flag, help, default: preset, choices } of fields) {
    if (flag === undefined) continue;
    const option = command.createOption(flag, preset ? `${help} Default: ${preset}` : help);
    // For help and completion; the rule itself is the field's, whatever source a value comes from.
    if (choices !== undefined) option.argChoices = [...choices];
    if (shown.inHelp?.includes(key) === false) option.hideHelp();
    command.addOption(option);
  }
  command.option('--config <file>', 'file of KEY=value lines, as in .env, or a JSON object of them');
}

/**
 * What each source says: flag > environment > --config > enrolment > existing .env.
 * @param existing values of the `.env` that stands in the folder, undefined for a fresh one
 */
export async function layers(
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
  const enrolment = await enrolmentFrom(options, context);
  return {
    flag: { ...flagValues(fields, options), ...piped },
    environment: Object.fromEntries(environment),
    config: typeof options.config === 'string' ? await configFile(options.config, context) : {},
    enrolment: enrolment === undefined ? {} : enrolmentValues(enrolment),
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
  if (text === undefined) {
    throw new CliError('settings.config', `There is no file ${path}.`, {
      exitCode: EXIT.usage,
      needed: 'A file of KEY=value lines after --config.',
    });
  }
  return decodeTwins(/^\uFEFF?\s*\{/.test(text) ? jsonValues(text, path) : envValues(parseEnv(text)));
}

/** The JSON form: keys as in `.env`; numbers and truth values are taken as their text. */
function jsonValues(text: string, path: string): Values {
  const plain = (value: unknown) => ['string', 'number', 'boolean'].includes(typeof value);
  let data: Record<string, unknown> | undefined;
  try {
    data = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    // The parser's message quotes the text, which may be a password.
  }
  const wrong = Object.keys(data ?? {}).filter((key) => !plain(data?.[key]));
  if (data !== undefined && wrong.length === 0) {
    return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, String(value)]));
  }
  throw new CliError('settings.config', `${path} cannot be read.`, {
    exitCode: EXIT.usage,
    seen: data === undefined ? 'it begins as JSON and is none' : `no plain value: ${wrong.join(', ')}`,
    needed: 'A JSON object of "KEY": "value", as docs/schemas/settings.schema.json describes it.',
  });
}
