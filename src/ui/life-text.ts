import type { Style } from './output.ts';

/** How long SQL Server keeps what has not been sent. */
export interface KeptChanges {
  /** As SQL Server says it; null: it could not be asked or the login may not know, and `why` says so. */
  minutes: number | null;
  /** `14 days`; SQL Server's default where the real number is not known. */
  keptFor: string;
  /** When the oldest unsent change goes, ISO 8601; null where nothing at all could be learnt. */
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

function keptText({ minutes, keptFor, untilText, why }: KeptChanges): string {
  const before = untilText === null ? 'Go on before that time is over' : `Go on before ${untilText}`;
  const otherwise = 'what is deleted unsent is missing for good, or costs a second copy of the tables.';
  if (minutes !== null) {
    return `Changes wait in SQL Server, which keeps them for ${keptFor}. ${before}: ${otherwise}`;
  }
  const reason = (why ?? '').split('\n')[0]?.replace(/\.$/, '');
  return (
    `Changes wait in SQL Server. For how long could not be read (${reason}); its default is ${keptFor}. ` +
    `${before}, or ask the DBA for the real number: ${otherwise}`
  );
}
