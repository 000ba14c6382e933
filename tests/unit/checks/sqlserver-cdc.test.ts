import { describe, expect, it } from 'vitest';
import type { SqlAnswer, SqlFailure } from '../../../src/adapters/sqlserver-port.ts';
import type { CheckContext } from '../../../src/checks/context.ts';
import { sqlCanary } from '../../../src/checks/sqlserver/sql-canary.ts';
import { sqlCaptureFresh } from '../../../src/checks/sqlserver/sql-capture-fresh.ts';
import { sqlCaptureInstances } from '../../../src/checks/sqlserver/sql-capture-instances.ts';
import { sqlColumnTypes } from '../../../src/checks/sqlserver/sql-column-types.ts';
import { sqlJobsExist } from '../../../src/checks/sqlserver/sql-jobs-exist.ts';
import { sqlRetention } from '../../../src/checks/sqlserver/sql-retention.ts';
import { sqlScanErrors } from '../../../src/checks/sqlserver/sql-scan-errors.ts';
import { sqlScanLatency } from '../../../src/checks/sqlserver/sql-scan-latency.ts';
import { sqlSchemaDrift } from '../../../src/checks/sqlserver/sql-schema-drift.ts';
import { sqlTableFeatures } from '../../../src/checks/sqlserver/sql-table-features.ts';
import { facility, gist, judge } from './fixtures.ts';

const rows = <Row>(...value: Row[]): SqlAnswer<Row> => ({ ok: true, value });
const NONE: SqlAnswer<never> = { ok: true, value: [] };
const failed = (failure: Partial<SqlFailure>): { ok: false; failure: SqlFailure } => ({
  ok: false,
  failure: { kind: 'other', message: 'text of the server', ...failure },
});
const sqlError = (...numbers: number[]) => failed({ kind: 'sql', number: numbers[0]!, numbers });

describe('sql-capture-fresh', () => {
  const fresh = (age_s: number | null, enabled_s: number | null = 90_000, changed = 1) =>
    rows({ max_lsn: '0x01', age_s, enabled_s, changed });
  it.each([
    ['wrote just now', fresh(4), 'pass ok'],
    ['a mark is due', fresh(899), 'pass ok'],
    ['three marks are missing', fresh(900), 'warn sql-capture-fresh-late dba'],
    ['an hour', fresh(3600), 'warn sql-capture-fresh-late dba'],
    ['more than an hour', fresh(3601), 'fail sql-capture-fresh-stopped dba'],
    ['nothing yet, just enabled', fresh(null, 100), 'pass ok'],
    ['nothing, enabled long ago', fresh(null, 120), 'fail sql-capture-fresh-never dba'],
    ['no table captured', fresh(null, null), 'skip sql-capture-fresh-none'],
    ['marks of rest alone', fresh(4, 120, 0), 'warn sql-capture-fresh-unchanged dba'],
    ['the same, just enabled', fresh(4, 119, 0), 'pass ok'],
    ['the same, and late', fresh(900, 9000, 0), 'warn sql-capture-fresh-late dba'],
    ['facts of an earlier version', rows({ max_lsn: '0x01', age_s: 4, enabled_s: 9000 }), 'pass ok'],
    ['no right', sqlError(229), 'unknown sql-capture-fresh-no-right dba'],
  ])('%s', (_, facts, expected) => {
    expect(gist(judge(sqlCaptureFresh, facts))).toBe(expected);
  });
});

