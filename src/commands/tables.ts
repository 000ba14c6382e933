import type { Command } from 'commander';
import { type Sampled, sampleChanges } from '../checks/tables/change-size.ts';
import type { TableFacts } from '../checks/tables/facts.ts';
import { type JudgedTable, judgeTables, type TableLists } from '../checks/tables/judged.ts';
import { readInventory } from '../checks/tables/questions.ts';
import { findingGroups, isView, overview, VIEWS, type View, viewed } from '../checks/tables/report.ts';
import { excludesColumn, includes, qualified } from '../connector/table-selection.ts';
import type { Wish } from '../connector/table-wish.ts';
import { tablesMeant, typedName } from '../connector/typed-names.ts';
import type { Context } from '../context.ts';
import { CliError, EXIT, type ExitCode } from '../errors.ts';
import type { FacilitySettings } from '../settings/facility.ts';
import { oneTableText, tablesText } from '../ui/tables-text.ts';
import { addFacilityFlags, openFacility } from './shared/facility.ts';
import { type CommandModule, examples, type Options } from './shared/module.ts';
import { changeChoice } from './shared/table-change.ts';
import { chooseAtTerminal } from './shared/table-ticks.ts';

/** `tables`: the tables of the facility's database and what streams of them; with flags, another choice. */
export const tables: CommandModule = { define, run };

function define(command: Command): void {
  addFacilityFlags(command);
  const several = (text: string, before: string[] = []) => [...before, text];
  command
    .argument('[table]', 'show this table alone, with its columns')
    .option('--all', 'show the tables that are left out, too')
    .option('--only <view>', `only these: ${VIEWS.join(', ')}`)
    .option('--no-sample', 'do not look at rows for the size of a change')
    .option('--choose', 'tick what shall stream, at a terminal')
    .option('--stream <table,…>', 'let these tables stream, too', several)
    .option('--stream-only <table,…>', 'let these tables stream and no others', several)
    .option('--leave-out <table,…>', 'let these tables stream no more', several)
    .option('--leave-out-columns <table:column,…>', 'keep these columns in the hospital', several)
    .option('--stream-columns <table:column,…>', 'let columns that were left out stream again', several)
    .option('--key <table:column,…>', 'columns that identify a row of a table without a primary key', several)
    .option('--drop-key <table,…>', "forget a key given by --key; the table's own counts again", several)
    .option('--yes', 'write the choice without asking');
  command.addHelpText('after', HELP);
  // The one word that is no option reaches the run as one.
  command.hook('preAction', (self) => {
    if (self.args[0] !== undefined) self.setOptionValue('table', self.args[0]);
  });
}

const HELP = `
Looks at the catalogue of SQL Server, and at the length of a few rows of each table (at most 200; no value leaves
the server). A choice is shown with what it means, and written to .env when you agree; init applies it.
Names: dbo.Visits, or Visits. * stands for any characters. Odd names in brackets: [dbo].[Order, Lines].
${examples([
  ['clinicmaster-cdc tables', 'what streams, and what is wrong with it'],
  ['clinicmaster-cdc tables dbo.Patients', 'one table with its columns'],
  ['clinicmaster-cdc tables --only problems', 'only tables with a problem'],
  ['clinicmaster-cdc tables --choose', 'tick what shall stream'],
  ["clinicmaster-cdc tables --leave-out 'dbo.Log*'", 'leave tables out'],
  ['clinicmaster-cdc tables --leave-out-columns dbo.Patients:Phone,Email', 'keep columns in the hospital'],
  ['clinicmaster-cdc tables --key dbo.AuditTrail:At,What', 'give a table a key'],
])}`;

/** Options of the wish, as commander names them. */
const WISHES = [
  'stream',
  'streamOnly',
  'leaveOut',
  'streamColumns',
  'leaveOutColumns',
  'key',
  'dropKey',
] as const satisfies readonly (keyof Wish)[];

