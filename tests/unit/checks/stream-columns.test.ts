import { describe, expect, it } from 'vitest';
import type { CheckContext } from '../../../src/checks/context.ts';
import { streamColumns } from '../../../src/checks/pipeline/stream-columns.ts';
import { facility, gist, judge } from './fixtures.ts';

const row = (table: string, column: string, more: object = {}) => ({
  ...{ schema_name: 'dbo', table_name: table, capture_instance: `dbo_${table}_v2` },
  ...{ role_name: null, age_s: 3600, column_name: column, ...more },
});
const record = (table: string, ...columns: string[]) => ({
  value: JSON.stringify({
    tableChanges: [
      { id: `"ClinicMasterMOH"."dbo"."${table}"`, table: { columns: columns.map((name) => ({ name })) } },
    ],
  }),
});

async function judged(rows: object[], records: object[], settings = facility()) {
  const context = {
    settings,
    names: { topics: { schemaHistory: 'h' } },
    sql: { query: async () => ({ ok: true, value: rows }) },
    kafka: { newestRecords: async () => ({ ok: true, value: { records, whole: true } }) },
    inside: async () => undefined,
  } as unknown as CheckContext;
  const facts = await streamColumns.probe(context, new AbortController().signal);
  return judge(streamColumns, facts, settings);
}

describe('stream-columns', () => {
  const visits = [row('Visits', 'VisitNo'), row('Visits', 'Village')];
  it.each([
    ['all known', visits, [record('Visits', 'VisitNo', 'Village')], 'pass ok'],
    [
      'known by the newest entry',
      visits,
      [record('Visits', 'VisitNo'), record('Visits', 'VisitNo', 'Village')],
      'pass ok',
    ],
    [
      'a column that the connector does not read by',
      visits,
      [record('Visits', 'VisitNo')],
      'fail stream-columns-missed dba',
    ],
    [
      'one that came within the hour',
      visits.map((one) => ({ ...one, age_s: 3599 })),
      [record('Visits', 'VisitNo')],
      'skip stream-columns-none',
    ],
    ['no table in the history', visits, [], 'skip stream-columns-none'],
    [
      'a table of our own',
      [row('heartbeat', 'new', { schema_name: 'clinicmaster_cdc' })],
      [],
      'skip stream-columns-none',
    ],
  ])('%s', async (_, rows, records, expected) => {
    expect(gist(await judged(rows, records))).toBe(expected);
  });

  it('does not miss a column that stays in the hospital', async () => {
    const settings = { ...facility(), columnExcludeList: 'dbo\\.Visits\\.Village' };
    expect(gist(await judged(visits, [record('Visits', 'VisitNo')], settings))).toBe('pass ok');
  });

  it('names table and columns, and gives the DBA the statement', async () => {
    const verdict = await judged(visits, [record('Visits', 'VisitNo')]);
    expect(verdict.current).toBe('dbo.Visits: Village');
    expect(verdict.remedy?.sql?.[1]).toContain(
      "@capture_instance = N'dbo_Visits_v2_again', @role_name = NULL",
    );
  });
});
