import type { Who } from '../errors.ts';
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
  for (const evidence of causes.toReversed()) {
    const known = TRACE_CAUSES.find(({ pattern }) => pattern.test(evidence));
    if (known !== undefined) {
      const { pattern: _, ...explanation } = known;
      return { ...explanation, evidence };
    }
  }
  return {
    code: 'unrecognised',
    summary: 'The worker reports an error that this program does not know.',
    evidence: causes.at(-1) ?? 'no trace',
    remedy: 'Look at the log around this line, then show it to the central team.',
    commands: ['docker logs --tail 100 clinicmasterwarehouse'],
    who: 'central-team',
  };
}

/** The message of each exception in a trace, outermost first, class names and frames taken off. */
export function causeLines(trace: string): string[] {
  return trace
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('at ') && !line.startsWith('...'))
    .map((line) => line.replace(/^Caused by: /, '').replace(/^(?:[\w$]+\.)+([\w$]+)(?=:|$)/, '$1'));
}
