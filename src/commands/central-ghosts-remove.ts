import type { Command } from 'commander';
import { GHOST_RISKS, type GhostRisk, type Objection } from '../central/ghosts/judge.ts';
import { moveOut } from '../central/ghosts/remove.ts';
import { ensureOwnSchema, REMOVED } from '../central/warehouse/own-schema.ts';
import { meantTables, sinkTables } from '../central/warehouse/tables.ts';
import type { Context } from '../context.ts';
import { CliError, EXIT, type ExitCode } from '../errors.ts';
import { countsText, removedText } from '../ui/ghosts-text.ts';
import { agree } from './shared/agree.ts';
import { acceptedRisks, addRisks, needed, withCentral } from './shared/central.ts';
import { type Looked, lookForGhosts, meantMark, reportedRows, sinkCaughtUp } from './shared/ghosts.ts';
import { type CommandModule, examples, type Options } from './shared/module.ts';

/** `central ghosts remove`: takes a facility's ghosts out of one table; they are kept for `restore`. */
export const centralGhostsRemove: CommandModule = { define, run };

function define(command: Command): void {
  command
    .option('--facility <code>', 'DHIS2 code of the facility')
    .option('--table <name>', 'one table: dbo.Visits')
    .option('--rows <n>', 'rows that the hospital has, as it counts them at the end of its copy')
    .option('--mark <n>', 'since this mark, not since the newest one');
  addRisks(
    command,
    'delete-rows (always needed), unproven-copy (nobody can tell whether the copy is whole), dead-letters (rows were set aside)',
  );
  command.option('--yes', 'ask nothing').addHelpText('after', HELP);
}

const HELP = `
Refused unless the copy is proven whole: asked for after the mark, all its chunks read, at least as many rows
written since the mark as the hospital counts, nothing left before the sink, no dead letter. Rows that changed
since the mark, and rows of other facilities, are never touched. The sink goes on meanwhile. What is taken out
is kept in clinicmaster_cdc.removed_rows, in the same transaction.
${examples([
  [
    'clinicmaster-cdc central ghosts remove --facility xY9AbCdEf12 --table dbo.Visits --rows 412000 \\\n      --accept-risk delete-rows',
    'shows the counts, asks, removes',
  ],
  ['clinicmaster-cdc central ghosts restore --mark 3', 'all of it back again'],
])}`;

function run(context: Context, options: Options): Promise<ExitCode> {
  const { out } = context;
  const facility = needed(options, 'facility', '--facility', 'The DHIS2 code, as the rows carry it.');
  const name = needed(options, 'table', '--table', 'One table: dbo.Visits.');
  const accepted = acceptedRisks(options, GHOST_RISKS);
  return withCentral(context, options, async (site) => {
    const { warehouse, settings } = site;
    const [table] = meantTables(name, await sinkTables(warehouse));
    if (table === undefined || name.includes(',')) throw oneTable(name);
    await sinkCaughtUp(await meantMark(facility, table, options, warehouse), table.name, site, context);
    const rows = reportedRows(typeof options.rows === 'string' ? options.rows : undefined, [table]);
    const reported = rows.get(table.name) ?? null;
    const looked = await lookForGhosts(facility, table, reported, options, site, context);
    const { mark, since, facts } = looked;
    const counts = { table: table.name, facility, mark: mark.id, ...facts.counts, reported };
    out.block((style) => `\n${countsText(counts, style)}\n`);
    const command = 'central ghosts remove';
    if (facts.counts.candidates === 0 && looked.against.length === 0) {
      out.result(
        {
          ok: true,
          command,
          changed: false,
          ...counts,
          removed: 0,
          left: 0,
          restore: null,
          purge: null,
          next: [],
        },
        removedText,
      );
      return EXIT.ok;
    }
    proven(looked, accepted, facility);
    const question = `Take ${facts.counts.candidates} rows of ${facility} out of public."${table.name}"?`;
    await agree({ question, preset: false }, options, context);

    await ensureOwnSchema(warehouse, settings.warehouse.user);
    const step = out.step('Ghosts moved out');
    const removed = await moveOut(warehouse, table, mark, since, (sum) => step.update(`${sum} rows`));
    step.succeed(`${removed} rows`);
    const after = await lookForGhosts(facility, table, reported, options, site, context);
    const left = after.facts.counts.candidates;
    const restore = `clinicmaster-cdc central ghosts restore --mark ${mark.id} --table ${table.name}`;
    const purge = `DELETE FROM ${REMOVED} WHERE mark = ${mark.id};`;
    const next = left === 0 ? [] : ['the same command again: rows were held by somebody else'];
    const data = { ...counts, ...after.facts.counts, removed, left, restore, purge, next };
    out.result({ ok: left === 0, command, changed: removed > 0, ...data }, removedText);
    return left === 0 ? EXIT.ok : EXIT.failed;
  });
}

function oneTable(name: string): CliError {
  return new CliError('usage', `${name} is not one table.`, {
    exitCode: EXIT.usage,
    needed: 'One table at a time, so that its counts are looked at.',
  });
}

/** @throws CliError where something speaks against it that no accepted risk covers */
function proven({ against, table }: Looked, accepted: ReadonlySet<GhostRisk>, facility: string): void {
  const open = against.filter(({ risk }) => risk === undefined || !accepted.has(risk));
  if (open.length > 0) {
    throw new CliError('ghosts.not-proven', `Nothing was removed from public."${table.name}".`, {
      seen: open.map(({ text }) => text).join('\n'),
      needed: [...open.map(({ needed: what }) => what), ...riskWords(open)].join('\n'),
      commands: [`clinicmaster-cdc central ghosts show --facility ${facility} --table ${table.name}`],
      who: 'central-team',
    });
  }
  if (accepted.has('delete-rows')) return;
  throw new CliError('ghosts.risk', 'This deletes rows of the warehouse.', {
    exitCode: EXIT.usage,
    needed: '--accept-risk delete-rows, once the counts above are what you expect. Nothing was changed.',
  });
}

function riskWords(open: readonly Objection[]): string[] {
  const risks = [...new Set(open.map(({ risk }) => risk))];
  if (risks.includes(undefined)) return [];
  return [`To remove all the same: ${risks.map((risk) => `--accept-risk ${risk}`).join(' ')}.`];
}
