import { compared, copyCommands } from '../../checks/tables/choice-change.ts';
import type { Inventory, TableFacts } from '../../checks/tables/facts.ts';
import { judgeTables, type TableLists } from '../../checks/tables/judged.ts';
import { granted, type KnownTable, type Wish } from '../../connector/table-wish.ts';
import type { Context } from '../../context.ts';
import { CliError, EXIT, type ExitCode } from '../../errors.ts';
import { ENV_FILE, JOURNAL_FILE } from '../../install/facility-folder.ts';
import { ENV_MODE } from '../../install/steps/files.ts';
import { mergeEnv } from '../../settings/env-write.ts';
import type { FacilitySettings } from '../../settings/facility.ts';
import { facilityFields } from '../../settings/fields.ts';
import { refusal } from '../../settings/resolve.ts';
import { choicePreview, choiceText } from '../../ui/table-choice-text.ts';
import { saidYes } from './agree.ts';
import type { Options } from './module.ts';

/** The keys of `.env` that hold the lists. */
const KEYS: Record<keyof TableLists, string> = {
  tableIncludeList: 'TABLE_INCLUDE_LIST',
  messageKeyColumns: 'MESSAGE_KEY_COLUMNS',
  columnExcludeList: 'COLUMN_EXCLUDE_LIST',
};

/** Shows what a wish changes and what that means, and writes it to `.env` when it is agreed to. */
export async function changeChoice(
  wish: Wish,
  inventory: Inventory,
  settings: FacilitySettings,
  options: Options,
  context: Context,
): Promise<ExitCode> {
  const { files, out } = context;
  const before = tableLists(settings);
  const after = granted(wish, inventory.tables.map(knownTable), before);
  const installed = await files.exists(`${settings.dir}/${JOURNAL_FILE}`);
  const sizes = new Map<string, never>();
  const change = compared(
    judgeTables(inventory, before, sizes),
    judgeTables(inventory, after, sizes),
    installed,
  );
  const lists = differences(before, after);
  const answer = {
    ok: true,
    command: 'tables',
    ...change,
    lists,
    next: ['clinicmaster-cdc init', ...(installed ? copyCommands(change.starts) : [])],
  };
  if (Object.keys(lists).length === 0) {
    out.result({ ...answer, changed: false, written: null, next: [] }, choiceText);
    return EXIT.ok;
  }
  accepted(lists, context);

  out.note(choicePreview(answer));
  for (const key of Object.keys(lists).filter((name) => (context.host.env[name] ?? '') !== '')) {
    out.warn(
      `${key} is set in the environment of this shell, where init reads it before .env. Unset it first.`,
    );
  }
  const path = `${settings.dir}/${ENV_FILE}`;
  if (!(await saidYes(`Write this to ${path}?`, false, options, context))) {
    out.result({ ...answer, changed: false, written: null }, choiceText);
    return context.interactive ? EXIT.ok : EXIT.usage;
  }
  await write(path, lists, context);
  out.result({ ...answer, changed: true, written: path }, choiceText);
  return EXIT.ok;
}

type Differences = Readonly<Record<string, { before: string; after: string }>>;

function differences(before: TableLists, after: TableLists): Differences {
  const names = Object.keys(KEYS) as (keyof TableLists)[];
  return Object.fromEntries(
    names
      .filter((name) => before[name] !== after[name])
      .map((name) => [KEYS[name], { before: before[name], after: after[name] }] as const),
  );
}

/** A list may outgrow its room. @throws CliError (usage) */
function accepted(lists: Differences, context: Context): void {
  for (const field of facilityFields(context.version)) {
    const text = lists[field.key]?.after;
    const message = text === undefined ? undefined : refusal(field, text);
    if (message === undefined) continue;
    throw new CliError('tables.choice', message, {
      exitCode: EXIT.usage,
      needed: `A shorter ${field.key}: fewer names, or an expression that covers several.`,
    });
  }
}

async function write(path: string, lists: Differences, context: Context): Promise<void> {
  const { files } = context;
  const fields = facilityFields(context.version);
  const values = Object.entries(lists).map(([key, list]) => {
    // The default is no text of its own in .env: a later version may have a better one.
    const isDefault = fields.some((field) => field.key === key && field.default === list.after);
    return [key, isDefault ? '' : list.after] as const;
  });
  const text = (await files.read(path)) ?? '';
  const merged = mergeEnv(text, Object.fromEntries(values), 'Written by clinicmaster-cdc tables');
  await files.writeAtomically(path, merged, ENV_MODE);
}

/** The lists that say what streams. */
export function tableLists({
  tableIncludeList,
  messageKeyColumns,
  columnExcludeList,
}: FacilitySettings): TableLists {
  return { tableIncludeList, messageKeyColumns, columnExcludeList };
}

/** A table as a choice needs it. */
export function knownTable(table: TableFacts): KnownTable {
  const { schema, table: name, columns, primaryKey, uniqueIndexes } = table;
  return {
    schema,
    table: name,
    columns: columns.map((column) => column.name),
    ownKey: primaryKey.length > 0 ? primaryKey : (uniqueIndexes[0]?.columns ?? []),
  };
}
