import { CliError, EXIT } from '../errors.ts';
import {
  hasExactly,
  leaveOut,
  leaveOutColumns,
  onlyThese,
  streamColumns,
  streamToo,
  withKey,
} from './table-choice.ts';
import { customKey, excludesColumn, includes, qualified, type TableName } from './table-selection.ts';
import {
  alike,
  columnsMeant,
  splitTyped,
  type TypedName,
  tablesMeant,
  typedColumns,
  typedName,
} from './typed-names.ts';

/** A table as far as a choice needs it. */
export interface KnownTable extends TableName {
  columns: readonly string[];
  /** Columns of the primary key, else of a unique index; empty when there is neither. */
  ownKey: readonly string[];
}

/** The three lists of `.env`. */
export interface Lists {
  tableIncludeList: string;
  messageKeyColumns: string;
  columnExcludeList: string;
}

/** What someone asks for, in the words of the flags. Each entry may hold several names. */
export interface Wish {
  stream?: readonly string[];
  streamOnly?: readonly string[];
  leaveOut?: readonly string[];
  streamColumns?: readonly string[];
  leaveOutColumns?: readonly string[];
  key?: readonly string[];
  dropKey?: readonly string[];
}

/** Stands in a list that shall be empty: it matches nothing. */
const EMPTY_KEYS = 'none:none';
const EMPTY_COLUMNS = 'none';

/**
 * The lists that grant a wish and leave everything else as it is.
 * @throws CliError (usage) for a name that means nothing, and for a choice that would lose or hide nothing as meant
 */
export function granted(wish: Wish, tables: readonly KnownTable[], current: Lists): Lists {
  const next = { ...current };
  next.tableIncludeList = chosenTables(wish, tables, current.tableIncludeList);
  for (const { table, columns } of columnWish(wish.streamColumns, tables)) {
    next.columnExcludeList = streamColumns(next.columnExcludeList, table, columns);
    refuseColumns(
      table,
      columns.filter((column) => excludesColumn(next.columnExcludeList)(table, column)),
    );
  }
  for (const { table, columns } of columnWish(wish.leaveOutColumns, tables)) {
    next.columnExcludeList = leaveOutColumns(next.columnExcludeList, table, columns);
  }
  for (const table of meant(wish.dropKey, tables))
    next.messageKeyColumns = keyed(next.messageKeyColumns, table, []);
  for (const { table, columns } of columnWish(wish.key, tables)) {
    next.messageKeyColumns = keyed(next.messageKeyColumns, table, columns);
  }
  next.messageKeyColumns ||= EMPTY_KEYS;
  next.columnExcludeList ||= EMPTY_COLUMNS;
  keepKeys(tables, current, next);
  return next;
}

function chosenTables(wish: Wish, tables: readonly KnownTable[], list: string): string {
  const selects = includes(list);
  const added = meant(wish.stream, tables);
  const removed = meant(wish.leaveOut, tables);
  const only = wish.streamOnly === undefined ? undefined : meant(wish.streamOnly, tables);
  const both = added.filter((table) => removed.includes(table));
  if (both.length > 0)
    throw refusal('Both chosen and left out.', both.map(qualified).join(', '), 'One of the two.');
  const foreign = [...added, ...(only ?? [])].filter(({ schema }) => schema !== 'dbo');
  if (foreign.length > 0) {
    throw refusal(
      'Only tables of schema dbo reach the warehouse.',
      foreign.map(qualified).join(', '),
      'Tables of schema dbo.',
    );
  }
  // Tables of other schemas (a heartbeat's) are no part of a choice.
  const base =
    only && tables.filter((table) => only.includes(table) || (table.schema !== 'dbo' && selects(table)));
  const wanted = (table: KnownTable) =>
    added.includes(table) ||
    (!removed.includes(table) && (base === undefined ? selects(table) : base.includes(table)));
  const start = base === undefined ? list : onlyThese(base);
  const next = leaveOut(streamToo(start, added), removed);
  const selected = includes(next);
  if (!tables.some((table) => table.schema === 'dbo' && selected(table))) {
    throw refusal('No table would be left.', undefined, 'At least one table that streams.');
  }
  const wrong = tables.filter((table) => selected(table) !== wanted(table));
  if (wrong.length === 0) return next;
  throw refusal(
    'Tables whose names differ only in capitals cannot be told apart.',
    wrong.map(qualified).join(', '),
    'Choose all of them or none.',
  );
}