describe('sql-jobs-exist', () => {
  const job = {
    job_type: 'capture',
    maxtrans: 500,
    maxscans: 10,
    continuous: true,
    pollinginterval: '5' as string | number,
    enabled: 1 as number | null,
    started: '2026-11-01T06:00:00' as string | null,
    stopped: null as string | null,
    last_status: null as number | null,
  };
  const cleanup = { ...job, job_type: 'cleanup', stopped: '2026-11-24T02:00:01', last_status: 1 };
  const there = rows({ instances: 3, last_hour: 100 as number | null });
  const facts = (...jobs: (typeof job)[]) => ({
    jobs: rows(...jobs),
    detail: 'all' as const,
    instances: there,
  });

  it.each([
    ['both at work', facts(job, cleanup), 'pass ok'],
    ['a cleanup that has never run', facts(job, { ...cleanup, last_status: null }), 'pass ok'],
    ['no capture job', facts(cleanup), 'fail sql-jobs-exist-missing dba'],
    ['no cleanup job', facts(job), 'fail sql-jobs-exist-missing dba'],
    [
      'no table captured',
      { ...facts(), instances: rows({ instances: 0, last_hour: 0 }) },
      'skip sql-jobs-exist-none',
    ],
    ['capture switched off', facts({ ...job, enabled: 0 }, cleanup), 'fail sql-jobs-exist-disabled dba'],
    ['cleanup switched off', facts(job, { ...cleanup, enabled: 0 }), 'fail sql-jobs-exist-disabled dba'],
    ['never started', facts({ ...job, started: null }, cleanup), 'fail sql-jobs-exist-stopped dba'],
    [
      'stopped',
      facts({ ...job, stopped: '2026-11-24T01:00:00' }, cleanup),
      'fail sql-jobs-exist-stopped dba',
    ],
    [
      'run by a schedule',
      facts({ ...job, continuous: false, stopped: '2026-11-24T01:00:00' }, cleanup),
      'pass ok',
    ],
    ['cleanup failed', facts(job, { ...cleanup, last_status: 0 }), 'fail sql-jobs-exist-cleanup dba'],
    ['not yet slow', facts({ ...job, pollinginterval: '60' }, cleanup), 'pass ok'],
    ['slow', facts({ ...job, pollinginterval: '61' }, cleanup), 'warn sql-jobs-exist-slow dba'],
    [
      'at its ceiling',
      {
        ...facts({ ...job, maxtrans: 1, maxscans: 1 }, cleanup),
        instances: rows({ instances: 3, last_hour: 600 }),
      },
      'warn sql-jobs-exist-ceiling dba',
    ],
    [
      'only the settings',
      { ...facts(job, cleanup), detail: 'settings' as const },
      'unknown sql-jobs-exist-state dba',
    ],
    ['nothing at all', { ...facts(), jobs: sqlError(229) }, 'unknown sql-jobs-exist-no-right dba'],
  ])('%s', (_, given, expected) => {
    expect(gist(judge(sqlJobsExist, given))).toBe(expected);
  });

  it('says what a missing job means and adds that one only', () => {
    const capture = judge(sqlJobsExist, facts(cleanup));
    expect(capture.summary).toContain('nothing is captured');
    expect(capture.remedy?.sql).toEqual([
      'USE [ClinicMasterMOH];',
      "EXEC sys.sp_cdc_add_job @job_type = N'capture';",
    ]);
    const grows = judge(sqlJobsExist, facts(job));
    expect(grows.summary).toContain('grow without end');
    expect(grows.remedy?.sql).toHaveLength(3);
    expect(judge(sqlJobsExist, facts({ ...job, started: null }, cleanup)).current).toBe('never started');
  });

  it('asks for the settings alone only when the rest is forbidden', async () => {
    const probed = async (...answers: object[]) => {
      const query = async () => answers.shift();
      const context = { sql: { query } } as unknown as CheckContext;
      return await sqlJobsExist.probe(context, new AbortController().signal);
    };
    const known = rows(job, cleanup);
    expect(await probed(there, known)).toEqual({ jobs: known, detail: 'all', instances: there });
    expect(await probed(there, sqlError(229), known)).toMatchObject({ jobs: known, detail: 'settings' });
    expect(await probed(there, sqlError(229), sqlError(916))).toMatchObject({ jobs: sqlError(229) });
    expect(await probed(there, sqlError(1222))).toMatchObject({ jobs: sqlError(1222), detail: 'all' });
  });

  it('names the job to switch on and never the wrong parameter', () => {
    expect(judge(sqlJobsExist, facts({ ...job, enabled: 0 }, cleanup)).remedy?.sql).toEqual([
      "EXEC msdb.dbo.sp_update_job @job_name = N'cdc.ClinicMasterMOH_capture', @enabled = 1;",
    ]);
  });
});

