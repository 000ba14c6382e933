import type { TraceExplanation } from '../connector/trace.ts';
import { spanText } from '../units.ts';
import { PERSON } from './error-text.ts';
import type { Style } from './output.ts';

/** One entry of a log, as it is shown. */
export interface ShownEntry {
  at: string;
  level: string;
  logger: string;
  message: string;
  /** The lines after the first one. */
  more: readonly string[];
  /** They are a Java trace. */
  isTrace: boolean;
  /** How often it came, and when for the last time. */
  count: number;
  lastAt: string;
  /** An empty remedy: nothing is to be done. `again`: it was given above. */
  explanation?: TraceExplanation & { again: boolean };
}

/** Of a message that runs on; `--verbose` shows all. */
const MOST_MESSAGE = 600;
/** Of lines after the first one that are no trace. */
const MOST_LINES = 4;
const INDENT = 4;

/** An entry with what it means under it. */
export function entryText(entry: ShownEntry, style: Style, verbose: boolean): string {
  const head = `${timeText(entry.at)} ${painted(entry.level, style)} ${shortName(entry.logger)}: `;
  const lines = [style.wrap(`${head}${cut(entry.message, verbose)}`, INDENT).trimStart()];
  const below = (text: string) => lines.push(style.wrap(text, INDENT));
  if (verbose) for (const line of entry.more) below(line.replaceAll('\t', '  '));
  else lines.push(...shortened(entry).map((line) => style.wrap(line, INDENT)));
  if (entry.count > 1) below(style.dim(`… ${countText(entry)}`));
  if (entry.explanation !== undefined) lines.push(...explanationLines(entry.explanation, style));
  return lines.join('\n');
}

/** While a log is followed: how many like an entry came since the last report. */
export function reportText(entry: ShownEntry, style: Style): string {
  const times =
    entry.count === 1 ? 'once more' : `${entry.count} times more in ${between(entry.at, entry.lastAt)}`;
  const text = `${timeText(entry.lastAt)} … ${times}: ${shortName(entry.logger)}: ${cut(entry.message, false)}`;
  return style.dim(style.wrap(text, INDENT).trimStart());
}

/** `2026-11-24T07:59:00.123Z` → `2026-11-24 07:59:00Z` */
function timeText(iso: string): string {
  return iso.replace(/^(\S+)T(\d\d:\d\d:\d\d)\S*$/, '$1 $2Z');
}

function painted(level: string, style: Style): string {
  const word = level.padEnd(5);
  if (level === 'ERROR' || level === 'FATAL') return style.fail(word);
  return level === 'WARN' ? style.warn(word) : style.dim(word);
}

/** `i.d.p.ErrorHandler` → `ErrorHandler` */
function shortName(logger: string): string {
  return logger.split('.').at(-1) ?? logger;
}

function cut(text: string, verbose: boolean): string {
  return verbose || text.length <= MOST_MESSAGE ? text : `${text.slice(0, MOST_MESSAGE)}…`;
}

function shortened({ more, isTrace, message, explanation }: ShownEntry): string[] {
  if (more.length === 0) return [];
  const all = `${more.length} ${more.length === 1 ? 'line' : 'lines'}`;
  if (isTrace) {
    const cause = explanation?.evidence ?? '';
    // Said already: by the message, or above.
    const known = explanation?.again === true && explanation.code !== 'unrecognised';
    const shown = cause === '' || known || message.includes(cause) ? [] : [cut(cause, false)];
    return [...shown, `(${all} of a Java trace: --verbose)`];
  }
  if (more.length <= MOST_LINES) return more.map((line) => cut(line, false));
  return [...more.slice(0, MOST_LINES - 1), `(${more.length - MOST_LINES + 1} more lines: --verbose)`];
}

function countText({ count, at, lastAt }: ShownEntry): string {
  return `${count} times in ${between(at, lastAt)}, the last at ${timeText(lastAt)}`;
}

function between(from: string, to: string): string {
  return spanText(Math.max(1, (Date.parse(to) - Date.parse(from)) / 1000));
}

function explanationLines(
  { summary, remedy, commands, who, again, code }: NonNullable<ShownEntry['explanation']>,
  style: Style,
): string[] {
  if (again) return code === 'unrecognised' ? [] : [style.wrap(`= ${summary} (see above)`, INDENT)];
  const part = (label: string, text: string) =>
    `${' '.repeat(INDENT)}${label.padEnd(5)}${style.wrap(text, INDENT + 5).trimStart()}`;
  return [
    `${' '.repeat(INDENT)}= ${style.bold(style.wrap(summary, INDENT + 2).trimStart())}`,
    ...(remedy === '' ? [] : [part('Do:', remedy), part('Who:', PERSON[who])]),
    // Never wrapped: they are there to be copied.
    ...commands.map((command) => `${' '.repeat(INDENT + 5)}${style.command(command)}`),
  ];
}
