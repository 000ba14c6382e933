import { wrapAnsi } from 'fast-wrap-ansi';
import type { ChoiceChange, Meaning } from '../checks/tables/choice-change.ts';
import { PERSON } from './error-text.ts';
import type { Style } from './output.ts';

interface Choice extends ChoiceChange {
  lists: Readonly<Record<string, { before: string; after: string }>>;
  next: readonly string[];
}

const MOST_NAMES = 15;
const LIST_SHOWN = 300;

/** What changes and what it means, to be read before it is agreed to. */
export function choicePreview(choice: Choice): string {
  const { starts, stops, keys, columnsLeftOut, columnsStreaming, lists, meaning } = choice;
  const lines = [
    ...some(starts).map((name) => `  + ${name} streams`),
    ...some(stops).map((name) => `  - ${name} streams no more`),
    ...keys.map(
      ({ table, before, after }) => `  ~ ${table}: key ${listed(after)}, before: ${listed(before)}`,
    ),
    ...some(columnsLeftOut).map((name) => `  - ${name} stays in the hospital`),
    ...some(columnsStreaming).map((name) => `  + ${name} streams again`),
  ];
  const settings = Object.entries(lists).flatMap(([key, { before, after }]) => [
    `  ${key}`,
    hung('    before: ', shortened(before)),
    hung('    after:  ', shortened(after)),
  ]);
  const parts = [
    ['What changes:', ...(lines.length > 0 ? lines : ['  nothing of the tables that are there now'])],
    ['In .env:', ...settings],
    ...(meaning.length > 0 ? [['What it means:', ...meaning.flatMap(meaningLines)]] : []),
  ];
  return `\n${parts.map((part) => part.join('\n')).join('\n\n')}\n`;
}

function meaningLines({ text, tables, who, commands, sql }: Meaning): string[] {
  return [
    hung('  ', `${some(tables).join(', ')}:`),
    hung('    ', text),
    ...(who === 'you' ? [] : [`    Who: ${PERSON[who]}`]),
    ...(commands ?? []).map((command) => `      ${command}`),
    ...some(sql ?? []).map((statement) => hung('      ', statement)),
  ];
}

/** How it ended. */
export function choiceText(
  { changed, written, lists, next }: Choice & { changed: boolean; written: string | null },
  style: Style,
): string {
  if (Object.keys(lists).length === 0)
    return `${style.symbol('pass')} It is so already; nothing was changed.`;
  if (!changed) {
    return `${style.symbol('skip')} ${style.wrap('Nothing was written. Run it again with --yes, or at a terminal.', 2).trimStart()}`;
  }
  const commands = next.map((command) => `    ${style.command(command)}`);
  return [
    `${style.symbol('pass')} ${style.wrap(`Written to ${written}. Nothing has changed yet in what streams.`, 2).trimStart()}`,
    '',
    style.wrap(
      `${next.length > 1 ? 'The first one' : 'This'} applies it: it checks everything, then starts the container anew, which takes less than a minute. No change is lost.`,
      2,
    ),
    ...commands,
    ...(next.length > 1
      ? [
          '',
          style.wrap(
            'The second one then copies the rows that stand in the new tables now; it shows first what that costs.',
          ),
        ]
      : []),
  ].join('\n');
}

/** Wrapped, with the lines below under the first one's text. */
function hung(label: string, text: string): string {
  return (
    label +
    wrapAnsi(text, 78 - label.length, { hard: true }).replaceAll('\n', `\n${' '.repeat(label.length)}`)
  );
}

function some(names: readonly string[]): string[] {
  if (names.length <= MOST_NAMES) return [...names];
  return [...names.slice(0, MOST_NAMES), `and ${names.length - MOST_NAMES} more`];
}

function listed(columns: readonly string[]): string {
  return columns.length === 0 ? 'none' : columns.join(', ');
}

function shortened(list: string): string {
  return list.length <= LIST_SHOWN ? list : `${list.slice(0, LIST_SHOWN)}… (${list.length} characters)`;
}
