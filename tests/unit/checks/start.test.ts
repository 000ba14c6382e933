import { describe, expect, it } from 'vitest';
import type { ThroughputFacts } from '../../../src/checks/kafka/kafka-throughput.ts';
import { copyEstimate, estimateText } from '../../../src/checks/start/estimate.ts';
import { judgeStart, type StartWish } from '../../../src/checks/start/judge.ts';
import type { StartFacts } from '../../../src/checks/start/seen.ts';
import type { Stored } from '../../../src/checks/start/stored.ts';
import { fail, pass, skip, unknown, warn } from '../../../src/checks/verdicts.ts';

const MODES = ['when_needed', 'initial', 'no_data', 'recovery'] as const;
const at = (database: string, more: { copying?: boolean } = {}) => ({
  database,
  lsn: '0x0000002700000AC00003',
  copying: false,
  partition: { server: 's', database },
  offset: {},
  ...more,
});
const stored = (...positions: ReturnType<typeof at>[]): Stored => ({ ok: true, from: 'kafka', positions });
const healthy: StartFacts = {
  stored: stored(at('Clinic')),
  heartbeatMs: 12_000,
  history: 'there',
  running: false,
  pausedInMemory: false,
  verdicts: {
    'sql-offset-window': pass('less than a minute behind'),
    'sql-lsn-regressed': pass('newest'),
    'sql-db-restored': pass('noted'),
    'sql-capture-gap': pass('as before'),
    'kafka-history-config': pass('for ever'),
  },
};
const wish = (mode: string, database = 'Clinic'): StartWish => ({ mode, database, dir: '/fac' });
const verdict = (id: string, value: ReturnType<typeof pass>): StartFacts => ({
  ...healthy,
  verdicts: { ...healthy.verdicts, [id]: value },
});
/** `kind risk`, mode by mode. */
const gists = (facts: StartFacts, database = 'Clinic') =>
  MODES.map((mode) => {
    const judgement = judgeStart(facts, wish(mode, database));
    return judgement.kind === 'fine' ? 'fine' : `${judgement.kind} ${judgement.risk ?? 'never'}`;
  });

const LOST = fail('sql-offset-window-lost', 'SQL Server has deleted changes.', {
  current: 'position 1; begin at 2',
});

