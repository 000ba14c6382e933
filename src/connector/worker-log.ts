import { explainTrace, type TraceExplanation } from './trace.ts';

export const LEVELS = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'] as const;
export type Level = (typeof LEVELS)[number];

/** One line of a container, as the Engine hands it over. */
export interface LoggedLine {
  /** When the Engine took it; ISO 8601, to the nanosecond. */
  at: string;
  stream: 'stdout' | 'stderr';
  text: string;
}

/** What the worker has said at one moment: a message, and the lines that belong to it. */
export interface LogEntry {
  /** ISO 8601, UTC. */
  at: string;
  level: Level;
  /** As the worker shortens it: `i.d.p.ErrorHandler`; `java` for what the Java machine says by itself. */
  logger: string;
  message: string;
  /** The lines after the first one: a stack trace, as a rule. */
  more: string[];
}

/** How an entry begins: the pattern of connect/log4j2.properties, and of the entrypoint. */
const HEADER =
  /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z) +(TRACE|DEBUG|INFO|WARN|ERROR|FATAL) +(\S+?): ?(.*)$/;

/** A trace is written in one go. What comes later, or on the other stream, without a head is something else. */
const ONE_GO_MS = 1000;

export interface Grouper {
  /** @returns the entry before, when this line begins another one */
  push(line: LoggedLine): LogEntry | undefined;
  /** The entry that is still open: nothing more will come of it. */
  flush(): LogEntry | undefined;
}

/** Puts the lines of a worker's log together: each entry with its trace. */
export function entryGrouper(): Grouper {
  let open: LogEntry | undefined;
  let last: LoggedLine | undefined;
  const swap = (next: LogEntry | undefined) => {
    const before = open;
    open = next;
    return before;
  };
  return {
    push(line) {
      const [, at = '', level, logger = '', message = ''] = HEADER.exec(line.text) ?? [];
      const before = last;
      last = line;
      if (level !== undefined) return swap({ at, level: level as Level, logger, message, more: [] });
      if (open !== undefined && before !== undefined && inOneGo(before, line)) {
        open.more.push(line.text);
        return undefined;
      }
      return swap({
        at: milliseconds(line.at),
        level: guessed(line.text),
        logger: 'java',
        message: line.text,
        more: [],
      });
    },
    flush: () => swap(undefined),
  };
}

function inOneGo(before: LoggedLine, line: LoggedLine): boolean {
  return before.stream === line.stream && Date.parse(line.at) - Date.parse(before.at) < ONE_GO_MS;
}

/** As the worker writes it, without the Engine's nanoseconds. */
function milliseconds(at: string): string {
  return new Date(Date.parse(at)).toISOString();
}

/** Of a line without a head: the Java machine's own. */
function guessed(text: string): Level {
  if (/\b\w*(?:Error|Exception)\b|^#|Terminating/.test(text)) return 'ERROR';
  return /warning/i.test(text) ? 'WARN' : 'INFO';
}

/** The entry as the log has it. */
export function entryText({ at, level, logger, message, more }: LogEntry): string {
  return [`${at} ${level.padEnd(5)} ${logger}: ${message}`, ...more].join('\n');
}

/** The entry after its text went through a function that takes out what must not be seen. Lines may go. */
export function rewritten(entry: LogEntry, rewrite: (text: string) => string): LogEntry {
  const head = `${entry.at} ${entry.level.padEnd(5)} ${entry.logger}: `;
  const [first = '', ...more] = rewrite(entryText(entry)).split('\n');
  return { ...entry, message: first.startsWith(head) ? first.slice(head.length) : first, more };
}

export function atLeast(entry: LogEntry, level: Level): boolean {
  return LEVELS.indexOf(entry.level) >= LEVELS.indexOf(level);
}

/** Whether the lines after the first one are a Java trace. */
export function hasTrace({ more }: LogEntry): boolean {
  return more.some((line) => /^\s+at [\w$.<>/]+\(|^Caused by: /.test(line));
}

type Known = Omit<TraceExplanation, 'evidence'> & { pattern: RegExp };

/** What is said in the log alone, and never fails a task. */
const IN_PASSING: readonly Known[] = [
  {
    // At every start of a facility that streams: Debezium 3.6 asks for the poll interval of the capture job, and goes on with its own.
    code: 'harmless-capture-job',
    pattern: /calling sys\.sp_cdc_help_jobs[\s\S]*DBO privileges are required/,
    summary: 'Harmless: the login may not look at the capture job, as it should be.',
    remedy: '',
    commands: [],
    who: 'you',
  },
  {
    code: 'sql-connection-stale',
    pattern: /Stale connection detected at start of streaming iteration/,
    summary: 'SQL Server, or something on the way, has ended the connection.',
    remedy: 'The worker connects again by itself; where it does not succeed, see that SQL Server runs.',
    commands: ['clinicmaster-cdc doctor --only sql-tcp'],
    who: 'you',
  },
];

/**
 * What an entry comes down to. Undefined for one that is no trouble: a message of information, or a warning without a trace that this
 * program does not know.
 */
export function explainEntry(entry: LogEntry): TraceExplanation | undefined {
  if (!atLeast(entry, 'WARN')) return undefined;
  const text = [entry.message, ...entry.more].join('\n');
  const explained = explainTrace(text);
  const known = IN_PASSING.find(({ pattern }) => pattern.test(text));
  if (known !== undefined) {
    const { pattern: _, ...explanation } = known;
    return { ...explanation, evidence: explained.evidence };
  }
  if (explained.code !== 'unrecognised') return explained;
  if (!hasTrace(entry)) return undefined;
  return {
    ...explained,
    remedy: 'If it comes again and again, show it to the central team; a bundle holds what they need.',
    commands: ['clinicmaster-cdc bundle'],
  };
}
