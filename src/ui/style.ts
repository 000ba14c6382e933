import { Chalk } from 'chalk';
import Table from 'cli-table3';
import stringWidth from 'fast-string-width';
import { wrapAnsi } from 'fast-wrap-ansi';
import type { Style } from './output.ts';

/** What the terminal at hand can show. */
export interface Look {
  width: number;
  color: boolean;
  /** Whether it draws more than ASCII. */
  unicode: boolean;
  /** It moves no cursor: questions come line by line. */
  plain?: boolean;
}

const SYMBOLS = {
  unicode: { pass: '✔', warn: '▲', fail: '✖', unknown: '?', skip: '–' },
  ascii: { pass: '+', warn: '!', fail: 'x', unknown: '?', skip: '-' },
} as const;

const NO_LINES = Object.fromEntries(
  ['top', 'bottom', 'left', 'right', 'mid', 'left-mid', 'right-mid'].flatMap((side) =>
    ['', '-mid', '-left', '-right'].map((end) => [`${side}${end}`, '']),
  ),
);

/** Colours, symbols and wrapping for one look. */
export function createStyle(look: Look): Style {
  const chalk = new Chalk({ level: look.color ? 1 : 0 });
  const symbols = look.unicode ? SYMBOLS.unicode : SYMBOLS.ascii;
  const paint = {
    pass: chalk.green,
    warn: chalk.yellow,
    fail: chalk.red,
    unknown: chalk.yellow,
    skip: chalk.dim,
  };
  const wrap = (text: string, indent = 0): string => {
    const margin = ' '.repeat(indent);
    const columns = Math.max(20, look.width - indent);
    // Line by line: a line keeps its own indentation, the rest of a wrapped one begins without the blank it broke at.
    const lines = text.split('\n').flatMap((line) => {
      const [first = '', ...rest] = wrapAnsi(line, columns, { hard: true, trim: false }).split('\n');
      return [first, ...rest.map((part) => part.trimStart())];
    });
    return lines.map((line) => (line === '' ? '' : `${margin}${line.trimEnd()}`)).join('\n');
  };
  return {
    width: look.width,
    ok: (text) => chalk.green(text),
    warn: (text) => chalk.yellow(text),
    fail: (text) => chalk.red(text),
    dim: (text) => chalk.dim(text),
    bold: (text) => chalk.bold(text),
    command: (text) => chalk.cyan(text),
    symbol: (state) => paint[state](symbols[state]),
    wrap,
    table: (head, rows) =>
      table(
        head.map((cell) => chalk.bold(cell)),
        rows,
        look.width,
      ),
  };
}

/** All columns but the last keep their widest cell; the last takes what is left and wraps. */
function table(head: readonly string[], rows: readonly (readonly string[])[], width: number): string {
  const last = head.length - 1;
  const gap = 2;
  const natural = head.map((title, column) =>
    Math.max(...[title, ...rows.map((row) => row[column] ?? '')].map((cell) => visibleWidth(cell))),
  );
  const fixed = natural.slice(0, last).reduce((sum, size) => sum + size + gap, 0);
  const colWidths = natural.map((size, column) =>
    column === last ? Math.max(16, Math.min(size, width - fixed)) : size + gap,
  );
  const printed = new Table({
    head: [...head],
    chars: { ...NO_LINES, middle: '' },
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
    colWidths,
    wordWrap: true,
    wrapOnWordBoundary: false,
  });
  printed.push(...rows.map((row) => [...row]));
  return printed
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

function visibleWidth(cell: string): number {
  return Math.max(...cell.split('\n').map((line) => stringWidth(line)));
}