describe('a start', () => {
  it('goes on where all is well', () => {
    expect(gists(healthy)).toEqual(['fine', 'fine', 'fine', 'fine']);
    expect(judgeStart(healthy, wish('when_needed'))).toEqual({
      kind: 'fine',
      from: 'LSN 0x0000002700000AC00003, last heartbeat 12 s ago',
      notes: [],
    });
  });

  it('is a first copy where nothing was ever sent', () => {
    const fresh = { ...healthy, stored: stored(), heartbeatMs: null, history: 'gone' as const, verdicts: {} };
    expect(gists(fresh)).toEqual(['fine', 'fine', 'fine', 'fine']);
    expect(judgeStart(fresh, wish('initial'))).toMatchObject({ from: 'the first copy' });
  });

  it('copies, skips or fails where the position was taken away from a facility that has streamed', () => {
    const gone = { ...healthy, stored: stored(), verdicts: {} };
    expect(gists(gone)).toEqual([
      'copies resnapshot',
      'copies resnapshot',
      'skips skip-changes',
      'fails never',
    ]);
  });

  it('keeps a position that the running worker has not written down yet', () => {
    const unsaved = { ...healthy, stored: stored(), verdicts: {} };
    expect(gists({ ...unsaved, running: true })).toEqual(MODES.map(() => 'fine'));
    expect(gists({ ...unsaved, pausedInMemory: true })).toEqual(MODES.map(() => 'fine'));
    expect(gists(unsaved)[0]).toBe('copies resnapshot');
  });

  it('begins anew with another database, and names the old one', () => {
    const facts = { ...healthy, verdicts: {} };
    expect(gists(facts, 'Clinic2')).toEqual([
      'copies resnapshot',
      'copies resnapshot',
      'skips skip-changes',
      'fails never',
    ]);
    expect(judgeStart(facts, wish('when_needed', 'Clinic2'))).toMatchObject({
      seen: 'positions of Clinic, none of Clinic2',
      needed: expect.stringContaining('DB_NAME=Clinic.'),
    });
    // Even while the old one still runs.
    expect(gists({ ...facts, running: true }, 'Clinic2')[0]).toBe('copies resnapshot');
  });

  it('knows the database whatever the case of its name', () => {
    expect(gists(healthy, 'CLINIC')).toEqual(MODES.map(() => 'fine'));
  });

  it('copies by when_needed alone, and fails by the others, once the retention has passed the position', () => {
    expect(gists(verdict('sql-offset-window', LOST))).toEqual([
      'copies resnapshot',
      'fails never',
      'fails never',
      'fails never',
    ]);
    expect(judgeStart(verdict('sql-offset-window', LOST), wish('initial'))).toMatchObject({
      seen: 'position 1; begin at 2',
      commands: ['clinicmaster-cdc recover gap --dir /fac'],
    });
  });

  it.each([
    ['sql-db-restored', 'sql-db-restored-changed'],
    ['sql-lsn-regressed', 'sql-lsn-regressed-back'],
    ['sql-capture-gap', 'sql-capture-gap-lost'],
  ])('leaves changes out after %s', (id, code) => {
    expect(gists(verdict(id, fail(code, 'Something.')))).toEqual(MODES.map(() => 'skips skip-changes'));
  });

  it.each([
    [
      'a capture made anew that the connector has passed',
      'sql-capture-gap',
      fail('sql-capture-gap-replaced', 'x'),
    ],
    ['the end of the retention near', 'sql-offset-window', fail('sql-offset-window-closing', 'x')],
    ['half of the retention gone', 'sql-offset-window', warn('sql-offset-window-behind', 'x')],
    ['a right that is missing', 'sql-db-restored', unknown('sql-db-restored-no-right', 'x')],
    [
      'a history that Kafka will throw away',
      'kafka-history-config',
      fail('kafka-history-config-retention', 'x'),
    ],
  ])('goes on and says so: %s', (_, id, value) => {
    const facts = verdict(id, value);
    expect(gists(facts)).toEqual(MODES.map(() => 'fine'));
    expect(judgeStart(facts, wish('when_needed')).notes).toEqual([`x (${id})`]);
  });

  it('is refused where SQL Server cannot tell, if that may copy everything; else it goes on and says why', () => {
    for (const value of [
      unknown('sql-offset-window-no-right', 'Cannot tell.', { current: 'error 229' }),
      fail('sql-offset-window-timeout', 'No answer within 5 s.'),
      skip('sql-offset-window-none', 'Not checked: no table is captured.'),
    ]) {
      const facts = verdict('sql-offset-window', value);
      expect(gists(facts)).toEqual(['unseen resnapshot', 'fine', 'fine', 'fine']);
      expect(judgeStart(facts, wish('initial')).notes[0]).toContain('copies nothing');
    }
  });

  it('is refused where Kafka does not hand the position out, by the risk that each mode has', () => {
    const facts = { ...healthy, stored: { ok: false as const, why: 'k:9093: ETIMEDOUT' }, verdicts: {} };
    expect(gists(facts)).toEqual(['unseen resnapshot', 'unseen resnapshot', 'unseen skip-changes', 'fine']);
  });

  it('fails without the history of the tables, but for the mode that builds it again', () => {
    expect(gists({ ...healthy, history: 'gone' })).toEqual([
      'fails never',
      'fails never',
      'fails never',
      'fine',
    ]);
    expect(gists({ ...healthy, history: 'unknown' })).toEqual(MODES.map(() => 'fine'));
  });

  it('begins an interrupted first copy again, and does not interrupt one', () => {
    const copying = { ...healthy, stored: stored(at('Clinic', { copying: true })) };
    expect(judgeStart(copying, wish('when_needed'))).toMatchObject({
      kind: 'fine',
      notes: ['The first copy was interrupted; it begins again with the first table.'],
    });
    expect(gists({ ...copying, running: true })).toEqual(MODES.map(() => 'copies resnapshot'));
    expect(judgeStart({ ...copying, pausedInMemory: true }, wish('when_needed'))).toMatchObject({
      kind: 'fine',
      notes: [],
    });
  });
});

describe('the estimate', () => {
  const refusal = (bytes: number, tookMs: number) => ({
    ok: true as const,
    value: { code: 'CORRUPT_MESSAGE', message: null, sentMs: 0, tookMs, bytes, throttleMs: 0 },
  });
  const rows: ThroughputFacts['rows'] = {
    ok: true,
    value: [
      { schema_name: 'dbo', table_name: 'Visits', row_count: '600000' },
      { schema_name: 'audit', table_name: 'Log', row_count: 5 },
    ],
  };

  it('is rows, bytes and hours of the slower of both lines, of the tables that stream', () => {
    const loads = { host: refusal(1_000_000, 1000), inside: refusal(1_000_000, 20_000) };
    const estimate = copyEstimate({ loads, rows }, 'dbo\\..*');
    expect(estimate).toEqual({
      rows: 600_000,
      bytes: 90_000_000,
      seconds: 1800,
      bytesPerSecond: 50_000,
      measured: true,
    });
    expect(estimateText(estimate)).toBe(
      'Copying costs 600000 rows, about 90 MB (150 bytes a row, more with long texts): 30 min at 50 kB/s (measured now).',
    );
  });

  it('says that a rate is assumed, and what it does not know', () => {
    expect(estimateText(copyEstimate(undefined, 'dbo\\..*'))).toBe(
      'The cost is not known: SQL Server did not tell its rows. The line: 64 kB/s (assumed; the line was not measured).',
    );
    const failure = { kind: 'timeout' as const, code: 'ETIMEDOUT', message: '', broker: 'k:1' };
    const estimate = copyEstimate(
      { loads: { host: { ok: false, failure }, inside: null }, rows },
      'dbo\\..*',
    );
    expect(estimate).toMatchObject({ rows: 600_000, bytesPerSecond: 64_000, measured: false });
  });
});
