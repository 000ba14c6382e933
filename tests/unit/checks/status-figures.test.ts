import { describe, expect, it } from 'vitest';
import type { FirstCopyFacts } from '../../../src/checks/pipeline/first-copy.ts';
import { firstCopyOf, sentOf } from '../../../src/checks/status-figures.ts';
import type { WorkerMetrics } from '../../../src/connector/metrics.ts';

const NOW = Date.parse('2026-11-24T08:00:00Z');
const none = { task: null, sent: null, topics: {}, stream: null, snapshot: null };
const metrics = (more: Partial<WorkerMetrics>): WorkerMetrics => ({
  ...{ uptimeMs: 1, heapUsedBytes: 1, heapMaxBytes: 2, countedFromMs: NOW - 7_200_000 },
  ...none,
  ...more,
});
const counted = (written: number, bytes: number, sinceMs: number) => ({
  metrics: metrics({
    countedFromMs: NOW - sinceMs,
    task: {
      ...{ polled: written, written, active: 0, offsetCommitFailureRatio: 0 },
      ...{ recordFailures: 0, recordsSkipped: 0 },
    },
    sent: { bytes, records: written, errors: 0, retries: 0, latencyMs: 5 },
  }),
  why: null,
  nowMs: NOW,
});

describe('what was sent', () => {
  it('is counted since the task started, with its rates', () => {
    expect(sentOf(counted(3600, 1_000_000, 7_200_000))).toEqual({
      ...{
        records: 3600,
        bytes: 1_000_000,
        sinceSeconds: 7200,
        recordsPerSecond: 0.5,
        bytesPerDay: 12_000_000,
      },
    });
  });
  it('has no rates as long as they say more about the start', () => {
    expect(sentOf(counted(30, 4000, 59_000))).toMatchObject({ recordsPerSecond: null, bytesPerDay: null });
    expect(sentOf(counted(30, 4000, 60_000))).toMatchObject({ recordsPerSecond: 0.5, bytesPerDay: null });
    expect(sentOf(counted(30, 4000, 3_600_000))).toMatchObject({ bytesPerDay: 96_000 });
  });
  it('is not known without a task, and without figures', () => {
    expect(sentOf(undefined)).toBeNull();
    expect(sentOf({ metrics: null, why: 'no', nowMs: NOW })).toBeNull();
    expect(sentOf({ metrics: metrics({}), why: null, nowMs: NOW })).toBeNull();
  });
});

describe('the first copy', () => {
  const copying = (rows: Record<string, number>, running = true, events = 0) =>
    metrics({
      snapshot: {
        ...{ running, paused: false, completed: !running, aborted: false, skipped: false },
        ...{ seconds: 600, tables: 4, tablesLeft: 3, events, erroneous: 0, rows },
      },
    });
  const tables = (...counts: [string, number | string][]): FirstCopyFacts => ({
    rows: {
      ok: true,
      value: counts.map(([table_name, row_count]) => ({ schema_name: 'dbo', table_name, row_count })),
    },
  });
  it('takes as long for the rest as for what is done, by rows of the tables that stream', () => {
    const facts = tables(['Visits', '300'], ['Bills', 100], ['Log', 1_000_000]);
    expect(firstCopyOf(copying({ 'C.dbo.Visits': 100 }), facts, 'dbo\\.Visits,dbo\\.Bills')).toEqual({
      ...{ tables: 4, tablesLeft: 3, rows: 100, rowsInAll: 400, percent: 25, secondsLeft: 1800 },
    });
  });
  it('never says that all is there while it runs', () => {
    const over = firstCopyOf(copying({ 'C.dbo.Visits': 500 }), tables(['Visits', 300]), 'dbo\\..*');
    expect(over).toMatchObject({ percent: 99 });
  });
  it('gives no time before the first row, and none where SQL Server does not tell', () => {
    expect(firstCopyOf(copying({}), tables(['Visits', 300]), 'dbo\\..*')).toMatchObject({
      ...{ percent: 0, secondsLeft: null },
    });
    const refused: FirstCopyFacts = { rows: { ok: false, failure: { kind: 'other', message: 'no' } } };
    expect(firstCopyOf(copying({ a: 5 }), refused, 'dbo\\..*')).toMatchObject({
      ...{ rows: 5, percent: null, secondsLeft: null },
    });
  });
  it('moves inside a large table, whose own count comes at its end', () => {
    const facts = tables(['Visits', 1000]);
    expect(firstCopyOf(copying({}, true, 250), facts, 'dbo\\..*')).toMatchObject({ rows: 250, percent: 25 });
  });
  it('is not said of a copy beside the stream, which uses the same figures', () => {
    expect(firstCopyOf(copying({ a: 5 }), { rows: null }, 'dbo\\..*')).toBeNull();
  });
  it('is none when it is over', () => {
    expect(firstCopyOf(copying({ a: 5 }, false), undefined, '')).toBeNull();
    expect(firstCopyOf(null, undefined, '')).toBeNull();
  });
});
