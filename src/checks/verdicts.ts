import { playbookOf } from './health/playbooks.ts';
import type { Outcome, Remedy, Verdict } from './types.ts';

interface Detail {
  current?: string;
  required?: string;
  remedy?: Remedy;
}

/** All is well; `current` is what was seen. */
export function pass(summary: string, current?: string): Verdict {
  return { outcome: 'pass', code: 'ok', summary, ...(current === undefined ? {} : { current }) };
}

export function warn(code: string, summary: string, detail: Detail = {}): Verdict {
  return verdict('warn', code, summary, detail);
}

export function fail(code: string, summary: string, detail: Detail = {}): Verdict {
  return verdict('fail', code, summary, detail);
}

/** Cannot tell: the right to look is missing, or the answer did not come. */
export function unknown(code: string, summary: string, detail: Detail = {}): Verdict {
  return verdict('unknown', code, summary, detail);
}

export function skip(code: string, summary: string): Verdict {
  return verdict('skip', code, summary, {});
}

/** Where a playbook leads through it, the remedy names its page. */
function verdict(outcome: Outcome, code: string, summary: string, detail: Detail): Verdict {
  const playbook = playbookOf(code);
  if (detail.remedy === undefined || playbook === undefined) return { outcome, code, summary, ...detail };
  return {
    outcome,
    code,
    summary,
    ...detail,
    remedy: { doc: `docs/playbooks/${playbook}.md`, ...detail.remedy },
  };
}

/** `1 table`, `3 tables`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** `a`, `a and b`, `a, b and 3 more`: names in a sentence, not a wall of them. */
export function listed(names: readonly string[], most = 10): string {
  const shown = names.slice(0, most);
  const rest = names.length - shown.length;
  const parts = rest > 0 ? [...shown, `${rest} more`] : shown;
  const last = parts.at(-1) ?? 'none';
  return parts.length < 2 ? last : `${parts.slice(0, -1).join(', ')} and ${last}`;
}
