import { customKey, excludesColumn, includes, qualified } from '../../connector/table-selection.ts';
import type { ChangeSize } from './change-size.ts';
import { type ColumnFacts, type Inventory, type TableFacts, typeText } from './facts.ts';

/** The three lists that say what streams, as `.env` holds them. */
export interface TableLists {
  tableIncludeList: string;
  messageKeyColumns: string;
  columnExcludeList: string;
}

export type KeyKind = 'primary' | 'named' | 'unique-index' | 'none';
export type Captured = 'yes' | 'no' | 'two-instances' | 'ending';

/** Something about a table that its people should know; what it means and what to do: `finding-texts.ts`. */
export interface Finding {
  code: FindingCode;
  /** Columns concerned, with a word where it helps; empty for the table as a whole. */
  columns: readonly string[];
}

/** The order is that of the report: what stops data first. */
export const FINDING_CODES = [
  'no-key',
  'key-not-captured',
  'key-left-out',
  'not-captured',
  'ending',
  'other-schema',
  'drift',
  'no-such-type',
  'huge-change',
  'unique-index',
  'nullable-key',
  'two-instances',
  'captured-for-nothing',
  'computed',
  'masked',
  'encrypted',
  'rowversion',
  'old-large',
  'large',
] as const;
export type FindingCode = (typeof FINDING_CODES)[number];

/** `problem`: data is missing or will be; `note`: worth knowing. */
export const PROBLEMS: ReadonlySet<FindingCode> = new Set(FINDING_CODES.slice(0, 9));

export interface JudgedTable {
  schema: string;
  table: string;
  streams: boolean;
  rows: number | null;
  bytes: number | null;
  key: { kind: KeyKind; columns: readonly string[] };
  captured: Captured;
  /** The newest first; null when the login may not read them. */
  instances: readonly { name: string; role: string | null }[] | null;
  change: ChangeSize | null;
  columns: readonly JudgedColumn[];
  findings: readonly Finding[];
}

export interface JudgedColumn {
  name: string;
  type: string;
  nullable: boolean;
  key: boolean;
  /** Null: the login may not read what is captured. */
  captured: boolean | null;
  streams: boolean;
}

/** A worker sends no larger request (connect/worker.properties), counted before compression. */
const PRODUCER_LIMIT = 16 * 1024 * 1024;

/** Judges every table of an inventory. @throws SyntaxError when a list cannot be read */
export function judgeTables(
  inventory: Inventory,
  lists: TableLists,
  sizes: ReadonlyMap<string, ChangeSize>,
): JudgedTable[] {
  const selected = includes(lists.tableIncludeList);
  const excluded = excludesColumn(lists.columnExcludeList);
  const keyOf = customKey(lists.messageKeyColumns);
  return inventory.tables.map((table) => {
    const names = table.columns.map(({ name }) => name);
    const named = keyOf(table, names);
    const streams = selected(table);
    const left = (column: string) => excluded(table, column);
    const key = keyOfTable(table, named);
    const newest = table.instances?.[0];
    const judged = {
      schema: table.schema,
      table: table.table,
      streams,
      rows: table.rows,
      bytes: table.bytes,
      key,
      captured: capturedState(table),
      instances: table.instances?.map(({ name, role }) => ({ name, role })) ?? null,
      change: sizes.get(qualified(table)) ?? null,
      columns: table.columns.map((column) => ({
        name: column.name,
        type: typeText(column),
        nullable: column.nullable,
        key: key.columns.includes(column.name),
        captured:
          table.instances === null && table.tracked
            ? null
            : (newest?.columns.some(({ name }) => name === column.name) ?? false),
        streams: streams && !left(column.name),
      })),
    };
    return { ...judged, findings: findings(table, judged, left) };
  });
}

function keyOfTable(table: TableFacts, named: readonly string[]): JudgedTable['key'] {
  if (named.length > 0) return { kind: 'named', columns: named };
  if (table.primaryKey.length > 0) return { kind: 'primary', columns: table.primaryKey };
  const [index] = table.uniqueIndexes;
  return index === undefined
    ? { kind: 'none', columns: [] }
    : { kind: 'unique-index', columns: index.columns };
}