describe('sql-retention', () => {
  const window = (window_minutes: number | null) => rows({ window_minutes });
  const kept = (retention: number | string, minutes: number | null = 0) => ({
    jobs: rows({ job_type: 'capture', retention: 0 as number | string }, { job_type: 'cleanup', retention }),
    window: window(minutes),
  });
  it.each([
    ['two weeks', kept(20_160), 'pass ok'],
    ['two weeks as a bigint', kept('20160'), 'pass ok'],
    ['a little less', kept(20_159), 'warn sql-retention-short dba'],
    ['a week', kept(10_080), 'warn sql-retention-short dba'],
    ['more than the default', kept(4321), 'warn sql-retention-short dba'],
    ['the default of three days', kept(4320), 'fail sql-retention-short dba'],
    [
      'no cleanup job',
      { jobs: rows({ job_type: 'capture', retention: 0 }), window: window(0) },
      'skip sql-retention-no-cleanup',
    ],
    ['no right', { jobs: sqlError(229), window: window(4000) }, 'unknown sql-retention-no-right dba'],
    ['no right, but much is kept', { jobs: sqlError(229), window: window(20_160) }, 'pass ok'],
    ['no right at all', { jobs: sqlError(229), window: sqlError(229) }, 'unknown sql-retention-no-right dba'],
  ])('%s', (_, facts, expected) => {
    expect(gist(judge(sqlRetention, facts))).toBe(expected);
  });
});

const drift = {
  schema_name: 'dbo',
  table_name: 'Visits',
  capture_instance: 'dbo_Visits',
  role_name: null as string | null,
  drift: 'not-captured' as 'not-captured' | 'dropped' | 'type' | 'altered',
  column_name: 'Ward',
  column_id: 9,
  last_captured: 8,
  changes: 1,
};

describe('sql-schema-drift', () => {
  it.each([
    ['none', NONE, 'pass ok'],
    ['a new column', rows(drift), 'fail sql-schema-drift-columns dba'],
    ['a dropped one', rows({ ...drift, drift: 'dropped' as const }), 'fail sql-schema-drift-columns dba'],
    ['another type', rows({ ...drift, drift: 'type' as const }), 'fail sql-schema-drift-columns dba'],
    [
      'altered',
      rows({ ...drift, drift: 'altered' as const, column_name: '' }),
      'warn sql-schema-drift-altered dba',
    ],
    ['left out in the middle', rows({ ...drift, column_id: 3 }), 'pass ok'],
    ['left out at the end, nothing altered since', rows({ ...drift, changes: 0 }), 'pass ok'],
    ['of a table that is not streamed', rows({ ...drift, schema_name: 'audit' }), 'pass ok'],
    ['no right', sqlError(229), 'unknown sql-schema-drift-no-right dba'],
  ])('%s', (_, facts, expected) => {
    expect(gist(judge(sqlSchemaDrift, facts))).toBe(expected);
  });
  it('lists what was left out on purpose', () => {
    expect(judge(sqlSchemaDrift, rows({ ...drift, column_id: 3 })).current).toBe(
      'not captured: dbo.Visits.Ward',
    );
    expect(judge(sqlSchemaDrift, NONE).summary).toBe('no difference');
  });

  it('names the command for the tables that have changed, each once', () => {
    const facts = rows(drift, { ...drift, column_name: 'Bed' }, { ...drift, table_name: 'Bills' });
    expect(judge(sqlSchemaDrift, facts).remedy?.commands).toEqual([
      'clinicmaster-cdc sql handover dbo.Bills dbo.Visits',
    ]);
  });

  it('names none where there are many', () => {
    const many = ['A', 'B', 'C', 'D', 'E', 'F'].map((table_name) => ({ ...drift, table_name }));
    expect(judge(sqlSchemaDrift, rows(...many)).remedy?.commands).toEqual(['clinicmaster-cdc sql handover']);
  });

  it('names no table whose name a shell would read otherwise', () => {
    const facts = rows(drift, { ...drift, table_name: 'Order Lines' });
    expect(judge(sqlSchemaDrift, facts).remedy?.commands).toEqual(['clinicmaster-cdc sql handover']);
  });

  it('counts a column that stays in the hospital as left out, not one that is gone', () => {
    const settings = facility({ columnExcludeList: 'dbo\\.Visits\\.Ward' });
    expect(gist(judge(sqlSchemaDrift, rows(drift), settings))).toBe('pass ok');
    expect(gist(judge(sqlSchemaDrift, rows({ ...drift, column_name: 'Bed' }), settings))).toContain('fail');
    expect(gist(judge(sqlSchemaDrift, rows({ ...drift, drift: 'dropped' as const }), settings))).toContain(
      'fail',
    );
  });
});

