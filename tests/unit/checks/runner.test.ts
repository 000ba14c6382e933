import { describe, expect, it } from 'vitest';
import { runChecks } from '../../../src/checks/runner.ts';
import type { Check, CheckResult, Verdict } from '../../../src/checks/types.ts';
import { fail, pass, unknown, warn } from '../../../src/checks/verdicts.ts';
import { CliError } from '../../../src/errors.ts';

type Fake = Check<null, boolean, null>;

function check(id: string, changes: Partial<Fake> & { verdict?: Verdict } = {}): Fake {
  const { verdict = pass('fine'), ...rest } = changes;
  return {
    id,
    title: `Title of ${id}`,
    area: 'host',
    when: ['before-install', 'daily'],
    needs: [],
    timeoutMs: 1000,
    probe: async () => true,
    judge: () => verdict,
    ...rest,
  };
}

const never = () => new Promise<never>(() => {});
const outcomes = (results: CheckResult[]) => results.map(({ id, verdict }) => `${id} ${verdict.outcome}`);

describe('runChecks', () => {
  it('keeps the given order and hands out facts and time', async () => {
    const results = await runChecks([check('b'), check('a')], null, null);
    expect(outcomes(results)).toEqual(['b pass', 'a pass']);
    expect(results[0]).toMatchObject({ facts: true, title: 'Title of b', area: 'host' });
    expect(results[0]?.ms).toBeGreaterThanOrEqual(0);
  });

  it('runs independent checks side by side', async () => {
    const order: string[] = [];
    const probe = (id: string, ms: number) => async () => {
      await new Promise((settle) => setTimeout(settle, ms));
      order.push(id);
      return true;
    };
    await runChecks(
      [check('slow', { probe: probe('slow', 60) }), check('quick', { probe: probe('quick', 1) })],
      null,
      null,
    );
    expect(order).toEqual(['quick', 'slow']);
  });

  it('waits for what a check needs, and goes on after a warning', async () => {
    const order: string[] = [];
    const probe = (id: string) => async () => {
      order.push(id);
      return true;
    };
    const results = await runChecks(
      [
        check('second', { needs: ['first'], probe: probe('second') }),
        check('first', { probe: probe('first'), verdict: warn('first-so', 'so') }),
      ],
      null,
      null,
    );
    expect(order).toEqual(['first', 'second']);
    expect(outcomes(results)).toEqual(['second pass', 'first warn']);
  });

  it.each([
    ['fail', fail('root-bad', 'bad')],
    ['unknown', unknown('root-what', 'what')],
  ])('skips after %s and names the root of the chain', async (_, verdict) => {
    const results = await runChecks(
      [
        check('root', { verdict }),
        check('child', { needs: ['root'] }),
        check('grandchild', { needs: ['child'] }),
      ],
      null,
      null,
    );
    expect(results.map(({ verdict: { summary } }) => summary).slice(1)).toEqual([
      'Not checked: needs “Title of root”.',
      'Not checked: needs “Title of root”.',
    ]);
  });

  it('selects by occasion, and by id or area with what they need', async () => {
    const all = [
      check('root'),
      check('child', { needs: ['root'] }),
      check('later', { when: ['after-install'], area: 'kafka' }),
      check('other'),
    ];
    const run = async (options: object) => outcomes(await runChecks(all, null, null, options));
    expect(await run({ when: 'after-install' })).toEqual(['later pass']);
    expect(await run({ when: 'daily', only: ['child'] })).toEqual(['root pass', 'child pass']);
    expect(await run({ when: 'daily', only: ['later'] })).toEqual(['later pass']);
    expect(await run({ only: ['kafka'] })).toEqual(['later pass']);
    await expect(run({ only: ['wrong'] })).rejects.toMatchObject({ code: 'checks.unknown', exitCode: 2 });
  });

  it('turns an unforeseen error into a finding', async () => {
    const probe = async () => {
      throw new TypeError('x is undefined\nat somewhere');
    };
    const [result] = await runChecks([check('odd', { probe })], null, null);
    expect(result?.verdict).toMatchObject({
      outcome: 'unknown',
      code: 'odd-crashed',
      current: 'x is undefined',
    });
  });

  it('turns an error that says what to do into that finding', async () => {
    const probe = async () => {
      throw new CliError('x', 'No.', { seen: 'this', needed: 'that', commands: ['do it'], who: 'dba' });
    };
    const [result] = await runChecks([check('known', { probe })], null, null);
    expect(result?.verdict).toMatchObject({
      outcome: 'fail',
      code: 'known-error',
      current: 'this',
      required: 'that',
      remedy: { commands: ['do it'], who: 'dba' },
    });
  });

  it('judges what a probe hands over when its time is up', async () => {
    const probe = (_: null, signal: AbortSignal) =>
      new Promise<boolean>((settle) => signal.addEventListener('abort', () => settle(false)));
    const judge = (facts: boolean) => (facts ? pass('fine') : fail('slow-timeout', 'too slow'));
    const [result] = await runChecks([check('slow', { probe, judge, timeoutMs: 20 })], null, null);
    expect(result?.verdict.code).toBe('slow-timeout');
    expect(result?.facts).toBe(false);
  });

  it('leaves a probe behind that does not heed its signal', async () => {
    const [result] = await runChecks([check('deaf', { probe: never, timeoutMs: 20 })], null, null);
    expect(result?.verdict).toMatchObject({ outcome: 'fail', code: 'deaf-timeout' });
  });

  it('gives a deep check its own time, whatever the deadline of the others', async () => {
    const probe = () => new Promise<boolean>((settle) => setTimeout(() => settle(true), 120));
    const results = await runChecks(
      [check('usual', { probe: never, timeoutMs: 60_000 }), check('deep', { probe, deep: true })],
      null,
      null,
      { deep: true, deadlineMs: 50 },
    );
    expect(outcomes(results)).toEqual(['usual fail', 'deep pass']);
  });

  it('ends at its deadline, whatever hangs, and says what it had no time for', async () => {
    const started = performance.now();
    const results = await runChecks(
      [
        check('a', { probe: never, timeoutMs: 60_000 }),
        check('b', {
          timeoutMs: 60_000,
          probe: (_, signal) => new Promise((settle) => signal.addEventListener('abort', () => settle(true))),
        }),
        check('c', { needs: ['b'] }),
      ],
      null,
      null,
      { deadlineMs: 50 },
    );
    expect(performance.now() - started).toBeLessThan(1500);
    expect(outcomes(results)).toEqual(['a fail', 'b pass', 'c skip']);
    expect(results[2]?.verdict.summary).toBe('Not checked: no time left.');
  });

  it('streams results as they come', async () => {
    const seen: string[] = [];
    const observer = {
      started: ({ id }: { id: string }) => seen.push(`+${id}`),
      finished: ({ id }: CheckResult) => seen.push(`-${id}`),
    };
    await runChecks([check('a'), check('b', { needs: ['a'] })], null, null, { observer });
    expect(seen).toEqual(['+a', '-a', '+b', '-b']);
  });

  it('rejects with the reason of the signal when cancelled', async () => {
    const cancel = new AbortController();
    const running = runChecks([check('a', { probe: never })], null, null, { signal: cancel.signal });
    cancel.abort(new Error('Ctrl-C'));
    await expect(running).rejects.toThrow('Ctrl-C');
  });
});
