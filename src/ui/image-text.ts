import type { Outcome } from '../checks/types.ts';
import type { Style } from './output.ts';
import { OUTCOME_WORD } from './verdict-text.ts';

/** What a command has brought. */
export interface BroughtImage {
  image: string;
  id: string;
  digest: string;
  pinnedIn: string | null;
  next: readonly string[];
}

export function broughtText({ image, id, digest, pinnedIn, next }: BroughtImage, style: Style): string {
  const lines = [
    `${style.symbol('pass')} ${image}`,
    `  id      ${id}`,
    ...(digest === id ? [] : [`  digest  ${digest}`]),
    ...(pinnedIn === null ? [] : [style.wrap(`Pinned in ${pinnedIn}.`, 2)]),
  ];
  return [...lines, ...nextLines(next, style)].join('\n');
}

/** One thing that `image verify` has looked at. */
export interface ImageFinding {
  /** Stable: `pin`, `container`, `file`, … */
  id: string;
  title: string;
  outcome: Outcome;
  seen: string;
  needed: string;
}

export function verifiedText(
  { image, findings, next }: { image: string; findings: readonly ImageFinding[]; next: readonly string[] },
  style: Style,
): string {
  const rows = findings.flatMap(({ title, outcome, seen, needed }) => [
    `${style.symbol(outcome)} ${style.wrap(`${title}: ${OUTCOME_WORD[outcome]}. ${seen}`, 2).trimStart()}`,
    ...(outcome === 'fail' || outcome === 'warn' ? [style.wrap(`needed: ${needed}`, 4)] : []),
  ]);
  return [style.bold(image), ...rows, ...nextLines(next, style)].join('\n');
}

function nextLines(next: readonly string[], style: Style): string[] {
  return next.length === 0 ? [] : ['', '  Next:', ...next.map((line) => `    ${style.command(line)}`)];
}
