import { CliError, EXIT } from '../errors.ts';

const UNITS: Record<string, number> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** More than anybody waits for; keeps every result within what timers take. */
const LONGEST_MS = 7 * 86_400_000;

/**
 * `30s`, `5m`, `2h`, `1d`, or seconds without a unit → milliseconds.
 * @param what the flag, for the message: `--wait`
 * @throws CliError (usage) for anything else, for nothing and for more than seven days
 */
export function parseDuration(text: string, what: string): number {
  const [, amount = '', unit = 's'] = /^(\d{1,6}(?:\.\d{1,3})?)\s*([smhd])?$/i.exec(text.trim()) ?? [];
  const ms = Math.round(Number(amount) * (UNITS[unit.toLowerCase()] ?? 0));
  if (amount !== '' && ms > 0 && ms <= LONGEST_MS) return ms;
  throw new CliError('settings.duration', `${what} takes a duration.`, {
    exitCode: EXIT.usage,
    seen: text === '' ? 'nothing' : text,
    needed: 'A number with s, m, h or d after it, of at most 7 days: 30s, 5m, 2h.',
  });
}