describe('sql-capture-instances', () => {
  const instance = (capture_instance: string, create_date: string, table_name = 'Visits') => ({
    schema_name: 'dbo',
    table_name,
    capture_instance,
    create_date,
  });
  const two = rows(instance('new', '2026-11-02T00:00:00'), instance('old', '2026-11-01T00:00:00'));
  it.each([
    ['one each', rows(instance('a', '1'), instance('b', '1', 'Bills')), NONE, 'pass ok'],
    ['two', two, NONE, 'warn sql-capture-instances-two dba'],
    ['two and drift', two, rows(drift), 'fail sql-capture-instances-blocked dba'],
    ['two, a column left out', two, rows({ ...drift, column_id: 1 }), 'warn sql-capture-instances-two dba'],
    [
      'two, drift elsewhere',
      two,
      rows({ ...drift, table_name: 'Bills' }),
      'warn sql-capture-instances-two dba',
    ],
    ['two, drift not known', two, sqlError(229), 'warn sql-capture-instances-two dba'],
    ['no right', sqlError(229), sqlError(229), 'unknown sql-capture-instances-no-right dba'],
  ])('%s', (_, instances, found, expected) => {
    expect(gist(judge(sqlCaptureInstances, { instances, drift: found }))).toBe(expected);
  });
  it('leaves the end of the older one to the command, which sees that it may go', () => {
    const { remedy } = judge(sqlCaptureInstances, { instances: two, drift: NONE });
    expect(remedy?.commands).toEqual(['clinicmaster-cdc sql handover --finish dbo.Visits']);
    expect(remedy?.sql).toBeUndefined();
  });
});

describe('sql-column-types', () => {
  const column = {
    schema_name: 'dbo',
    table_name: 'Visits',
    column_name: 'C',
    type_name: 'nvarchar',
    max_length: 40,
    is_computed: false,
    is_filestream: false,
    is_encrypted: 0,
    is_masked: false,
    is_assembly_type: false,
  };
  it.each([
    [{}, 'pass ok'],
    [{ max_length: -1 }, 'pass ok'],
    [{ type_name: 'timestamp' }, 'pass ok'],
    [{ type_name: 'ntext' }, 'warn sql-column-types-old-large dba'],
    [{ is_computed: true }, 'warn sql-column-types-computed dba'],
    [{ is_masked: true }, 'warn sql-column-types-masked dba'],
    [{ is_filestream: true, max_length: -1 }, 'warn sql-column-types-filestream dba'],
    [{ is_encrypted: 1 }, 'warn sql-column-types-encrypted dba'],
    [{ type_name: 'sql_variant' }, 'fail sql-column-types-unsupported dba'],
    [{ type_name: 'hierarchyid', is_assembly_type: true }, 'fail sql-column-types-unsupported dba'],
    [{ type_name: 'geography', is_assembly_type: true, schema_name: 'audit' }, 'pass ok'],
  ])('%o', (change, expected) => {
    expect(gist(judge(sqlColumnTypes, rows({ ...column, ...change })))).toBe(expected);
  });
  it('does not judge a column that stays in the hospital, but for one that SQL Server cannot capture', () => {
    const settings = facility({ columnExcludeList: 'dbo\\.Visits\\.C' });
    expect(gist(judge(sqlColumnTypes, rows({ ...column, is_masked: true }), settings))).toBe('pass ok');
    expect(gist(judge(sqlColumnTypes, rows({ ...column, type_name: 'sql_variant' }), settings))).toBe(
      'fail sql-column-types-unsupported dba',
    );
  });
  it('lists without a warning what only looks unusual', () => {
    const facts = rows(
      { ...column, max_length: -1 },
      { ...column, column_name: 'V', type_name: 'timestamp' },
    );
    const { outcome, current } = judge(sqlColumnTypes, facts);
    expect(outcome).toBe('pass');
    expect(current).toBe(
      'without a limit of length: dbo.Visits.C; rowversion: changes with every update, of no use elsewhere: dbo.Visits.V',
    );
    expect(judge(sqlColumnTypes, rows(column)).summary).toBe('nothing unusual');
    expect(judge(sqlColumnTypes, rows({ ...column, is_computed: true })).summary).toContain('do not arrive');
  });
  it('takes the gravest for its code and lists all', () => {
    const facts = rows(
      { ...column, column_name: 'Total', is_computed: true },
      { ...column, column_name: 'Any', type_name: 'sql_variant' },
    );
    const verdict = judge(sqlColumnTypes, facts);
    expect(gist(verdict)).toBe('fail sql-column-types-unsupported dba');
    expect(verdict.summary).toBe('Columns that cannot be streamed: dbo.Visits.Any.');
    expect(verdict.current).toContain('dbo.Visits.Total');
    expect(gist(judge(sqlColumnTypes, failed({})))).toBe('unknown sql-column-types-unanswered dba');
  });
});

