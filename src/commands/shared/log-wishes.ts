import { LEVELS, type Level } from '../../connector/worker-log.ts';
import { CliError, EXIT } from '../../errors.ts';
import { parseDuration } from '../../settings/duration.ts';
import type { Options } from './module.ts';

/** What of a log is wanted. Times are ISO 8601, UTC. */
export interface LogWishes {
  since?: string;
  until?: string;
  level?: Level;
  grep?: RegExp;
  /** Most entries to show; undefined for all. */
  tail?: number;
  follow: boolean;
  explain: boolean;
  raw: boolean;
}

/** Without a time and without a number: as many as fit on a few screens. */
const USUAL_TAIL = 100;
const USUAL_TAIL_FOLLOWED = 20;

/**
 * @param now milliseconds since 1970
 * @throws CliError (usage) for a value that is none, and for flags that exclude each other
 */
export function logWishes(options: Options, now: number, json: boolean): LogWishes {
  const text = (name: string) => {
    const value = options[name];
    return typeof value === 'string' ? value : undefined;
  };
  const follow = options.follow === true;
  const raw = options.raw === true;
  const since = moment(text('since'), '--since', now);
  const until = moment(text('until'), '--until', now);
  if (follow && until !== undefined) throw excluded('--follow', '--until');
  if (raw && json) throw excluded('--raw', '--json');
  if (since !== undefined && until !== undefined && since >= until)
    throw usage(
      'logs.empty-span',
      '--since is not before --until.',
      `${since} to ${until}`,
      'A span of time.',
    );
  const level = levelOf(text('level'));
  const grep = pattern(text('grep'));
  const tail =
    tailOf(text('tail')) ?? ((since ?? until) ? undefined : follow ? USUAL_TAIL_FOLLOWED : USUAL_TAIL);
  return {
    ...(since && { since }),
    ...(until && { until }),
    ...(level && { level }),
    ...(grep && { grep }),
    ...(tail === undefined || tail === Number.POSITIVE_INFINITY ? {} : { tail }),
    follow,
    raw,
    explain: options.explain !== false && !raw,
  };
}

/** A duration back from now, or a moment: a time without a zone is this machine's. */
function moment(text: string | undefined, flag: string, now: number): string | undefined {
  if (text === undefined) return undefined;
  if (/^\d{4}-/.test(text)) {
    const at = Date.parse(text);
    if (!Number.isNaN(at)) return new Date(at).toISOString();
  } else if (/^[\d.]+\s*[smhd]?$/i.test(text)) {
    return new Date(now - parseDuration(text, flag)).toISOString();
  }
  throw usage(
    'logs.time',
    `${flag} takes a time.`,
    text,
    'How long ago (10m, 2h, 1d), or a moment: 2026-11-24T08:00Z, 2026-11-24T11:00+03:00.',
  );
}

function levelOf(text: string | undefined): Level | undefined {
  if (text === undefined) return undefined;
  const wanted = text.toUpperCase() === 'WARNING' ? 'WARN' : text.toUpperCase();
  const level = LEVELS.find((name) => name === wanted);
  if (level !== undefined) return level;
  throw usage(
    'logs.level',
    '--level takes a level.',
    text,
    `One of ${LEVELS.join(', ')}; those above it come too.`,
  );
}

function pattern(text: string | undefined): RegExp | undefined {
  if (text === undefined) return undefined;
  try {
    return new RegExp(text, 'i');
  } catch (cause) {
    throw usage(
      'logs.pattern',
      '--grep takes a regular expression.',
      (cause as Error).message,
      'As in --grep "deadlock|timed out"; put a backslash before ( ) [ ] { } . * + ? that mean themselves.',
    );
  }
}

function tailOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (text === 'all') return Number.POSITIVE_INFINITY;
  if (/^\d{1,7}$/.test(text)) return Number(text);
  throw usage('logs.tail', '--tail takes a number of entries.', text, 'A whole number, or all.');
}

function excluded(one: string, other: string): CliError {
  return usage('logs.flags', `${one} and ${other} exclude each other.`, `${one} ${other}`, 'One of them.');
}

function usage(code: string, message: string, seen: string, needed: string): CliError {
  return new CliError(code, message, {
    exitCode: EXIT.usage,
    seen,
    needed,
    commands: ['clinicmaster-cdc logs --help'],
  });
}
