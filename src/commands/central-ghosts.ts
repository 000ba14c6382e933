import type { Command } from 'commander';
import { allMarks } from '../central/ghosts/marks.ts';
import type { Context } from '../context.ts';
import { EXIT, type ExitCode } from '../errors.ts';
import { marksText } from '../ui/ghosts-text.ts';
import { addCentralFlags, withCentral } from './shared/central.ts';
import { type CommandModule, examples, type Options } from './shared/module.ts';

/** `central ghosts`: the marks that were made, and what is kept of rows that were removed. */
export const centralGhosts: CommandModule = { define, run };

function define(command: Command): void {
  addCentralFlags(command);
  command.addHelpText('after', HELP);
}

const HELP = `
A ghost is a row of the warehouse that the hospital has deleted while nobody saw it: during a gap, or in a
database that was restored. A copy of the table does not remove it, since a copy only brings rows. But the sink
writes every row that a copy brings. So: note the moment (mark), have the table copied, and what was not
written since then is no more in the hospital. No list of keys leaves the hospital.

  1  mark      central, before the copy
  2  snapshot  at the facility (or recover); it counts its rows at the end
  3  show      central: counts, and whether the copy has come wholly
  4  remove    central: the ghosts go out of the table, and are kept for restore

Without a subcommand: the marks so far.
${examples([
  ['clinicmaster-cdc central ghosts', 'the marks, and the rows that are kept'],
  ['clinicmaster-cdc central ghosts mark --facility xY9AbCdEf12 --tables dbo.Visits', 'before the copy'],
  [
    'clinicmaster-cdc central ghosts show --facility xY9AbCdEf12 --table dbo.Visits --rows 412000',
    'after it',
  ],
])}`;

function run(context: Context, options: Options): Promise<ExitCode> {
  return withCentral(context, options, async ({ warehouse }) => {
    const marks = await allMarks(warehouse);
    const shown = marks.map(({ id, facility, tables, madeAt, kept }) => ({
      id,
      facility,
      tables,
      madeAt,
      kept,
    }));
    const next = marks.length === 0 ? ['clinicmaster-cdc central ghosts mark --help'] : [];
    context.out.result(
      { ok: true, command: 'central ghosts', changed: false, marks: shown, next },
      marksText,
    );
    return EXIT.ok;
  });
}
