import type { CheckResult } from '../checks/types.ts';
import { PERSON } from './error-text.ts';
import type { Style } from './output.ts';

/** Longer scripts would push the question from the screen. */
const LINES_SHOWN = 8;

/** What a try has seen, what is needed and who must act; its headline stands above it already. */
export function troubleText({ id, verdict }: CheckResult, advice: string | undefined, style: Style): string {
  const { current, required, remedy } = verdict;
  const lines: string[] = [];
  const part = (label: string, text: string) =>
    lines.push(`${`  ${label}`.padEnd(11)}${style.wrap(text, 11).trimStart()}`);
  if (current !== undefined) part('Seen:', current);
  if (required !== undefined) part('Needed:', required);
  if (remedy !== undefined) {
    part('Do:', advice ?? remedy.text);
    part('Who:', PERSON[remedy.who]);
    // What init would do is what this wizard offers.
    const commands = (remedy.commands ?? []).filter((line) => !line.startsWith('clinicmaster-cdc init'));
    const copied = [...commands, ...(remedy.sql ?? []).flatMap((text) => text.split('\n'))];
    // Never wrapped: they are there to be copied.
    for (const line of copied.slice(0, LINES_SHOWN)) lines.push(`           ${style.command(line)}`);
    const more = copied.length - LINES_SHOWN;
    if (more > 0) lines.push(`           and ${more} lines more; clinicmaster-cdc sql enable prints all`);
  }
  lines.push(`  More:    ${style.command(`clinicmaster-cdc doctor explain ${id}`)}`);
  return lines.join('\n');
}

/** The answers below each other, long ones wrapped under their beginning. */
export function reviewText(
  answers: readonly { label: string; value: string; source: string }[],
  style: Style,
): string {
  const width = Math.min(40, Math.max(...answers.map(({ label }) => label.length)));
  return answers
    .map(({ label, value, source }) => {
      const from = source === 'prompt' ? '' : `  ${style.dim(`(${source})`)}`;
      const text = style.wrap(`${value}${from}`, width + 4).trimStart();
      return `  ${label.slice(0, width).padEnd(width)}  ${text}`;
    })
    .join('\n');
}
