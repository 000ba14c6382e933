import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runChecks } from '../../../src/checks/runner.ts';
import type { Check, CheckResult, Verdict } from '../../../src/checks/types.ts';
import { fail, pass, unknown, warn } from '../../../src/checks/verdicts.ts';
import { CliError } from '../../../src/errors.ts';

const DEADLINE_MS = 60;
/** A probe that does not heed its signal is left behind this long after it; and timers are not exact. */
const GRACE_MS = 500;
const SLACK_MS = 250;

const CONDUCTS = [
  'quick',
  'slow',
  'deaf',
  'heeds',
  'throws',
  'refuses',
  'throws-text',
  'judge-throws',
] as const;
type Conduct = (typeof CONDUCTS)[number];

interface Node {
  conduct: Conduct;
  verdict: Verdict;
  timeoutMs: number;
  deep: boolean;
  /** Positions before its own, some of them twice or of no check at all. */
  needs: number[];
}

const node = fc
  .record({
    conduct: fc.constantFrom(...CONDUCTS),
    verdict: fc.constantFrom(pass('so'), warn('x-so', 'so'), fail('x-so', 'so'), unknown('x-so', 'so')),
    timeoutMs: fc.constantFrom(0, 5, 20, 10_000),
    deep: fc.boolean(),
    needs: fc.array(fc.nat(30), { maxLength: 4 }),
  })
  // Nothing but its own limit ends a deep one.
  .map((one) => ({ ...one, timeoutMs: one.deep ? Math.min(one.timeoutMs, 20) : one.timeoutMs }));

function toCheck({ conduct, verdict, timeoutMs, deep, needs }: Node, at: number): Check<null, string, null> {
  return {
    id: `c${at}`,
    title: `Title ${at}`,
    area: 'host',
    when: ['daily'],
    needs: at === 0 ? ['nobody'] : needs.map((need) => `c${need % at}`),
    timeoutMs,
    ...(deep ? { deep: true as const } : {}),
    probe: (_, signal) => probe(conduct, signal),
    judge: () => {
      if (conduct === 'judge-throws') throw new TypeError('facts of another shape');
      return verdict;
    },
  };
}

async function probe(conduct: Conduct, signal: AbortSignal): Promise<string> {
  if (conduct === 'throws') throw new Error('broken');
  if (conduct === 'throws-text') throw 'text';
  if (conduct === 'refuses') throw new CliError('x', 'No.', { commands: ['do'] });
  if (conduct === 'slow') await new Promise((settle) => setTimeout(settle, 8));
  if (conduct === 'deaf') await new Promise(() => {});
  if (conduct === 'heeds') {
    await new Promise((settle) => {
      if (signal.aborted) settle(undefined);
      signal.addEventListener('abort', settle);
    });
  }
  return 'facts';
}

describe('the runner, whatever checks do', () => {
  it('gives one result for each check, in their order, and never over its deadline', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(node, { maxLength: 14 }), fc.boolean(), async (nodes, deep) => {
        const checks = nodes.map(toCheck);
        const seen: string[] = [];
        const observer = { finished: ({ id }: CheckResult) => seen.push(id) };
        const started = performance.now();
        const results = await runChecks(checks, null, null, { deep, observer, deadlineMs: DEADLINE_MS });
        // Who asks for the deep ones waits for each as long as its own limit says, one after the other at worst.
        const patience = nodes.reduce(
          (sum, one) => sum + (deep && one.deep ? one.timeoutMs + GRACE_MS : 0),
          0,
        );
        expect(performance.now() - started).toBeLessThan(DEADLINE_MS + GRACE_MS + patience + SLACK_MS);

        const expected = checks.filter((check) => deep || check.deep !== true).map(({ id }) => id);
        expect(results.map(({ id }) => id)).toEqual(expected);
        expect([...seen].sort()).toEqual([...expected].sort());
        for (const result of results) {
          expect(['pass', 'warn', 'fail', 'unknown', 'skip']).toContain(result.verdict.outcome);
          expect(JSON.parse(JSON.stringify(result))).toEqual(result);
        }
      }),
      { numRuns: 60 },
    );
  }, 60_000);

  it('judges no check whose need did not pass, and names the one at the root', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(node, { maxLength: 14 }), async (nodes) => {
        const checks = nodes.map((one, at) =>
          toCheck({ ...one, conduct: one.conduct === 'deaf' ? 'throws' : one.conduct, timeoutMs: 20 }, at),
        );
        const results = await runChecks(checks, null, null, { deep: true, deadlineMs: 2000 });
        const of = (id: string) => results.find((result) => result.id === id)?.verdict.outcome;
        const good = (outcome: string | undefined) => [undefined, 'pass', 'warn'].includes(outcome);
        for (const { id, needs } of checks)
          expect(of(id) === 'skip').toBe(!needs.every((need) => good(of(need))));
        const roots = results.filter(({ verdict }) => !['pass', 'warn', 'skip'].includes(verdict.outcome));
        for (const { verdict } of results.filter((result) => result.verdict.outcome === 'skip')) {
          expect(roots.some(({ title }) => verdict.summary === `Not checked: needs “${title}”.`)).toBe(true);
        }
      }),
      { numRuns: 40 },
    );
  }, 60_000);
});