/** Tables that a list of typed names means, each once. */
function meant(texts: readonly string[] | undefined, tables: readonly KnownTable[]): KnownTable[] {
  const names = (texts ?? []).flatMap((text) => splitTyped(text, ',')).map(typedName);
  return [...new Set(names.flatMap((name) => known(name, tables)))];
}

function known(name: TypedName, tables: readonly KnownTable[]): KnownTable[] {
  const found = tablesMeant(name, tables);
  if (found.length > 0) return found;
  throw refusal(
    `No table is called ${name.text}.`,
    similar(name.parts.length > 1 ? name.text : `dbo.${name.text}`, tables.map(qualified)),
    'A table that exists and that the login may read, as in dbo.Visits; * stands for any characters.',
    ['clinicmaster-cdc tables --all'],
  );
}

function columnWish(texts: readonly string[] | undefined, tables: readonly KnownTable[]) {
  return (texts ?? []).flatMap(typedColumns).flatMap((entry) => {
    if (entry.columns.length === 0) {
      throw refusal(
        `${entry.text} names no column.`,
        undefined,
        'A table and its columns, as in dbo.Patients:Phone,Email.',
      );
    }
    return known(entry.table, tables).map((table) => ({
      table,
      columns: [...new Set(entry.columns.flatMap((name) => knownColumns(name, table)))],
    }));
  });
}

function knownColumns(name: TypedName, table: KnownTable): string[] {
  const found = columnsMeant(name, table.columns);
  if (found.length > 0) return found;
  throw refusal(
    `${qualified(table)} has no column ${name.text}.`,
    similar(name.text, table.columns),
    'A column that exists.',
    [`clinicmaster-cdc tables ${qualified(table)}`],
  );
}

function similar(typed: string, names: readonly string[]): string | undefined {
  const found = alike(typed, names);
  return found.length === 0 ? undefined : `There is ${found.join(', ')}.`;
}

function refuseColumns(table: KnownTable, columns: readonly string[]): void {
  if (columns.length === 0) return;
  throw refusal(
    `COLUMN_EXCLUDE_LIST also leaves out ${columns.join(', ')} of ${qualified(table)} by an expression of its own.`,
    undefined,
    'Correct that expression in .env by hand.',
  );
}

/** The key list with this key; an entry of the site's own that also covers the table would make the key longer. */
function keyed(list: string, table: KnownTable, columns: readonly string[]): string {
  const next = withKey(list === EMPTY_KEYS ? '' : list, table, columns);
  if (hasExactly(next, table, table.columns, columns)) return next;
  throw refusal(
    `MESSAGE_KEY_COLUMNS also gives ${qualified(table)} a key by an expression for several tables.`,
    `MESSAGE_KEY_COLUMNS=${list}`,
    'Correct that expression in .env by hand.',
  );
}

/** A key column that is left out still travels in the key, so leaving it out would hide nothing. */
function keepKeys(tables: readonly KnownTable[], before: Lists, after: Lists): void {
  const already = new Set(keyColumnsLeftOut(tables, before));
  const lost = keyColumnsLeftOut(tables, after).filter((name) => !already.has(name));
  if (lost.length === 0) return;
  throw refusal(
    'A column of the key cannot be left out: it would still travel in the key of each record.',
    lost.join(', '),
    'Leave out the whole table, or give it another key first.',
    ['clinicmaster-cdc tables --leave-out TABLE', 'clinicmaster-cdc tables --key TABLE:COLUMN'],
  );
}

function keyColumnsLeftOut(tables: readonly KnownTable[], lists: Lists): string[] {
  const selected = includes(lists.tableIncludeList);
  const excluded = excludesColumn(lists.columnExcludeList);
  const named = customKey(lists.messageKeyColumns);
  return tables.filter(selected).flatMap((table) => {
    const custom = named(table, table.columns);
    const key = custom.length > 0 ? custom : table.ownKey;
    return key.filter((column) => excluded(table, column)).map((column) => `${qualified(table)}.${column}`);
  });
}

function refusal(
  message: string,
  seen: string | undefined,
  needed: string,
  commands: readonly string[] = [],
): CliError {
  return new CliError('tables.choice', message, {
    exitCode: EXIT.usage,
    needed,
    commands,
    ...(seen === undefined ? {} : { seen }),
  });
}