function capturedState({ tracked, instances }: TableFacts): Captured {
  if (!tracked) return 'no';
  if (instances?.some(({ dropPending }) => dropPending)) return 'ending';
  return (instances?.length ?? 1) > 1 ? 'two-instances' : 'yes';
}

function findings(
  table: TableFacts,
  judged: Omit<JudgedTable, 'findings'>,
  left: (column: string) => boolean,
): Finding[] {
  const { key, captured, streams, change } = judged;
  const found: Finding[] = [];
  const add = (code: FindingCode, columns: readonly string[] = []) => found.push({ code, columns });
  const addIf = (code: FindingCode, columns: readonly string[]) => {
    if (columns.length > 0) add(code, columns);
  };
  if (!streams) {
    // The heartbeat and signal tables of `sql enable` stand in a schema of their own.
    if (captured !== 'no' && table.schema === 'dbo') add('captured-for-nothing');
    return found;
  }
  if (table.schema !== 'dbo') add('other-schema');
  if (key.kind === 'none') add('no-key');
  if (key.kind === 'unique-index') add('unique-index', key.columns);
  addIf('key-left-out', key.columns.filter(left));
  if (key.kind === 'named') {
    addIf(
      'nullable-key',
      table.columns
        .filter(({ name, nullable }) => nullable && key.columns.includes(name))
        .map(({ name }) => name),
    );
  }
  if (captured === 'no') add('not-captured');
  if (captured === 'ending') add('ending');
  if (captured === 'two-instances')
    add(
      'two-instances',
      table.instances?.map(({ name }) => name),
    );
  const [newest] = table.instances ?? [];
  if (newest !== undefined) {
    const taken = new Set(newest.columns.map(({ name }) => name));
    addIf(
      'key-not-captured',
      key.columns.filter((column) => !taken.has(column)),
    );
    addIf('drift', drift(table, left));
  }
  for (const [code, applies] of AWKWARD) {
    addIf(
      code,
      table.columns
        .filter((column) => applies(column) && !left(column.name))
        .map((column) => `${column.name} (${typeText(column)})`),
    );
  }
  if (change !== null && change.bytes > PRODUCER_LIMIT && change.from === 'sample') add('huge-change');
  return found;
}

/**
 * Differences between a table and its newest capture instance. rowversion is captured as binary(8), and a computed column
 * under its own type: neither is drift.
 */
function drift(table: TableFacts, left: (column: string) => boolean): string[] {
  const [newest] = table.instances ?? [];
  if (newest === undefined) return [];
  const now = new Map(table.columns.map((column) => [column.name, column]));
  const then = new Map(newest.columns.map(({ name, type }) => [name, type]));
  const added = table.columns
    .filter(({ name, computed }) => !then.has(name) && !computed && !left(name))
    .map(({ name }) => `${name} (new)`);
  const dropped = newest.columns
    .filter(({ name }) => !now.has(name))
    .map(({ name }) => `${name} (no longer there)`);
  const changed = newest.columns.flatMap(({ name, type }) => {
    const column = now.get(name);
    if (column === undefined || type === null || column.base === null || column.base === 'timestamp')
      return [];
    const current = typeText({ ...column, type: column.base });
    return current === type ? [] : [`${name} (now ${current}, captured as ${type})`];
  });
  return [...added, ...dropped, ...changed];
}

/** What a column type does to a stream (domain: column types; Microsoft's notes on change data capture). */
const AWKWARD: readonly (readonly [FindingCode, (column: ColumnFacts) => boolean])[] = [
  ['no-such-type', ({ base }) => base === null || base === 'sql_variant'],
  ['computed', ({ computed }) => computed],
  ['masked', ({ masked }) => masked],
  ['encrypted', ({ encrypted }) => encrypted],
  ['rowversion', ({ base }) => base === 'timestamp'],
  ['old-large', ({ base }) => base !== null && ['text', 'ntext', 'image'].includes(base)],
  ['large', ({ base, maxLength }) => base === 'xml' || (maxLength === -1 && base !== null)],
];
