import type { Command } from 'commander';
import { markOf } from '../central/ghosts/marks.ts';
import { putBack } from '../central/ghosts/put-back.ts';
import { meantTables, sinkTables } from '../central/warehouse/tables.ts';
import type { Context } from '../context.ts';
import { CliError, EXIT, type ExitCode } from '../errors.ts';
import { restoredText } from '../ui/ghosts-text.ts';
import { agree } from './shared/agree.ts';
import { withCentral } from './shared/central.ts';
import { markNumber } from './shared/ghosts.ts';
import { type CommandModule, examples, type Options } from './shared/module.ts';

/** `central ghosts restore`: puts back what was removed by a mark. */
export const centralGhostsRestore: CommandModule = { define, run };

function define(command: Command): void {
  command
    .option('--mark <n>', 'of this mark, as central ghosts lists it')
    .option('--table <name>', 'only into this table')
    .option('--yes', 'ask nothing')
    .addHelpText('after', HELP);
}

const HELP = `
A row that the hospital has sent again meanwhile stays as it is: it is newer.
${examples([['clinicmaster-cdc central ghosts restore --mark 3', 'all that remove has taken out since mark 3']])}`;

function run(context: Context, options: Options): Promise<ExitCode> {
  const number = markNumber(options);
  if (number === undefined) {
    throw new CliError('usage', '--mark is missing.', {
      exitCode: EXIT.usage,
      needed: 'The number of a mark, as central ghosts lists it.',
      commands: ['clinicmaster-cdc central ghosts'],
    });
  }
  return withCentral(context, options, async ({ warehouse }) => {
    const mark = await markOf(number, warehouse);
    const tables = await sinkTables(warehouse);
    const only = typeof options.table === 'string' ? meantTables(options.table, tables)[0]?.name : undefined;
    const question = `Put up to ${mark.kept} rows of ${mark.facility} back?`;
    if (mark.kept > 0) await agree({ question }, options, context);
    const restored = await putBack(warehouse, mark, tables, only);
    const changed = restored.some((one) => one.restored > 0);
    const data = { mark: mark.id, facility: mark.facility, restored };
    context.out.result({ ok: true, command: 'central ghosts restore', changed, ...data }, restoredText);
    return EXIT.ok;
  });
}
