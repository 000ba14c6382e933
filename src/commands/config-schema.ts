import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { EXIT, type ExitCode } from '../errors.ts';
import { enrolmentSchema } from '../settings/enrolment.ts';
import { settingsSchema } from '../settings/json-schema.ts';
import { settingsKinds } from '../settings/kinds.ts';
import { type CommandModule, examples, type Options } from './shared/module.ts';

/** `config schema`: the JSON schemas, for editors and for programs that write settings. */
export const configSchema: CommandModule = { define, run };

function define(command: Command): void {
  command.option('--enrolment', 'that of the enrolment file').addHelpText('after', HELP);
}

const HELP = examples([
  ['clinicmaster-cdc config schema > settings.schema.json', 'what .env and --config may hold'],
  ['clinicmaster-cdc config schema --enrolment', 'what an enrolment file may hold'],
]);

async function run({ out, version }: Context, options: Options): Promise<ExitCode> {
  const schema = options.enrolment === true ? enrolmentSchema() : settingsSchema(settingsKinds(version));
  out.result({ ok: true, command: 'config schema', schema }, (data) => JSON.stringify(data.schema, null, 2));
  return EXIT.ok;
}
