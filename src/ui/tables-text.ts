import type { Captured, JudgedTable, KeyKind } from '../checks/tables/judged.ts';
import type { FindingGroup, Overview, View } from '../checks/tables/report.ts';
import { sizeText } from '../units.ts';
import { PERSON } from './error-text.ts';
import type { Style } from './output.ts';

/** Wider names are cut in the table; below it they stand whole. */
const NAME_WIDTH = 22;
const MOST_NAMES = 12;

const KEY: Record<KeyKind, string> = {
  primary: 'primary',
  named: 'named',
  'unique-index': 'index',
  none: 'none',
};
const CAPTURED: Record<Captured, string> = {
  yes: 'yes',
  no: 'no',
  'two-instances': 'twice',
  ending: 'ending',
};

/** Of a table that shall stream. */
const STATE: Record<Captured, string> = {
  yes: 'streams',
  no: 'not captured',
  'two-instances': 'streams, 2 ×',
  ending: 'ending',
};

type ListedTable = Omit<JudgedTable, 'columns'> & { columnCount: number };

interface Listing extends Overview {
  view: View | 'all';
  tables: readonly ListedTable[];
  findings: readonly FindingGroup[];
  unanswered: readonly string[];
}

/** The tables in one table, then what is to be known of them, by kind. */
export function tablesText(listing: Listing, style: Style): string {
  const { facility, database, counts, tables, findings, unanswered } = listing;
  const problems = counts.problems === 0 ? '' : `, ${counts.problems} with a problem`;
  const head = style.wrap(
    `${style.bold(`${facility.name} (${facility.code})`)}: ${counts.streaming} of ${counts.tables} tables of ${database} stream${problems}`,
  );
  const concerned = new Map(
    findings
      .flatMap((group) =>
        group.tables.map(({ name }) => [name, group.problem ? 'fail' : 'warn'] as const).reverse(),
      )
      .reverse(),
  );
  const rows = tables.map((table) => {
    const name = `${table.schema}.${table.table}`;
    return [
      style.symbol(concerned.get(name) ?? (table.streams ? 'pass' : 'skip')),
      cut(name),
      table.rows === null ? '?' : grouped(table.rows),
      table.streams ? STATE[table.captured] : 'left out',
      KEY[table.key.kind],
      table.bytes === null ? '?' : sizeText(table.bytes),
      changeText(table),
    ];
  });
  const table =
    rows.length === 0
      ? 'No table to show.'
      : style.table(['', 'Table', 'Rows', 'State', 'Key', 'Size', 'Change'], rows);
  return [
    head,
    table,
    ...notes(listing, style),
    ...findings.map((group) => groupText(group, style)),
    ...unknownText(unanswered, style),
  ].join('\n\n');
}

function notes(
  { view, cdcEnabled, newTables, counts, tables, columnsLeftOut, idle }: Listing,
  style: Style,
): string[] {
  const lines: string[] = [];
  if (!cdcEnabled) lines.push('Change data capture is off in this database: nothing is captured yet.');
  if (view === 'streaming' && tables.length < counts.tables) {
    const hidden = counts.tables - tables.length;
    lines.push(`${hidden} left out: ${style.command('clinicmaster-cdc tables --all')}`);
  }
  for (const columns of columnsLeftOut.slice(0, MOST_NAMES)) lines.push(`Columns left out of ${columns}`);
  if (columnsLeftOut.length > MOST_NAMES)
    lines.push(`and of ${columnsLeftOut.length - MOST_NAMES} more tables`);
  for (const { key, entry } of idle.slice(0, MOST_NAMES)) {
    lines.push(`${style.symbol('warn')} ${key} holds ${entry}, to which nothing answers.`);
  }
  lines.push(
    newTables === 'stream'
      ? 'A table that ClinicMaster adds later is chosen by itself, once it is captured.'
      : 'A table that ClinicMaster adds later is left out until you choose it.',
  );
  return [lines.map((line) => style.wrap(line)).join('\n')];
}

interface OneListing {
  database: string;
  tables: readonly JudgedTable[];
  findings: readonly FindingGroup[];
  unanswered: readonly string[];
}

