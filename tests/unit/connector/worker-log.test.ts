import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { lastOnes, liveFold, storedFold } from '../../../src/connector/log-fold.ts';
import {
  atLeast,
  entryGrouper,
  entryText,
  explainEntry,
  hasTrace,
  type LogEntry,
  type LoggedLine,
  rewritten,
} from '../../../src/connector/worker-log.ts';
import { logLines } from '../../fakes/log-lines.ts';

/** Of a real worker (Debezium 3.6.1, Connect 4.3.1) whose SQL Server was stopped. */
const REAL = readFileSync(join(import.meta.dirname, 'stopped-sql-server.txt'), 'utf8');

function entries(lines: readonly LoggedLine[]): LogEntry[] {
  const grouper = entryGrouper();
  return [...lines.map(grouper.push), grouper.flush()].filter((entry) => entry !== undefined);
}

const line = (
  text: string,
  at = '2026-11-24T08:00:00.000000001Z',
  stream: LoggedLine['stream'] = 'stdout',
) => ({
  at,
  stream,
  text,
});

describe('the lines of a real worker', () => {
  const found = entries(logLines(REAL));

  it('become entries, each with its trace, and none is lost', () => {
    const heads = REAL.split('\n').filter((text) => /^\d{4}-/.test(text));
    expect(found.map(({ at }) => at)).toEqual(heads.map((text) => text.split(' ')[0]));
    expect(found.map(entryText).join('\n')).toBe(REAL.trimEnd());
    expect(found.filter(hasTrace).map(({ level, logger }) => `${level} ${logger}`)).toEqual([
      'WARN i.d.c.s.SqlServerConnection',
      'WARN i.d.c.s.SqlServerStreamingChangeEventSource',
      'ERROR i.d.p.ErrorHandler',
      'ERROR i.d.p.ErrorHandler',
      'WARN o.a.k.c.r.AbstractWorkerSourceTask',
    ]);
  });

  it('are explained where they mean trouble, by the innermost cause', () => {
    expect(found.flatMap((entry) => explainEntry(entry)?.code ?? [])).toEqual([
      'harmless-capture-job',
      'sql-connection-stale',
      'sql-unreachable',
      'sql-unreachable',
      'sql-unreachable',
    ]);
    const trouble = found.filter((entry) => atLeast(entry, 'ERROR'));
    expect(trouble.map(explainEntry)[1]?.evidence).toMatch(/^SQLServerException: The TCP\/IP connection/);
  });
});

describe('lines without a head', () => {
  it('of the Java machine are entries of their own: another stream, or a moment later', () => {
    const found = entries([
      line('2026-11-24T08:00:00.000Z INFO  a.B: working'),
      line('OpenJDK 64-Bit Server VM warning: low memory', undefined, 'stderr'),
      line('2026-11-24T08:00:01.000Z ERROR a.B: failed', '2026-11-24T08:00:01.000000000Z'),
      line('java.lang.IllegalStateException: x', '2026-11-24T08:00:01.000100000Z'),
      line(
        'Terminating due to java.lang.OutOfMemoryError: Java heap space',
        '2026-11-24T08:00:09.123456789Z',
      ),
    ]);
    expect(found.map(({ at, level, logger, more }) => [at, level, logger, more.length])).toEqual([
      ['2026-11-24T08:00:00.000Z', 'INFO', 'a.B', 0],
      ['2026-11-24T08:00:00.000Z', 'WARN', 'java', 0],
      ['2026-11-24T08:00:01.000Z', 'ERROR', 'a.B', 1],
      ['2026-11-24T08:00:09.123Z', 'ERROR', 'java', 0],
    ]);
    expect(explainEntry(found[3]!)?.code).toBe('out-of-memory');
  });

  it('at the very beginning are not lost', () => {
    expect(entries([line('  a line'), line('of two')])).toMatchObject([
      { logger: 'java', message: '  a line', more: ['of two'] },
    ]);
  });
});

