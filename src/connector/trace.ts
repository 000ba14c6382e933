import type { Who } from '../errors.ts';
import type { Cause } from './causes/cause.ts';
import { WRAPPERS } from './causes/worker.ts';
import { TRACE_CAUSES } from './trace-causes.ts';

/** What a stack trace of Connect, Debezium or a driver comes down to. */
export interface TraceExplanation {
  /** Stable name of the cause; `unrecognised` when none is known. */
  code: string;
  /** What has happened, in our words. */
  summary: string;
  /** The line of the trace that decided, as it was. */
  evidence: string;
  remedy: string;
  commands: readonly string[];
  who: Who;
}

/**
 * Finds the cause in a stack trace. The innermost cause that is recognised counts; the outer lines only wrap it.
 * @param trace text as Connect's status gives it
 */
export function explainTrace(trace: string): TraceExplanation {
  const causes = causeLines(trace);
  for (const line of causes.toReversed()) {
    const known = TRACE_CAUSES.find(({ pattern }) => pattern.test(line));
    if (known !== undefined) return explained(known, line);
  }
  const wrapper = WRAPPERS.find(({ pattern }) => causes.some((line) => pattern.test(line)));
  if (wrapper !== undefined) return explained(wrapper, causes.at(-1) ?? '');
  return {
    code: 'unrecognised',
    summary: 'The worker reports an error that this program does not know.',
    evidence: causes.at(-1) ?? 'no trace',
    remedy: "Look at the container's log around this line, then show it to the central team.",
    commands: [],
    who: 'central-team',
  };
}

function explained({ pattern: _, ...explanation }: Cause, evidence: string): TraceExplanation {
  return { ...explanation, evidence };
}

/** How an entry of the worker's log begins (connect/log4j2.properties); a trace follows on lines without it. */
const LOG_ENTRY = /^\d{4}-\d\d-\d\dT\S+ +(\w+) +\S+: ?/;

/**
 * The last error of a worker's log with its trace, for {@link explainTrace}. Debezium tries again without end when SQL Server
 * does not answer or refuses a statement: the task says RUNNING, and only the log says why nothing comes.
 * @returns undefined when the log holds no error
 */
export function lastError(log: string): string | undefined {
  const lines = log.split('\n');
  const start = lines.findLastIndex((line) => /^(ERROR|FATAL)$/.test(LOG_ENTRY.exec(line)?.[1] ?? ''));
  if (start === -1) return undefined;
  const length = lines.slice(start + 1).findIndex((line) => LOG_ENTRY.test(line));
  const block = lines.slice(start, length === -1 ? undefined : start + 1 + length);
  return block.map((line) => line.replace(LOG_ENTRY, '')).join('\n');
}

/** The message of each exception in a trace, outermost first, class names and frames taken off. */
function causeLines(trace: string): string[] {
  return trace
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('at ') && !line.startsWith('...'))
    .map((line) => line.replace(/^Caused by: /, '').replace(/^(?:[\w$]+\.)+([\w$]+)(?=:|$)/, '$1'));
}
