import type { Style } from './output.ts';

/** How long SQL Server keeps what has not been sent. Null: could not be learnt; `why` says why. */
export interface KeptChanges {
  minutes: number | null;
  /** `14 days`. */
  keptFor: string | null;
  /** When the oldest unsent change goes, ISO 8601. */
  until: string | null;
  /** The same on the wall clock of this machine. */
  untilText: string | null;
  why: string | null;
}

/** The answer of `stop`, `start`, `restart`, `pause` and `resume`. */
export interface LifeAnswer {
  command: string;
  changed: boolean;
  /** What is so now, a sentence. */
  headline: string;
  /** What is worth knowing besides, a sentence each. */
  notes: readonly string[];
  /** While the stream stands still; null where it runs. */
  kept: KeptChanges | null;
  next: readonly string[];
}

/** What is so, how long it may stay so, and what comes next. */
export function lifeText(answer: LifeAnswer, style: Style): string {
  const { headline, notes, kept, next } = answer;
  return [
    style.wrap(`${style.symbol('pass')} ${headline}`),
    ...notes.map((note) => style.wrap(note, 2)),
    ...(kept === null ? [] : [style.wrap(keptText(kept), 2)]),
    ...(next.length === 0 ? [] : [`  Next:\n${next.map((line) => `    ${style.command(line)}`).join('\n')}`]),
  ].join('\n');
}

function keptText({ keptFor, untilText, why }: KeptChanges): string {
  if (keptFor === null) {
    return (
      'Changes wait in SQL Server as long as it keeps them: three days where nobody has set more. The real ' +
      `number could not be read (${(why ?? '').split('\n')[0]}).`
    );
  }
  return (
    `Changes wait in SQL Server, which keeps them for ${keptFor}. Go on before ${untilText}: what is deleted ` +
    'unsent is missing for good, or costs a second copy of the tables.'
  );
}
