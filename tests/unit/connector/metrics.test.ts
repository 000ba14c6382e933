import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { FIGURES_RULES, FIGURES_URL, parseMetrics } from '../../../src/connector/metrics.ts';

/** Of a real worker (Debezium 3.6.1, Connect 4.3.1) after a copy of 21 rows and 31 changes; code and database renamed. */
const REAL = readFileSync(new URL('../../fakes/worker-figures.txt', import.meta.url), 'utf8');
const DATA = 'clinicmasterwarehouse-sqlserver.ClinicMasterMOH.dbo';

describe('the figures of a worker', () => {
  it('are read from a real one', () => {
    expect(parseMetrics(REAL)).toEqual({
      uptimeMs: 15404,
      heapUsedBytes: 38216976,
      heapMaxBytes: 389283840,
      countedFromMs: 1795664732631,
      task: {
        polled: 56,
        written: 56,
        active: 0,
        offsetCommitFailureRatio: 0,
        recordFailures: 0,
        recordsSkipped: 0,
      },
      sent: { bytes: 4193, records: 56, errors: 0, retries: 0, latencyMs: 4.6 },
      topics: {
        'cdc.UG0001.heartbeat': { records: 4, bytes: 1489 },
        [`${DATA}.Patients`]: { records: 51, bytes: 1447 },
        [`${DATA}.Stock`]: { records: 1, bytes: 354 },
      },
      stream: {
        connected: true,
        behindMs: 3953,
        sinceLastEventMs: 4139,
        events: 31,
        erroneous: 0,
        filtered: 0,
        queueTotal: 8192,
        queueFree: 8192,
        queueBytes: 0,
        queueMaxBytes: 33554432,
      },
      snapshot: {
        running: false,
        paused: false,
        completed: true,
        aborted: false,
        skipped: false,
        seconds: 0,
        tables: 3,
        tablesLeft: 0,
        events: 21,
        erroneous: 0,
        rows: {
          'ClinicMasterMOH.dbo.AuditTrail': 0,
          'ClinicMasterMOH.dbo.Patients': 21,
          'ClinicMasterMOH.dbo.Stock': 0,
        },
      },
    });
  });

  it('are plain JSON', () => {
    const metrics = parseMetrics(REAL);
    expect(JSON.parse(JSON.stringify(metrics))).toEqual(metrics);
  });

  it('are null where the worker says that it does not know', () => {
    const metrics = parseMetrics(
      'cdc_stream_connected 1.0\ncdc_stream_milli_seconds_behind_source -1.0\ncdc_producer_request_latency_avg_ms NaN\n',
    );
    expect(metrics).toMatchObject({
      stream: { connected: true, behindMs: null },
      sent: null,
      task: null,
      snapshot: null,
      topics: {},
    });
  });

  it('are nothing where the text is none of ours', () => {
    expect(parseMetrics('')).toBeNull();
    expect(parseMetrics('<html>cdc_stream_connected 1</html>')).toBeNull();
    expect(parseMetrics('# TYPE cdc_stream_connected gauge\njvm_threads 4.0\n')).toBeNull();
  });

  it('keep names with quotes, backslashes, commas and braces as they are', () => {
    const text =
      'cdc_snapshot_running 1.0\ncdc_snapshot_rows_scanned{table="M.dbo.a\\"b\\\\n, {x=\\"1\\"}"} 7.0\n';
    expect(parseMetrics(text)?.snapshot?.rows).toEqual({ 'M.dbo.a"b\\n, {x="1"}': 7 });
  });
});

describe('the figures and the image', () => {
  const rules = readFileSync('connect/metrics.yaml', 'utf8');
  const worker = readFileSync(
    'connect/src/main/java/org/clinicmaster/cdc/worker/FacilityWorker.java',
    'utf8',
  );

  it('agree on the port and on the file of rules', () => {
    expect(worker).toContain(`PORT = ${new URL(FIGURES_URL).port};`);
    expect(worker).toContain(`Path.of("${FIGURES_RULES}")`);
  });

  it('are on loopback', () => {
    expect(new URL(FIGURES_URL).hostname).toBe('127.0.0.1');
  });

  it('name no attribute that holds text of an event or bounds of a chunk', () => {
    expect(rules).not.toMatch(
      /\b(last_event|chunk_|table_from|table_to|last_transaction_id|source_event_position)/,
    );
  });
});