describe('sql-table-features', () => {
  const table = {
    schema_name: 'dbo',
    table_name: 'Visits',
    is_memory_optimized: false,
    temporal: 'NON_TEMPORAL_TABLE',
    is_replicated: false,
    is_external: false,
    columnstore: 0,
    partitions: 1,
  };
  const recovery = (accelerated: boolean) => rows({ accelerated });
  it.each([
    [{}, recovery(false), 'pass ok'],
    [{}, sqlError(207), 'pass ok'],
    [{}, recovery(true), 'warn sql-table-features-accelerated-recovery dba'],
    [{ is_memory_optimized: true }, recovery(false), 'fail sql-table-features-impossible you'],
    [{ columnstore: 1 }, recovery(false), 'fail sql-table-features-impossible you'],
    [{ is_external: true }, recovery(false), 'fail sql-table-features-impossible you'],
    [{ temporal: 'HISTORY_TABLE' }, recovery(false), 'warn sql-table-features-partial dba'],
    [{ is_replicated: true }, recovery(false), 'warn sql-table-features-partial dba'],
    [{ partitions: 12 }, recovery(true), 'warn sql-table-features-partial dba'],
    [{ partitions: 12, schema_name: 'audit' }, recovery(false), 'pass ok'],
  ])('%o', (change, accelerated, expected) => {
    const facts = { tables: rows({ ...table, ...change }), recovery: accelerated };
    expect(gist(judge(sqlTableFeatures, facts))).toBe(expected);
  });
  it('cannot tell without an answer', () => {
    const facts = { tables: failed({ kind: 'timeout' }), recovery: recovery(true) };
    expect(gist(judge(sqlTableFeatures, facts))).toBe('unknown sql-table-features-busy you');
  });
});

describe('sql-canary', () => {
  const there = rows({
    heartbeat_id: 7 as number | null,
    capture_instance: 'clinicmaster_cdc_heartbeat' as string | null,
  });
  const base = {
    there,
    written: rows({ beat_no: '5' as string | null }),
    seenMs: 2000 as number | null,
    waitedMs: 2000,
    refused: null,
  };
  it.each([
    ['seen soon', base, 'pass ok'],
    ['seen just in time', { ...base, seenMs: 30_000 }, 'pass ok'],
    ['seen late', { ...base, seenMs: 30_001 }, 'warn sql-canary-slow dba'],
    ['no time', { ...base, seenMs: null, waitedMs: 29_999 }, 'unknown sql-canary-short you'],
    ['never seen', { ...base, seenMs: null, waitedMs: 75_000 }, 'fail sql-canary-lost dba'],
    [
      'no table',
      { ...base, there: rows({ heartbeat_id: null, capture_instance: null }), written: null },
      'unknown sql-canary-not-prepared dba',
    ],
    [
      'not captured',
      { ...base, there: rows({ heartbeat_id: 7, capture_instance: null }), written: null },
      'unknown sql-canary-not-prepared dba',
    ],
    [
      'no row',
      { ...base, written: rows({ beat_no: null }), seenMs: null },
      'unknown sql-canary-not-prepared dba',
    ],
    ['may not write', { ...base, written: sqlError(229) }, 'unknown sql-canary-no-right dba'],
    [
      'may not read',
      { ...base, seenMs: null, refused: sqlError(229).failure },
      'unknown sql-canary-no-right dba',
    ],
    ['may not look', { ...base, there: sqlError(229), written: null }, 'unknown sql-canary-no-right dba'],
  ])('%s', (_, facts, expected) => {
    expect(gist(judge(sqlCanary, facts))).toBe(expected);
  });
  describe('waits for its row', () => {
    /** A SQL Server whose capture job needs that long; undefined: it never comes. */
    const probed = async (comesAfterMs: number | undefined, beat: string | null = '5') => {
      let now = 0;
      const asked: string[] = [];
      const query = async (text: string) => {
        asked.push(text);
        if (text.includes('heartbeat_id')) {
          return rows({ heartbeat_id: 7, capture_instance: 'a]b' });
        }
        if (text.includes('UPDATE')) return rows({ beat_no: beat });
        return rows({ seen: comesAfterMs !== undefined && now >= comesAfterMs ? 1 : 0 });
      };
      const clock = {
        now: () => now,
        sleep: async (ms: number) => {
          now += ms;
        },
      };
      const context = { sql: { query }, clock } as unknown as CheckContext;
      return { facts: await sqlCanary.probe(context, new AbortController().signal), asked };
    };
    it('and says how long it took', async () => {
      const { facts, asked } = await probed(2000);
      expect(facts).toMatchObject({ seenMs: 2000, refused: null });
      expect(asked.at(-1)).toContain('cdc.[a]]b_CT]');
    });
    it('but not for ever', async () => {
      expect((await probed(undefined)).facts).toMatchObject({ seenMs: null, waitedMs: 76_000 });
    });
    it('and not at all when there was no row to write', async () => {
      const { facts, asked } = await probed(0, null);
      expect(facts.seenMs).toBeNull();
      expect(asked).toHaveLength(2);
    });
  });
  it('is deep and says what it writes', () => {
    expect(sqlCanary.deep).toBe(true);
    expect(sqlCanary.touches).toContain('clinicmaster_cdc.heartbeat');
  });
});

