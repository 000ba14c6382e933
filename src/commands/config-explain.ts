import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { CliError, EXIT, type ExitCode } from '../errors.ts';
import { ENV_FILE, installDir } from '../install/facility-folder.ts';
import { parseEnv } from '../settings/env-file.ts';
import { explain, readableValues, unknownKeys } from '../settings/explain.ts';
import { type SettingsKind, settingsKinds } from '../settings/kinds.ts';
import { configText } from '../ui/config-text.ts';
import { addEnrolmentFlag } from './shared/enrolment.ts';
import { chosenDir } from './shared/facility.ts';
import { addValueFlags, layers } from './shared/layers.ts';
import { type CommandModule, examples, type Options } from './shared/module.ts';

/** `config explain`: each value, where it came from, what would override it. Changes nothing, and needs no installation. */
export const configExplain: CommandModule = { define, run };

function define(command: Command): void {
  const { facility, central } = settingsKinds('<version>');
  const own = central.fields.filter(({ key }) => facility.fields.every((field) => field.key !== key));
  command
    .argument('[KEY...]', 'only these settings, with all that is known of them')
    .option('--dir <path>', 'folder that holds the .env')
    .option('--central', 'the central sink, not a facility');
  addEnrolmentFlag(command);
  addValueFlags(command, [...facility.fields, ...own], { inHelp: ['INSTANCE'] });
  command.addHelpText('after', HELP);
}

const HELP = `
Passwords are never shown, only whether they are set. Takes every flag of init (central init)
that gives a value, and says what would come of it. Exit code 3 when a value would be refused.
${examples([
  ['clinicmaster-cdc config explain', 'every setting of this facility'],
  ['clinicmaster-cdc config explain DB_HOST KAFKA_PASS', 'two of them, in full'],
  ['clinicmaster-cdc config explain --enrolment kayunga.json', 'what this file would change'],
  ['clinicmaster-cdc config explain --json', 'for another program'],
])}`;

async function run(context: Context, options: Options): Promise<ExitCode> {
  const { files, out } = context;
  const { kind, dir } = await place(options, context);
  const text = await files.read(`${dir}/${ENV_FILE}`);
  const file = text === undefined ? undefined : parseEnv(text);
  const stored = file === undefined ? undefined : readableValues(file);
  const all = explain(kind.fields, await layers(kind.fields, stored, options, context), file);
  const keys = Array.isArray(options.args) ? options.args.map((key) => key.toUpperCase()) : [];
  const settings = keys.length === 0 ? all : all.filter(({ key }) => keys.includes(key));
  const strange = keys.filter((key) => all.every((setting) => setting.key !== key));
  if (strange.length > 0) throw noSuchSetting(strange, kind);

  // What nobody has given yet is no fault of what is there.
  const refused = settings.some(({ problem, source }) => problem !== null && source !== null);
  const unreadable = file?.unreadable ?? [];
  const ok = !refused && unreadable.length === 0;
  const report = {
    title: kind.title,
    dir,
    env: file === undefined ? null : `${dir}/${ENV_FILE}`,
    settings,
    unreadable,
    unknown: file === undefined ? [] : unknownKeys(kind.fields, file),
    single: keys.length > 0,
  };
  out.result({ ok, command: 'config explain', ...report }, configText);
  return ok ? EXIT.ok : EXIT.failed;
}

/** The folder that is meant, and whose settings are in it. */
async function place(options: Options, context: Context): Promise<{ kind: SettingsKind; dir: string }> {
  const { facility, central } = settingsKinds(context.version);
  const { files, host } = context;
  const wish = { dir: typeof options.dir === 'string' ? options.dir : undefined, suffix: 'central' };
  if (options.central === true) {
    return { kind: central, dir: await installDir(files, host, { ...wish, marker: central.marker }) };
  }
  const dir = await chosenDir(context, options);
  const stored = readableValues(parseEnv((await files.read(`${dir}/${ENV_FILE}`)) ?? ''));
  const kind = central.marker in stored && !(facility.marker in stored) ? central : facility;
  return { kind, dir };
}

function noSuchSetting(strange: readonly string[], { fields }: SettingsKind): CliError {
  return new CliError('settings.unknown', `There is no setting ${strange.join(', ')}.`, {
    exitCode: EXIT.usage,
    needed: `One of: ${fields.map(({ key }) => key).join(', ')}.`,
    commands: ['clinicmaster-cdc config explain'],
  });
}