describe('an entry', () => {
  const [entry] = entries([line('2026-11-24T08:00:00.000Z WARN  a.B: one'), line('two'), line('three')]);

  it('is rewritten as a whole, and keeps its head', () => {
    const cut = rewritten(entry!, (text) => text.replace('one', 'ONE').replace('\ntwo', ''));
    expect(cut).toEqual({ ...entry, message: 'ONE', more: ['three'] });
  });

  it('that is no trouble is not explained; an unknown trace is shown to those who help', () => {
    expect(explainEntry(entry!)).toBeUndefined();
    expect(
      explainEntry({
        ...entry!,
        level: 'INFO',
        more: ['Caused by: x.LoginException: Login failed for user'],
      }),
    ).toBe(undefined);
    expect(
      explainEntry({ ...entry!, more: ['a.b.NewException: strange', '\tat a.b.C(D.java:1)'] }),
    ).toMatchObject({
      code: 'unrecognised',
      evidence: 'NewException: strange',
      commands: ['clinicmaster-cdc bundle'],
    });
  });
});

/** Entries at the given seconds. */
const said = (message: string, ...seconds: number[]): LogEntry[] =>
  seconds.map((second) => ({
    at: new Date(Date.UTC(2026, 10, 24, 8) + second * 1000).toISOString(),
    level: 'WARN',
    logger: 'a.B',
    message,
    more: [],
  }));
const foldEntries = (entries: LogEntry[]) => {
  const fold = storedFold();
  for (const entry of entries) fold.push(entry);
  return fold.groups();
};
const inOrder = (entries: LogEntry[]) => entries.toSorted((a, b) => (a.at < b.at ? -1 : 1));

describe('repetitions', () => {
  it('are folded across what stands between them, and though their numbers differ', () => {
    const tries = said('x', 0, 10, 20).map((entry, at) => ({
      ...entry,
      message: `Retry ${at} at LSN 0000${at}a:f${at}`,
    }));
    const folded = foldEntries(inOrder([...tries, ...said('waiting', 1, 11, 21), ...said('once', 5)]));
    expect(folded.map(({ entry, count, lastAt }) => [entry.message, count, lastAt.slice(14, 19)])).toEqual([
      ['Retry 0 at LSN 00000a:f0', 3, '00:20'],
      ['waiting', 3, '00:21'],
      ['once', 1, '00:05'],
    ]);
  });

  it('after a silence of more than ten minutes are news again', () => {
    expect(foldEntries(said('x', 0, 600, 1201)).map(({ count }) => count)).toEqual([2, 1]);
  });

  it('with another cause, level or logger are not the same', () => {
    const [one, two] = said('x', 0, 1) as [LogEntry, LogEntry];
    expect(foldEntries([one, { ...two, more: ['Caused by: y'] }, { ...two, level: 'ERROR' }])).toHaveLength(
      3,
    );
    const frames = { ...two, more: ['\tat a.b.C(D.java:1)'] };
    expect(
      foldEntries([{ ...one, more: ['\tat a.b.C(D.java:99)', '\tat z.Z(Z.java)'] }, frames]),
    ).toHaveLength(1);
  });

  it('stay apart where each counts, and the last ones are kept', () => {
    const fold = lastOnes(2);
    for (const entry of said('x', 0, 1, 2)) fold.push(entry);
    expect(fold.groups().map(({ lastAt, count }) => [lastAt.slice(17, 19), count])).toEqual([
      ['01', 1],
      ['02', 1],
    ]);
  });

  it('are reported each minute while they come, and at the end', () => {
    const live = liveFold();
    const shown = said('x', 0, 20, 40, 60, 70, 75).map((entry) => live.push(entry));
    expect(shown.map((one) => (one === undefined ? '' : Object.keys(one)[0]))).toEqual([
      'show',
      '',
      '',
      'report',
      '',
      '',
    ]);
    expect(shown[3]).toMatchObject({ report: { count: 3 } });
    expect(live.flush()).toMatchObject([{ count: 2, entry: { at: '2026-11-24T08:01:00.000Z' } }]);
    expect(live.flush()).toEqual([]);
    expect(live.push(said('x', 700)[0]!)).toHaveProperty('show');
  });
});
