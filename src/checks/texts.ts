import { type Redact, redactor, type Secret } from '../settings/redact.ts';
import { spelledFor, type Typist } from '../shell.ts';
import type { CheckResult, Facts, Remedy, Verdict } from './types.ts';

/**
 * For {@link import('./runner.ts').RunOptions.clean}: no result holds one of these secrets, whoever quoted it, and the commands of its
 * remedy are those of this machine.
 */
export function presentable(
  secrets: readonly Secret[],
  typist: Typist,
): (result: CheckResult) => CheckResult {
  const redact = redactor(secrets);
  return (result) => {
    const clean = changeResult(result, redact);
    const { remedy } = clean.verdict;
    if (remedy?.commands === undefined) return clean;
    const commands = remedy.commands.map((command) => spelledFor(typist, command));
    return { ...clean, verdict: { ...clean.verdict, remedy: { ...remedy, commands } } };
  };
}

/** The same facts with every text changed, the names of their parts too: a map may be named by what a server said. */
export function changeTexts(facts: Facts, change: Redact): Facts {
  if (typeof facts === 'string') return change(facts);
  if (Array.isArray(facts)) return facts.map((part) => changeTexts(part, change));
  if (facts === null || typeof facts !== 'object') return facts;
  return Object.fromEntries(
    Object.entries(facts).map(([key, part]) => [
      change(key),
      part === undefined ? undefined : changeTexts(part, change),
    ]),
  );
}

/** A result with every text of the world outside changed. Ids, titles, outcomes and codes are our own words. */
export function changeResult(result: CheckResult, change: Redact): CheckResult {
  return {
    ...result,
    verdict: changeVerdict(result.verdict, change),
    facts: changeTexts(result.facts, change),
  };
}

function changeVerdict(verdict: Verdict, change: Redact): Verdict {
  const { summary, current, required, remedy } = verdict;
  return {
    ...verdict,
    summary: change(summary),
    ...(current === undefined ? {} : { current: change(current) }),
    ...(required === undefined ? {} : { required: change(required) }),
    ...(remedy === undefined ? {} : { remedy: changeRemedy(remedy, change) }),
  };
}

function changeRemedy(remedy: Remedy, change: Redact): Remedy {
  const { text, commands, sql } = remedy;
  return {
    ...remedy,
    text: change(text),
    ...(commands === undefined ? {} : { commands: commands.map(change) }),
    ...(sql === undefined ? {} : { sql: sql.map(change) }),
  };
}
