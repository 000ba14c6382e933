import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { CheckContext } from '../../../src/checks/context.ts';
import { type MetricsFacts, streamMetrics } from '../../../src/checks/pipeline/stream-metrics.ts';
import { parseMetrics, type WorkerMetrics } from '../../../src/connector/metrics.ts';
import { facility, gist, judge } from './fixtures.ts';

const TEXT = readFileSync(new URL('../../fakes/worker-figures.txt', import.meta.url), 'utf8');
const REAL = parseMetrics(TEXT)!;
const HOUR = 3_600_000;
const NOW = REAL.countedFromMs! + 5 * HOUR;

function facts(changes: Partial<WorkerMetrics> = {}): MetricsFacts {
  return { metrics: { ...REAL, ...changes }, why: null, nowMs: NOW };
}
const without = (why: string): MetricsFacts => ({ metrics: null, why, nowMs: NOW });
const sent = REAL.sent!;
const stream = REAL.stream!;
const task = REAL.task!;
const snapshot = REAL.snapshot!;

describe('stream-metrics', () => {
  it.each([
    ['a real worker', facts(), 'pass ok'],
    ['no task', facts({ task: null, sent: null, stream: null, snapshot: null }), 'pass ok'],
    ['events', facts({ stream: { ...stream, erroneous: 2 } }), 'warn stream-metrics-erroneous you'],
    ['the copy', facts({ snapshot: { ...snapshot, erroneous: 1 } }), 'warn stream-metrics-erroneous you'],
    ['given up', facts({ sent: { ...sent, errors: 1 } }), 'warn stream-metrics-retries you'],
    ['failures', facts({ task: { ...task, recordFailures: 1 } }), 'warn stream-metrics-retries you'],
    ['sent again and taken', facts({ sent: { ...sent, retries: 40 } }), 'pass ok'],
    [
      'commits',
      facts({ task: { ...task, offsetCommitFailureRatio: 0.5 } }),
      'warn stream-metrics-offset-commits you',
    ],
    [
      'records waiting',
      facts({ stream: { ...stream, queueFree: 819 } }),
      'warn stream-metrics-queue-full network-admin',
    ],
    [
      'bytes waiting',
      facts({ stream: { ...stream, queueBytes: 33_000_000 } }),
      'warn stream-metrics-queue-full network-admin',
    ],
    ['most of the queue is free', facts({ stream: { ...stream, queueFree: 820 } }), 'pass ok'],
    [
      'a copy fills the queue',
      facts({ stream: { ...stream, queueFree: 0 }, snapshot: { ...snapshot, running: true } }),
      'pass ok',
    ],
    ['an older image', without('no exporter in the image'), 'skip stream-metrics-none'],
    [
      'refused',
      without("wget: can't connect to remote host (127.0.0.1): Connection refused"),
      'unknown stream-metrics-unanswered you',
    ],
  ])('%s', (_, given, expected) => {
    expect(gist(judge(streamMetrics, given))).toBe(expected);
  });

  it('says how much, and since when it counts', () => {
    expect(judge(streamMetrics, facts()).summary).toBe(
      '56 records, 4.2 kB sent in 5 h, since the task started',
    );
  });

  it('says what a count is of, since counters begin anew', () => {
    const { current } = judge(streamMetrics, facts({ stream: { ...stream, erroneous: 2 } }));
    expect(current).toBe('2 in 5 h, since the task started');
  });
});

describe('the look of stream-metrics', () => {
  const asked: string[][] = [];
  const look = (exitCode: number, output: string) => {
    const docker = {
      exec: async (name: string, argv: string[]) => {
        asked.push([name, ...argv]);
        return { exitCode, output };
      },
    };
    const context = {
      docker: async () => docker,
      names: { container: 'clinicmasterwarehouse' },
      clock: { now: () => NOW },
      settings: facility(),
    };
    return streamMetrics.probe(context as unknown as CheckContext, AbortSignal.timeout(1000));
  };

  it('asks inside the container, with a time limit of its own', async () => {
    expect(await look(0, TEXT)).toEqual({ metrics: REAL, why: null, nowMs: NOW });
    expect(asked.at(-1)?.join(' ')).toMatch(
      /^clinicmasterwarehouse \/bin\/sh -c .*timeout 3 .*wget .*127\.0\.0\.1:9404\/metrics$/,
    );
  });

  it.each([
    [1, 'no exporter in the image\n', 'no exporter in the image'],
    [1, 'wget: server returned error: HTTP/1.1 500 Internal Server Error\n', /HTTP\/1\.1 500/],
    [126, '', 'exit code 126'],
    [143, '', 'no whole answer in 3 s'],
    [143, TEXT.slice(0, 2000), 'no whole answer in 3 s'],
    [0, '', 'an answer without figures'],
    [0, 'jmx_scrape_error 1.0\n', 'an answer without figures'],
  ])('exit code %i with %j', async (exitCode, output, why) => {
    const found = await look(exitCode, output);
    expect(found.metrics).toBeNull();
    expect(found.why).toMatch(why);
  });
});