async function run(context: Context, options: Options): Promise<ExitCode> {
  const view = viewOf(options);
  const settings = await openFacility(context, options);
  const sql = await context.sqlServer(settings.database);
  try {
    const step = context.out.step('Tables of SQL Server');
    const inventory = await readInventory(sql, context.signal).catch((error) => {
      step.fail();
      throw error;
    });
    step.succeed(`${inventory.tables.length} found`);

    const wish = wishOf(options);
    if (options.choose === true) {
      return await changeChoice(
        await chooseAtTerminal(inventory, settings, context),
        inventory,
        settings,
        options,
        context,
      );
    }
    if (Object.keys(wish).length > 0) return await changeChoice(wish, inventory, settings, options, context);

    const lists = listsOf(settings);
    const named =
      typeof options.table === 'string' ? tableCalled(options.table, inventory.tables) : undefined;
    const wanted = named ?? inventory.tables.filter(includes(lists.tableIncludeList));
    const sampled = options.sample === false ? NOTHING : await sample(wanted, lists, settings, sql, context);
    const judged = judgeTables(inventory, lists, sampled.sizes);
    const unanswered = [...inventory.unanswered, ...sampled.unanswered];
    return named === undefined
      ? list(judged, view, unanswered, settings, inventory.cdcEnabled, context)
      : one(judged, named, unanswered, settings, context);
  } finally {
    await sql.close();
  }
}

const NOTHING: Sampled = { sizes: new Map(), unanswered: [] };

async function sample(
  wanted: readonly TableFacts[],
  lists: TableLists,
  settings: FacilitySettings,
  sql: Awaited<ReturnType<Context['sqlServer']>>,
  context: Context,
): Promise<Sampled> {
  const step = context.out.step('Size of a change');
  const excluded = excludesColumn(settings.columnExcludeList);
  const sampled = await sampleChanges(
    wanted,
    (table, column) => includes(lists.tableIncludeList)(table) && excluded(table, column),
    sql,
    context.clock,
    context.signal,
  );
  step.succeed(`${sampled.sizes.size} estimated`);
  return sampled;
}

function list(
  judged: readonly JudgedTable[],
  view: View | 'all' | undefined,
  unanswered: readonly string[],
  settings: FacilitySettings,
  cdcEnabled: boolean,
  { out }: Context,
): ExitCode {
  const shown = viewed(judged, view);
  out.result(
    {
      ok: true,
      command: 'tables',
      ...overview(judged, settings, cdcEnabled),
      view: view ?? 'streaming',
      tables: shown.map(({ columns, ...table }) => ({ ...table, columnCount: columns.length })),
      findings: findingGroups(shown),
      unanswered,
    },
    tablesText,
  );
  return EXIT.ok;
}

function one(
  judged: readonly JudgedTable[],
  named: readonly TableFacts[],
  unanswered: readonly string[],
  settings: FacilitySettings,
  { out }: Context,
): ExitCode {
  const names = new Set(named.map(qualified));
  const shown = judged.filter((table) => names.has(qualified(table)));
  out.result(
    {
      ok: true,
      command: 'tables',
      database: settings.database.name,
      tables: shown,
      findings: findingGroups(shown),
      unanswered,
    },
    oneTableText,
  );
  return EXIT.ok;
}

function tableCalled(text: string, known: readonly TableFacts[]): TableFacts[] {
  const found = tablesMeant(typedName(text), known);
  if (found.length > 0) return found;
  throw new CliError('tables.unknown', `No table is called ${text}.`, {
    exitCode: EXIT.usage,
    needed: 'A table that exists and that the login may read, as in dbo.Visits.',
    commands: ['clinicmaster-cdc tables --all'],
  });
}

function listsOf({ tableIncludeList, messageKeyColumns, columnExcludeList }: FacilitySettings): TableLists {
  return { tableIncludeList, messageKeyColumns, columnExcludeList };
}

function wishOf(options: Options): Wish {
  return Object.fromEntries(
    WISHES.flatMap((name) => (Array.isArray(options[name]) ? [[name, options[name]] as const] : [])),
  );
}

function viewOf({ only, all }: Options): View | 'all' | undefined {
  if (all === true) return 'all';
  if (only === undefined) return undefined;
  if (typeof only === 'string' && isView(only)) return only;
  throw new CliError('usage', `There is no view ${String(only)}.`, {
    exitCode: EXIT.usage,
    needed: `One of: ${VIEWS.join(', ')}.`,
  });
}
