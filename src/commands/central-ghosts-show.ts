import { resolve } from 'node:path';
import type { Command } from 'commander';
import { candidateKeys } from '../central/ghosts/candidates.ts';
import { allMarks } from '../central/ghosts/marks.ts';
import { meantTables, sinkTables, type WarehouseTable } from '../central/warehouse/tables.ts';
import type { Context } from '../context.ts';
import { EXIT, type ExitCode } from '../errors.ts';
import { shownText } from '../ui/ghosts-text.ts';
import { type CentralSite, needed, withCentral } from './shared/central.ts';
import { type Looked, lookForGhosts, markNumber, namedIn, reportedRows } from './shared/ghosts.ts';
import { type CommandModule, examples, type Options } from './shared/module.ts';

/** `central ghosts show`: counts since a mark, and whether the copy has come wholly. Changes nothing. */
export const centralGhostsShow: CommandModule = { define, run };

function define(command: Command): void {
  command
    .option('--facility <code>', 'DHIS2 code of the facility')
    .option('--table <list>', 'these tables; those of --rows, else all of the newest mark, if left out')
    .option('--rows <n>', 'rows that the hospital has: 412000, or dbo.Visits=412000,dbo.Patients=300')
    .option('--mark <n>', 'since this mark, not since the newest one')
    .option('--keys <file>', "write the keys of the candidates into a file: patients' data")
    .addHelpText('after', HELP);
}

const HELP = `
Counts only; no row is shown. Each table is read once from end to end. Not written since the mark, and the copy
came wholly: those rows are ghosts. Exit code 3 while something speaks against it.
${examples([
  ['clinicmaster-cdc central ghosts show --facility xY9AbCdEf12', 'the tables of the newest mark'],
  ['clinicmaster-cdc central ghosts show --facility xY9AbCdEf12 --table Visits --rows 412000', 'one table'],
])}`;

function run(context: Context, options: Options): Promise<ExitCode> {
  const facility = needed(options, 'facility', '--facility', 'The DHIS2 code, as the rows carry it.');
  const { out } = context;
  return withCentral(context, options, async (site) => {
    const tables = await wanted(facility, options, site);
    const rows = reportedRows(typeof options.rows === 'string' ? options.rows : undefined, tables);
    const looked: Looked[] = [];
    for (const table of tables) {
      const step = out.step(`public."${table.name}"`);
      const one = await lookForGhosts(facility, table, rows.get(table.name) ?? null, options, site, context);
      step.succeed(`${one.facts.counts.rows} rows`);
      looked.push(one);
    }
    const keys = await keysFile(looked, options, site, context);
    const shown = looked.map(({ mark, facts: { table, counts, reported }, against }) => ({
      table,
      mark: mark.id,
      markedAt: mark.madeAt,
      ...counts,
      reported,
      proven: against.length === 0,
      against,
    }));
    const ok = shown.every(({ proven }) => proven);
    const next = shown
      .filter(({ proven, candidates }) => proven && candidates > 0)
      .map(
        ({ table, reported }) =>
          `clinicmaster-cdc central ghosts remove --facility ${facility} --table ${table} --rows ${reported}`,
      );
    const data = { facility, tables: shown, keys, next };
    out.result({ ok, command: 'central ghosts show', changed: false, ...data }, shownText);
    return ok ? EXIT.ok : EXIT.failed;
  });
}

async function wanted(
  facility: string,
  options: Options,
  { warehouse }: CentralSite,
): Promise<WarehouseTable[]> {
  const tables = await sinkTables(warehouse);
  if (typeof options.table === 'string') return meantTables(options.table, tables);
  // recover prints the rows of the tables that it has copied; the mark may cover more.
  const named = typeof options.rows === 'string' ? namedIn(options.rows) : [];
  if (named.length > 0) return meantTables(named.join(','), tables);
  const number = markNumber(options);
  const marks = await allMarks(warehouse);
  const mark = marks.find((one) => one.facility === facility && (number === undefined || one.id === number));
  // Where there is none, the look at a first table says so.
  return tables.filter(({ name }) => mark === undefined || mark.tables.includes(name));
}

async function keysFile(
  looked: readonly Looked[],
  { keys }: Options,
  { warehouse }: CentralSite,
  { files, host }: Context,
): Promise<string | null> {
  if (typeof keys !== 'string') return null;
  const path = resolve(host.cwd, keys);
  const lines: string[] = [];
  for (const { table, mark, since } of looked) {
    for (const key of await candidateKeys(warehouse, table, mark, since)) {
      lines.push(`{"table":${JSON.stringify(table.name)},"key":${key}}\n`);
    }
  }
  await files.writeAtomically(path, lines.join(''), 0o600);
  return path;
}
