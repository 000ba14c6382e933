import type { CopyEstimate } from '../checks/tables/copy-estimate.ts';
import type { CopyPhase, CopyState } from '../connector/copy-state.ts';
import { rateText, sizeText, spanText } from '../units.ts';
import type { Style } from './output.ts';

/** `1234567` → `1 234 567`. */
function grouped(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ' ');
}

/** An estimate never promises that it takes no time. */
function estimated(seconds: number): string {
  return spanText(Math.max(1, seconds));
}

/** One line while it runs. @param left seconds, at the pace of now */
export function progressText(state: CopyState, left: number | null): string {
  const { phase, request, percent, read, rows } = state;
  if (request === null || phase === 'asked') return 'asked for; Debezium has not begun yet';
  if (phase === 'finishing') return `${percent} %, everything is read; waiting for the stored position`;
  const rest = left === null ? '' : `, about ${estimated(left)} left`;
  return `${percent} %, ${grouped(rows)} of ${grouped(request.rows)} rows, chunk ${read} of ${request.chunks}${rest}`;
}

/** What a copy will cost, to be read before it is agreed to. */
export function estimateText(
  { estimate, where, database }: { estimate: CopyEstimate; where: string; database: string },
  style: Style,
): string {
  const { tables, rows, chunks, chunkRows, bytes, seconds, slower } = estimate;
  const list = style.table(
    ['Table', 'Rows', 'A row on the line'],
    tables.map(({ name, rows: count, rowBytes, from }) => [
      name,
      grouped(count),
      from === 'sample'
        ? `${rowBytes} B (from rows that were sampled)`
        : `${rowBytes} B (as rows usually take)`,
    ]),
  );
  const facts: [string, string][] = [
    [
      'Copied',
      `${grouped(rows)} rows${where === '' ? '' : ` at most: those for which ${where}`}, about ${sizeText(bytes)} compressed`,
    ],
    [
      'Takes',
      `about ${estimated(seconds)}, bounded by the ${slower === 'line' ? 'line to Kafka' : 'capture of SQL Server'}`,
    ],
    ['', derived(estimate)],
    [
      'Database',
      `${grouped(chunks)} reads of ${grouped(chunkRows)} rows of ${database}, each along the key, without locks that others would wait for; two small rows are written for each read.`,
    ],
    [
      'Meanwhile',
      'Changes go on streaming. A row that changes while it is copied arrives with its newer value.',
    ],
    [
      'Not done',
      'Rows that were deleted while nothing streamed are not removed from the warehouse: a copy cannot see them.',
    ],
  ];
  return `\n${list}\n\n${facts.map(([label, text]) => `  ${label.padEnd(11)}${style.wrap(text, 13).trimStart()}`).join('\n')}\n`;
}

/** Where the time comes from. */
function derived({ lineSeconds, lineRate, databaseSeconds, polling, pollingKnown }: CopyEstimate): string {
  const known = pollingKnown ? '' : ' (the default; the login may not see it)';
  const line =
    lineRate === null
      ? 'the line could not be measured'
      : `the line alone: ${estimated(lineSeconds ?? 0)} at ${rateText(lineRate)}, measured just now`;
  return `${line}; SQL Server alone: ${estimated(databaseSeconds)}, since each read waits for a scan of the capture job, which rests ${polling} s between two${known}.`;
}

const PHASE: Record<CopyPhase, { symbol: 'pass' | 'warn' | 'skip'; text: string }> = {
  none: { symbol: 'skip', text: 'no copy has been asked for' },
  foreign: { symbol: 'warn', text: 'a copy is under way that was asked for by hand' },
  asked: { symbol: 'pass', text: 'asked for; Debezium has not begun yet' },
  copying: { symbol: 'pass', text: 'a copy is under way' },
  finishing: { symbol: 'pass', text: 'everything is read; the stored position does not say so yet' },
  paused: { symbol: 'warn', text: 'a copy is paused' },
  finished: { symbol: 'pass', text: 'the last copy is complete' },
  stopped: { symbol: 'warn', text: 'the last copy was stopped before its end' },
};

interface Told {
  state: CopyState;
  /** What to know of it, in sentences. */
  notes: readonly string[];
  next: readonly string[];
}

/** How the last copy is doing. */
export function copyText({ state, notes, next }: Told, style: Style): string {
  const { phase, request } = state;
  const { symbol, text } = PHASE[phase];
  const lines = [`${style.symbol(symbol)} ${style.wrap(`Copies: ${text}`, 2).trimStart()}`];
  const fact = (label: string, value: string) =>
    lines.push(`  ${label.padEnd(11)}${style.wrap(value, 13).trimStart()}`);
  if (request !== null && phase !== 'none') {
    const names = request.tables.map(({ schema, table }) => `${schema}.${table}`);
    fact('Tables', names.join(', ') + (request.where === '' ? '' : `, where ${request.where}`));
    fact('Asked for', new Date(request.at).toISOString());
    if (phase === 'copying' || phase === 'paused' || phase === 'stopped')
      fact('Progress', progressText(state, null));
    if (phase === 'finished') fact('Copied', `${grouped(request.rows)} rows, by the count of then`);
  }
  const paragraphs = notes.map((note) => style.wrap(note));
  if (next.length > 0)
    paragraphs.push(`  Next:\n${next.map((line) => `    ${style.command(line)}`).join('\n')}`);
  return [lines.join('\n'), ...paragraphs].join('\n\n');
}