describe('sql-scan-errors', () => {
  const error = (error_number: number, age_s: number) => ({ error_number, times: 3, age_s });
  it.each([
    ['none', NONE, 'pass ok'],
    ['just now', rows(error(22859, 30), error(9002, 31)), 'fail sql-scan-errors-recent dba'],
    ['long ago', rows(error(22859, 3600)), 'warn sql-scan-errors-past dba'],
    ['no right', sqlError(262), 'unknown sql-scan-errors-no-right dba'],
  ])('%s', (_, facts, expected) => {
    expect(gist(judge(sqlScanErrors, facts))).toBe(expected);
  });
  it('speaks of the cause, not of the wrapper that stands beside it', () => {
    expect(judge(sqlScanErrors, rows(error(22859, 1), error(9002, 2))).summary).toContain('log is full');
    expect(judge(sqlScanErrors, rows(error(4711, 1))).summary).toContain('error 4711');
  });
});

describe('sql-scan-latency', () => {
  const scan = { latency: 2, failed: 0, errors: 0, age_s: 5 };
  it.each([
    ['prompt', rows(scan), 'pass ok'],
    ['no scan yet', NONE, 'pass ok'],
    ['a minute', rows({ ...scan, latency: 60 }), 'warn sql-scan-latency-late dba'],
    ['ten minutes', rows({ ...scan, latency: 600 }), 'fail sql-scan-latency-behind dba'],
    ['failed', rows({ ...scan, failed: 1 }), 'fail sql-scan-latency-failed dba'],
    ['with errors', rows({ ...scan, errors: 2 }), 'fail sql-scan-latency-failed dba'],
    ['no right', sqlError(262), 'unknown sql-scan-latency-no-right dba'],
  ])('%s', (_, facts, expected) => {
    expect(gist(judge(sqlScanLatency, facts))).toBe(expected);
  });
});

describe('remedies', () => {
  it('name the database and the login as SQL Server quotes them', () => {
    const database = { ...facility().database, name: "Clinic]'s", user: 'cdc]reader' };
    const { remedy } = judge(sqlCaptureFresh, sqlError(229), facility({ database }));
    expect(remedy?.sql).toEqual(["USE [Clinic]]'s];", 'GRANT SELECT ON SCHEMA::[cdc] TO [cdc]]reader];']);
    const jobs = judge(
      sqlJobsExist,
      { jobs: sqlError(229), detail: 'all', instances: sqlError(229) },
      facility({ database }),
    );
    expect(jobs.remedy?.sql?.[1]).toBe(
      "IF USER_ID(N'cdc]reader') IS NULL CREATE USER [cdc]]reader] FOR LOGIN [cdc]]reader];",
    );
  });
});
