import type { FixReport } from '../checks/fix.ts';
import type { Outcome } from '../checks/types.ts';
import type { Style } from './output.ts';

const WORDS: Record<FixReport['outcome'], readonly [state: Outcome, word: string]> = {
  cured: ['pass', 'cured'],
  'not-cured': ['fail', 'done, but not seen to help'],
  failed: ['fail', 'could not be done'],
  gone: ['pass', 'not needed any more'],
  declined: ['skip', 'not done: declined'],
  'not-confirmed': ['skip', 'not done: add --yes'],
  'risk-not-accepted': ['skip', 'not done, because it is risky. To allow it'],
};

/** What `doctor --fix` did, or what it would do. Empty when there is nothing of either. */
export function fixText(
  { fixes, fixable }: { fixes?: readonly FixReport[]; fixable?: readonly { risk: string; says: string }[] },
  style: Style,
): string {
  if (fixes !== undefined && fixes.length > 0) {
    const lines = fixes.map(({ outcome, says, risk, after }) => {
      const [state, word] = WORDS[outcome];
      // Never wrapped: it is there to be copied.
      const command = style.command(`clinicmaster-cdc doctor --fix --accept-risk ${risk}`);
      if (outcome === 'risk-not-accepted')
        return `${style.symbol(state)} ${style.wrap(`${says} ${capital(word)}:`, 2).trimStart()}\n    ${command}`;
      const end = after === undefined ? '' : ` ${after}`;
      return `${style.symbol(state)} ${style.wrap(`${says} ${capital(word)}.${end}`, 2).trimStart()}`;
    });
    return `${style.bold('Cures')}\n${lines.join('\n')}`;
  }
  if (fixable === undefined || fixable.length === 0) return '';
  const lines = fixable.map(({ risk, says }) => {
    const needs = risk === 'safe' ? '' : ` Risky: only with --accept-risk ${risk}.`;
    return `  - ${style.wrap(`${says}${needs}`, 4).trimStart()}`;
  });
  return `This program can do:\n${lines.join('\n')}\n  ${style.command('clinicmaster-cdc doctor --fix')}`;
}

function capital(word: string): string {
  return `${word.charAt(0).toUpperCase()}${word.slice(1)}`;
}
