import type { CopyEstimate } from '../checks/tables/copy-estimate.ts';
import { sizeText, spanText } from '../units.ts';
import type { Style } from './output.ts';

/** What a recovery is about to do, to be read before it is agreed to. */
export interface RecoveryPlan {
  /** What has happened, a sentence. */
  headline: string;
  /** The code of the check that found it. */
  code: string;
  seen: string;
  /** What will be done, in order. */
  steps: readonly string[];
  /** Of the tables that are copied; null where nothing is. */
  estimate: CopyEstimate | null;
  /** Tables that cannot be copied, and why. */
  left: readonly LeftOut[];
  /** What does not come back, sentences. */
  lost: readonly string[];
  /** What the central team runs before rows are copied; null where nothing is copied. */
  mark: string | null;
}

export interface LeftOut {
  table: string;
  why: string;
}

const LABEL = 11;

/** `1234567` → `1 234 567`. */
function grouped(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ' ');
}

function facts(rows: readonly (readonly [label: string, value: string])[], style: Style): string {
  return rows
    .map(([label, value]) => `  ${label.padEnd(LABEL)}${style.wrap(value, LABEL + 2).trimStart()}`)
    .join('\n');
}

export function planText(plan: RecoveryPlan, style: Style): string {
  const { headline, code, seen, steps, estimate, left, lost, mark } = plan;
  const rows: [string, string][] = [['Seen', `${seen} (${code})`]];
  steps.forEach((step, at) => {
    rows.push([at === 0 ? 'Will do' : '', `${at + 1}. ${step}`]);
  });
  if (estimate !== null) {
    const { tables, rows: count, bytes, seconds } = estimate;
    const what = `${tables.length === 1 ? '1 table' : `${tables.length} tables`}, ${grouped(count)} rows`;
    rows.push([
      'Costs',
      `${what}, about ${sizeText(bytes)} compressed, about ${spanText(Math.max(1, seconds))}; changes go on streaming meanwhile`,
    ]);
  }
  left.forEach(({ table, why }, at) => {
    rows.push([at === 0 ? 'Left out' : '', `${table} ${why}`]);
  });
  lost.forEach((sentence, at) => {
    rows.push([at === 0 ? 'Not back' : '', sentence]);
  });
  const before =
    mark === null
      ? ''
      : `\n${facts([['Before', 'Rows that were deleted meanwhile: the central team marks them first.']], style)}\n    ${style.command(mark)}`;
  return `\n${style.symbol('warn')} ${style.wrap(headline, 2).trimStart()}\n${facts(rows, style)}${before}\n`;
}

/** What a recovery came to. */
export interface Recovered {
  headline: string;
  copied: readonly { table: string; rows: number | null }[];
  left: readonly LeftOut[];
  /** File that holds the positions of before; null where none was written. */
  saved: string | null;
  notes: readonly string[];
  next: readonly string[];
}

export function recoveredText(answer: Recovered, style: Style): string {
  const { headline, copied, left, saved, notes, next } = answer;
  const table =
    copied.length === 0
      ? []
      : [
          style.table(
            ['Copied', 'Rows now'],
            copied.map((one) => [one.table, one.rows === null ? 'not known' : grouped(one.rows)]),
          ),
        ];
  return [
    style.wrap(`${style.symbol('pass')} ${headline}`),
    ...table,
    ...left.map(({ table: name, why }) =>
      style.wrap(`${style.symbol('warn')} Not copied: ${name} ${why}.`, 2),
    ),
    ...notes.map((note) => style.wrap(note, 2)),
    ...(saved === null ? [] : [style.wrap(`Position of before: ${saved}`, 2)]),
    ...(next.length === 0 ? [] : [`  Next:\n${next.map((line) => `    ${style.command(line)}`).join('\n')}`]),
  ].join('\n');
}

/** What `recover` without a playbook says. */
export interface Looked {
  headline: string;
  found: readonly {
    playbook: string;
    code: string;
    summary: string;
    seen: string;
    commands: readonly string[];
  }[];
  unknown: readonly string[];
}

export function lookedText({ headline, found, unknown }: Looked, style: Style): string {
  const symbol = style.symbol(found.length > 0 ? 'fail' : unknown.length > 0 ? 'unknown' : 'pass');
  const parts = found.map(({ code, summary, seen, commands }) =>
    [
      style.wrap(`${summary} (${code})`, 2),
      style.wrap(seen, 4),
      ...commands.map((line) => `    ${style.command(line)}`),
    ].join('\n'),
  );
  const open = unknown.map((sentence) => style.wrap(`${style.symbol('unknown')} ${sentence}`, 2));
  return [`${symbol} ${style.wrap(headline, 2).trimStart()}`, ...parts, ...open].join('\n');
}
