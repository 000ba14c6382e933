import type { CheckResult, Verdict } from '../checks/types.ts';
import { PERSON } from './error-text.ts';
import type { Style } from './output.ts';

/** An outcome as the user reads it. */
export const OUTCOME_WORD = {
  pass: 'ok',
  warn: 'warning',
  fail: 'failed',
  unknown: 'cannot tell',
  skip: 'skipped',
} as const;

/** One check: what is so and, where something is to be done, what, by whom and with which commands. */
export function verdictText({ id, title, verdict }: CheckResult, style: Style): string {
  const { outcome, summary } = verdict;
  const head = `${style.symbol(outcome)} ${style.wrap(`${title}: ${OUTCOME_WORD[outcome]}. ${summary}`, 2).trimStart()}`;
  if (outcome === 'pass' || outcome === 'skip') return head;
  const { doc } = verdict.remedy ?? {};
  const more = doc === undefined ? explained(id) : readable(doc);
  return [head, ...detailLines(verdict, more, style)].join('\n');
}

/** How the user reads a page of the package, which may lie where nobody looks: checks and playbooks are shown by the program. */
export function readable(doc: string): string {
  const name = /^docs\/(?:checks|playbooks)\/([\w-]+)\.md$/.exec(doc)?.[1];
  return name === undefined ? doc : explained(name);
}

function explained(name: string): string {
  return `clinicmaster-cdc doctor explain ${name}`;
}

/**
 * What was seen, what is needed, what to do, who does it and with which commands: the lines below a trouble's head.
 * @param more where to read on
 */
export function detailLines(
  { current, required, remedy }: Pick<Verdict, 'current' | 'required' | 'remedy'>,
  more: string,
  style: Style,
): string[] {
  const lines: string[] = [];
  const part = (label: string, text: string) =>
    lines.push(`${`  ${label}`.padEnd(11)}${style.wrap(text, 11).trimStart()}`);
  if (current !== undefined) part('Seen:', current);
  if (required !== undefined) part('Needed:', required);
  if (remedy === undefined) return lines;
  part('Do:', remedy.text);
  part('Who:', PERSON[remedy.who]);
  // Never wrapped: they are there to be copied.
  for (const command of remedy.commands ?? []) lines.push(`           ${style.command(command)}`);
  for (const statement of remedy.sql ?? [])
    lines.push(...statement.split('\n').map((line) => `           ${style.command(line)}`));
  lines.push(`  More:    ${style.command(more)}`);
  return lines;
}