/** A table with its columns. */
export function oneTableText({ tables, findings, unanswered }: OneListing, style: Style): string {
  const parts = tables.flatMap((table) => {
    const { key, change } = table;
    const facts: [string, string][] = [
      [
        'Rows',
        table.rows === null
          ? 'not known'
          : `${grouped(table.rows)}${table.bytes === null ? '' : `, ${sizeText(table.bytes)} with indexes`}`,
      ],
      ['Streams', table.streams ? 'yes' : 'no, left out'],
      ['Captured', CAPTURED[table.captured]],
      ['Key', key.kind === 'none' ? 'none' : `${key.columns.join(', ')} (${KEY_WORDS[key.kind]})`],
      [
        'Change',
        change === null
          ? 'not known'
          : change.from === 'sample'
            ? `about ${sizeText(change.bytes)}: the largest of ${change.rows} rows, as JSON before compression`
            : `at most ${sizeText(change.bytes)}, as JSON before compression`,
      ],
    ];
    const head = style.bold(`${table.schema}.${table.table}`);
    const lines = facts.map(([label, text]) => `  ${label.padEnd(10)}${style.wrap(text, 12).trimStart()}`);
    const rows = table.columns.map((column) => [
      column.name,
      column.type + (column.nullable ? '' : ' NOT NULL'),
      column.key ? 'key' : '',
      column.captured === null ? '?' : column.captured ? 'yes' : 'no',
      column.streams ? 'yes' : 'no',
    ]);
    return [[head, ...lines].join('\n'), style.table(['Column', 'Type', '', 'Captured', 'Streams'], rows)];
  });
  return [
    ...parts,
    ...findings.map((group) => groupText(group, style)),
    ...unknownText(unanswered, style),
  ].join('\n\n');
}

const KEY_WORDS: Record<Exclude<KeyKind, 'none'>, string> = {
  primary: 'primary key',
  named: 'named in MESSAGE_KEY_COLUMNS',
  'unique-index': 'a unique index',
};

function groupText(group: FindingGroup, style: Style): string {
  const { problem, title, meaning, todo, commands, sql, who, tables } = group;
  const word = problem ? 'problem' : 'note';
  const lines = [
    `${style.symbol(problem ? 'fail' : 'warn')} ${style.wrap(`${title}: ${word}. ${meaning}`, 2).trimStart()}`,
  ];
  const part = (label: string, text: string) =>
    lines.push(`${`  ${label}`.padEnd(11)}${style.wrap(text, 11).trimStart()}`);
  const shown = tables
    .slice(0, MOST_NAMES)
    .map(({ name, columns }) => (columns.length === 0 ? name : `${name}: ${columns.join(', ')}`));
  if (tables.length > shown.length) shown.push(`and ${tables.length - shown.length} more (--json names all)`);
  const apart = tables.some(({ columns }) => columns.length > 0);
  part('Tables:', apart ? shown.join('\n') : shown.join(', '));
  part('Do:', todo);
  part('Who:', PERSON[who]);
  for (const command of commands ?? []) lines.push(`           ${style.command(command)}`);
  // Like commands, never wrapped: they are there to be copied.
  for (const statement of sql.slice(0, MOST_NAMES)) lines.push(`           ${style.command(statement)}`);
  if (sql.length > MOST_NAMES)
    lines.push(`           and ${sql.length - MOST_NAMES} more (--json prints all)`);
  return lines.join('\n');
}

function unknownText(unanswered: readonly string[], style: Style): string[] {
  if (unanswered.length === 0) return [];
  return [
    unanswered
      .map((line) => `${style.symbol('unknown')} ${style.wrap(`Not known: ${line}`, 2).trimStart()}`)
      .join('\n'),
  ];
}

function changeText({ change }: Pick<JudgedTable, 'change'>): string {
  if (change === null) return '?';
  return change.from === 'sample' ? sizeText(change.bytes) : `≤ ${sizeText(change.bytes)}`;
}

/** `1234567` → `1 234 567`. */
function grouped(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ' ');
}

function cut(name: string): string {
  return name.length <= NAME_WIDTH ? name : `${name.slice(0, NAME_WIDTH - 1)}…`;
}
