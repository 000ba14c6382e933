import type { Style } from './output.ts';

const grouped = (count: number) => String(count).replace(/\B(?=(\d{3})+$)/g, ' ');
const MOST_NAMES = 4;

function some(names: readonly string[]): string {
  const more = names.length - MOST_NAMES;
  return names.slice(0, MOST_NAMES).join(', ') + (more > 0 ? ` and ${more} more` : '');
}

function nextText(next: readonly string[], style: Style): string[] {
  return next.length === 0 ? [] : [`  Next:\n${next.map((line) => `    ${style.command(line)}`).join('\n')}`];
}

interface ListedMark {
  id: number;
  facility: string;
  tables: readonly string[];
  madeAt: string;
  kept: number;
}

/** All marks in one table. */
export function marksText(
  { marks, next }: { marks: readonly ListedMark[]; next: readonly string[] },
  style: Style,
) {
  const list =
    marks.length === 0
      ? `${style.symbol('skip')} No mark so far.`
      : style.table(
          ['Mark', 'Facility', 'Made at', 'Rows kept', 'Tables'],
          marks.map(({ id, facility, madeAt, kept, tables }) => [
            String(id),
            facility,
            madeAt.slice(0, 19).replace('T', ' '),
            grouped(kept),
            some(tables),
          ]),
        );
  return [list, ...nextText(next, style)].join('\n\n');
}

/** A mark that was just made. */
export function markedText(
  { mark, next }: { mark: Omit<ListedMark, 'kept'>; next: readonly string[] },
  style: Style,
) {
  const head = `Mark ${mark.id}: ${mark.facility}, ${some(mark.tables)}, ${mark.madeAt}.`;
  return [
    `${style.symbol('pass')} ${style.wrap(head, 2).trimStart()}`,
    style.wrap(
      'What is copied from now on is written behind this mark. Begin the copy after it, never before.',
      2,
    ),
    ...nextText(next, style),
  ].join('\n\n');
}

interface TableCounts {
  table: string;
  mark: number;
  rows: number;
  rewritten: number;
  candidates: number;
  reported: number | null;
}

/** Counts of one table, before anything is removed. */
export function countsText(counts: TableCounts & { facility: string }, style: Style): string {
  return `${style.bold(counts.facility)}, since mark ${counts.mark}\n\n${countsTable([counts], style)}`;
}

function countsTable(all: readonly TableCounts[], style: Style): string {
  return style.table(
    ['Table', 'Rows here', 'Written since', 'Not written', 'In the hospital'],
    all.map(({ table, rows, rewritten, candidates, reported }) => [
      table,
      grouped(rows),
      grouped(rewritten),
      grouped(candidates),
      reported === null ? 'not told' : grouped(reported),
    ]),
  );
}

interface Shown {
  facility: string;
  tables: readonly (TableCounts & {
    markedAt: string;
    proven: boolean;
    against: readonly { text: string; needed: string }[];
  })[];
  keys: string | null;
  next: readonly string[];
}

/** Counts of all tables, then what speaks against them. */
export function shownText({ facility, tables, keys, next }: Shown, style: Style): string {
  const marks = [
    ...new Set(tables.map(({ mark, markedAt }) => `${mark} (${markedAt.slice(0, 19).replace('T', ' ')})`)),
  ];
  const judged = tables.map(({ table, proven, against, candidates }) => {
    if (proven) {
      const what =
        candidates === 0
          ? 'the copy came wholly; no ghost'
          : `the copy came wholly; ${grouped(candidates)} ghosts`;
      return `${style.symbol('pass')} ${style.wrap(`${table}: ${what}.`, 2).trimStart()}`;
    }
    const lines = against.flatMap(({ text, needed }) => [
      style.wrap(text, 2),
      style.wrap(`Needed: ${needed}`, 4),
    ]);
    return `${style.symbol('fail')} ${table}: not proven.\n${lines.join('\n')}`;
  });
  const file =
    keys === null ? [] : [style.wrap(`Keys of what was not written: ${keys}. They are patients' data.`)];
  return [
    `${style.bold(facility)}, since mark ${marks.join(', ')}`,
    countsTable(tables, style),
    ...judged,
    ...file,
    ...nextText(next, style),
  ].join('\n\n');
}

interface Removed extends TableCounts {
  facility: string;
  removed: number;
  left: number;
  restore: string | null;
  purge: string | null;
  next: readonly string[];
}

/** What was taken out, and how it comes back. */
export function removedText(data: Removed, style: Style): string {
  const { table, facility, removed, left, rows, restore, purge, next } = data;
  if (restore === null) return `${style.symbol('pass')} No ghost of ${facility} in public."${table}".`;
  const head = `${grouped(removed)} rows of ${facility} taken out of public."${table}"; ${grouped(rows)} stay.`;
  const rest = left === 0 ? [] : [style.wrap(`${grouped(left)} could not be taken: somebody held them.`, 2)];
  return [
    `${style.symbol(left === 0 ? 'pass' : 'fail')} ${style.wrap(head, 2).trimStart()}`,
    ...rest,
    `  Back again:\n    ${style.command(restore)}`,
    `${style.wrap("They are kept, and are patients' data. Once nobody needs them:", 2)}\n    ${style.command(purge ?? '')}`,
    ...nextText(next, style),
  ].join('\n\n');
}

/** What came back. */
export function restoredText(
  data: {
    mark: number;
    facility: string;
    restored: readonly { table: string; restored: number; thereAgain: number }[];
  },
  style: Style,
): string {
  const { mark, facility, restored } = data;
  if (restored.length === 0) return `${style.symbol('skip')} Nothing is kept of mark ${mark}.`;
  return restored
    .map(({ table, restored: rows, thereAgain }) => {
      const again =
        thereAgain === 0 ? '' : `; ${grouped(thereAgain)} stand there again already, and are newer`;
      const text = `${grouped(rows)} rows of ${facility} put back into public."${table}"${again}.`;
      return `${style.symbol('pass')} ${style.wrap(text, 2).trimStart()}`;
    })
    .join('\n');
}
