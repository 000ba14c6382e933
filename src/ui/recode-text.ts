import type { Style } from './output.ts';

interface Counted {
  was: string;
  becomes: string;
  tables: readonly { table: string; was: number; becomes: number; collisions: number }[];
}

const grouped = (count: number) => String(count).replace(/\B(?=(\d{3})+$)/g, ' ');

/** What is there before anything is changed. */
export function recodePlanText({ was, becomes, tables }: Counted, style: Style): string {
  const list = style.table(
    ['Table', was, becomes, 'Under both'],
    tables.map((one) => [one.table, grouped(one.was), grouped(one.becomes), grouped(one.collisions)]),
  );
  return `\n${list}\n`;
}

/** What was changed. */
export function recodedText(
  data: Counted & { ok: boolean; rows: number; next: readonly string[] },
  style: Style,
): string {
  const { ok, rows, was, becomes, tables, next } = data;
  const left = tables.reduce((sum, one) => sum + one.was, 0);
  const text = ok
    ? `${rows === 0 ? 'No row carries' : `${grouped(rows)} rows changed; none carries`} ${was} any more. They carry ${becomes}.`
    : `${grouped(left)} rows carry ${was} yet: somebody has written them meanwhile. Stop the old container, then run this again.`;
  const follow =
    next.length === 0 ? [] : [`  Next:\n${next.map((line) => `    ${style.command(line)}`).join('\n')}`];
  return [`${style.symbol(ok ? 'pass' : 'fail')} ${style.wrap(text, 2).trimStart()}`, ...follow].join('\n\n');
}
