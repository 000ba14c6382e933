import { describe, expect, it } from 'vitest';
import type { CheckContext } from '../../../src/checks/context.ts';
import { kindOf } from '../../../src/checks/health/kinds.ts';
import { streamValues } from '../../../src/checks/pipeline/stream-values.ts';
import { leftOutValues } from '../../../src/connector/left-out-values.ts';
import { gist, judge } from './fixtures.ts';

const BORN =
  "2026-11-25T08:00:01.000Z WARN  i.d.j.JdbcValueConverters: Failed to convert value '0001-01-01 O'Neill' from column 'Born datetime2(27, 7) DEFAULT VALUE NULL' to 'long'";
const SEEN =
  "2026-11-25T08:00:02.000Z WARN  i.d.r.TableSchemaBuilder: Failed to properly convert data value for 'Moh.dbo.Visits.Seen' of type datetime2";
const LOG = ['2026-11-25T08:00:00.000Z INFO  x: started', BORN, BORN, SEEN, '\tat x.Y.z(Y.java:1)'].join(
  '\n',
);

describe('stream-values', () => {
  it('counts by column, and keeps no value', () => {
    expect(leftOutValues(LOG)).toEqual({
      leftOut: { Born: 2, 'Moh.dbo.Visits.Seen': 1 },
      last: '2026-11-25T08:00:02.000Z',
    });
    expect(leftOutValues('')).toEqual({ leftOut: {}, last: null });
  });

  it.each([
    ['Date Of Birth datetime2(27, 7) NOT NULL', 'Date Of Birth'],
    ['Seen date', 'Seen'],
    ['Sum money(19, 4)', 'Sum'],
    ['odd', 'odd'],
  ])('names the column of %s without its type', (column, name) => {
    expect(leftOutValues(`Failed to convert value 'x' from column '${column}' to 'long'`).leftOut).toEqual({
      [name]: 1,
    });
  });

  it('asks for the log of one day', async () => {
    const asked: unknown[] = [];
    const engine = {
      logs: async (...question: unknown[]) => {
        asked.push(question);
        return LOG;
      },
    };
    const context = {
      docker: async () => engine,
      names: { container: 'clinicmasterwarehouse' },
      clock: { now: () => Date.parse('2026-11-25T09:00:00Z') },
    } as unknown as CheckContext;
    const found = await streamValues.probe(context, AbortSignal.timeout(1000));
    expect(found.leftOut).toEqual({ Born: 2, 'Moh.dbo.Visits.Seen': 1 });
    const sinceSeconds = Date.parse('2026-11-24T09:00:00Z') / 1000;
    expect(asked).toEqual([['clinicmasterwarehouse', { tail: 5000, sinceSeconds }]]);
  });

  it('says that data are lost, in which columns, and since when', () => {
    const verdict = judge(streamValues, leftOutValues(LOG));
    expect(gist(verdict)).toBe('fail stream-values-left-out central-team');
    expect(verdict.summary).toBe('3 values arrived as NULL though the hospital has them.');
    expect(verdict.current).toBe('in Born and Moh.dbo.Visits.Seen; the last at 2026-11-25T08:00:02.000Z');
    expect(kindOf('stream-values', verdict)).toBe('lost');
    expect(verdict.remedy?.doc).toBe('docs/playbooks/poison-row.md');
  });

  it('is well without any', () => {
    expect(gist(judge(streamValues, { leftOut: {}, last: null }))).toBe('pass ok');
  });
});
