import { describe, expect, it } from 'vitest';
import { sampleChanges, sampleQuestion } from '../../../src/checks/tables/change-size.ts';
import { compared } from '../../../src/checks/tables/choice-change.ts';
import {
  assemble,
  type CaptureInstance,
  type ColumnFacts,
  type TableFacts,
  typeText,
} from '../../../src/checks/tables/facts.ts';
import { FINDING_TEXTS } from '../../../src/checks/tables/finding-texts.ts';
import { FINDING_CODES, judgeTables } from '../../../src/checks/tables/judged.ts';
import { findingGroups, VIEWS, viewed } from '../../../src/checks/tables/report.ts';

function column(name: string, changes: Partial<ColumnFacts> = {}): ColumnFacts {
  const base = changes.base === undefined ? (changes.type ?? 'int') : changes.base;
  return {
    name,
    type: 'int',
    base,
    maxLength: 4,
    precision: 10,
    scale: 0,
    nullable: true,
    computed: false,
    masked: false,
    encrypted: false,
    ...changes,
  };
}

function instance(name: string, columns: readonly ColumnFacts[]): CaptureInstance {
  return {
    name,
    role: null,
    dropPending: false,
    columns: columns.map((one) => ({
      name: one.name,
      type: one.base === null ? null : typeText({ ...one, type: one.base }),
    })),
  };
}

/** A table that is as it should be. */
function table(changes: Partial<TableFacts> = {}): TableFacts {
  const columns = changes.columns ?? [
    column('Id', { nullable: false }),
    column('Note', { type: 'nvarchar', maxLength: 120 }),
  ];
  return {
    schema: 'dbo',
    table: 'Visits',
    rows: 10,
    bytes: 8192,
    columns,
    primaryKey: ['Id'],
    uniqueIndexes: [],
    tracked: true,
    instances: [instance('dbo_Visits', columns)],
    ...changes,
  };
}

const LISTS = { tableIncludeList: 'dbo\\..*', messageKeyColumns: 'none:none', columnExcludeList: 'none' };
const judged = (one: TableFacts, lists: Partial<typeof LISTS> = {}, bytes?: number) =>
  judgeTables(
    { cdcEnabled: true, tables: [one], unanswered: [] },
    { ...LISTS, ...lists },
    new Map(
      bytes === undefined
        ? []
        : [[`${one.schema}.${one.table}`, { bytes, from: 'sample' as const, rows: 3 }]],
    ),
  )[0]!;
const found = (...given: Parameters<typeof judged>) =>
  judged(...given).findings.map(({ code, columns }) => [code, ...columns].join(' | '));
const odd = (name: string, changes: Partial<ColumnFacts>) => {
  const columns = [column('Id', { nullable: false }), column(name, changes)];
  return table({ columns, instances: [instance('i', columns)] });
};

describe('findings of a table', () => {
  const unkeyed = { primaryKey: [] };
  const uncaptured = { tracked: false, instances: [] };
  const columns = table().columns;
  it.each<[string, string[], TableFacts, Partial<typeof LISTS>?, number?]>([
    ['nothing', [], table()],
    ['no key', ['no-key'], table(unkeyed)],
    [
      'a key named for it',
      ['nullable-key | Note'],
      table(unkeyed),
      { messageKeyColumns: 'dbo\\.Visits:Id,Note' },
    ],
    [
      'a key of columns that are not there',
      ['no-key'],
      table(unkeyed),
      { messageKeyColumns: 'dbo\\.Visits:Gone' },
    ],
    [
      'a unique index',
      ['unique-index | Id'],
      table({ ...unkeyed, uniqueIndexes: [{ name: 'U', columns: ['Id'] }] }),
    ],
    ['a key column left out', ['key-left-out | Id'], table(), { columnExcludeList: 'dbo\\.Visits\\.Id' }],
    [
      'a key column not captured',
      ['key-not-captured | Id', 'drift | Id (new)'],
      table({ instances: [instance('i', columns.slice(1))] }),
    ],
    ['no capture', ['not-captured'], table(uncaptured)],
    [
      'a capture that ends',
      ['ending'],
      table({ instances: [{ ...instance('i', columns), dropPending: true }] }),
    ],
    [
      'two instances',
      ['two-instances | b | a'],
      table({ instances: [instance('b', columns), instance('a', columns)] }),
    ],
    ['a login that may not see what is captured', [], table({ instances: null })],
    ['left out and captured', ['captured-for-nothing'], table(), { tableIncludeList: 'dbo\\.Other' }],
    [
      'left out and not captured',
      [],
      table({ ...uncaptured, ...unkeyed }),
      { tableIncludeList: 'dbo\\.Other' },
    ],
    ['another schema', ['other-schema'], table({ schema: 'lab' }), { tableIncludeList: 'lab\\..*' }],
    ['the schema of our own tables', [], table({ schema: 'clinicmaster_cdc' })],
    ['a row of 20 MB', ['huge-change'], table(), {}, 20_000_000],
    ['a row of 2 MB', [], table(), {}, 2_000_000],
    ['an old large type', ['old-large | Scan (image)'], odd('Scan', { type: 'image', maxLength: 16 })],
    ['max', ['large | Text (nvarchar(max))'], odd('Text', { type: 'nvarchar', maxLength: -1 })],
    ['xml', ['large | X (xml)'], odd('X', { type: 'xml', maxLength: -1 })],
    ['rowversion', ['rowversion | V (timestamp)'], odd('V', { type: 'timestamp', maxLength: 8 })],
    ['computed', ['computed | Age (int)'], odd('Age', { computed: true })],
    ['masked', ['masked | Phone (int)'], odd('Phone', { masked: true })],
    ['encrypted', ['encrypted | Nin (int)'], odd('Nin', { encrypted: true })],
    ['sql_variant', ['no-such-type | V (sql_variant)'], odd('V', { type: 'sql_variant' })],
    [
      'CLR',
      ['no-such-type | Where (geography)'],
      odd('Where', { type: 'geography', base: null, maxLength: -1 }),
    ],
    [
      'an alias of a built-in type',
      [],
      odd('Code', { type: 'PatientCode', base: 'nvarchar', maxLength: 40 }),
    ],
    [
      'an odd type that is left out',
      [],
      odd('V', { type: 'sql_variant' }),
      { columnExcludeList: 'dbo\\.Visits\\.V' },
    ],
  ])('%s', (_, expected, one, lists, bytes) => {
    expect(found(one, lists, bytes)).toEqual(expected);
  });

  it('sees what changed since the capture was made', () => {
    const then = [columns[0]!, column('Gone'), column('Note', { type: 'nvarchar', maxLength: 60 })];
    const now = [
      ...columns,
      column('Fresh'),
      column('Sum', { computed: true }),
      column('V', { type: 'timestamp', maxLength: 8 }),
    ];
    const captured = instance('i', [...then, column('V', { type: 'binary', maxLength: 8 })]);
    const drift = judged(table({ columns: now, instances: [captured] })).findings.find(
      ({ code }) => code === 'drift',
    );
    expect(drift?.columns).toEqual([
      'Fresh (new)',
      'Gone (no longer there)',
      'Note (now nvarchar(60), captured as nvarchar(30))',
    ]);
    // One that is left out, and one whose type may not be seen, are no drift.
    const quiet = table({
      columns: [...columns, column('Fresh')],
      instances: [
        {
          ...instance('i', columns),
          columns: [
            { name: 'Id', type: null },
            { name: 'Note', type: null },
          ],
        },
      ],
    });
    expect(found(quiet, { columnExcludeList: 'dbo\\.Visits\\.Fresh' })).toEqual([]);
  });

  it('are all explained, with someone who acts', () => {
    expect(Object.keys(FINDING_TEXTS).sort()).toEqual([...FINDING_CODES].sort());
    for (const { title, meaning, todo } of Object.values(FINDING_TEXTS)) {
      for (const text of [title, meaning, todo]) expect(text.length).toBeGreaterThan(3);
    }
  });

  it('are grouped, problems first, and cut by view', () => {
    const tables = [
      judged(table({ table: 'A', ...unkeyed })),
      judged(table({ table: 'B', ...uncaptured })),
      judged(table({ table: 'C' }), { tableIncludeList: 'x' }),
    ];
    expect(
      findingGroups(tables).map(({ code, problem, tables: having }) => [code, problem, having[0]?.name]),
    ).toEqual([
      ['no-key', true, 'dbo.A'],
      ['not-captured', true, 'dbo.B'],
      ['captured-for-nothing', false, 'dbo.C'],
    ]);
    const shown = (view: Parameters<typeof viewed>[1]) =>
      viewed(tables, view)
        .map((one) => one.table)
        .join('');
    expect(VIEWS.map((view) => `${view} ${shown(view)}`)).toEqual([
      'problems AB',
      'findings ABC',
      'streaming AB',
      'left-out C',
      'captured AC',
      'not-captured B',
      'no-key A',
      'drift ',
    ]);
    expect([shown(undefined), shown('all')]).toEqual(['ABC', 'ABC']);
  });
});

describe('statements for the DBA', () => {
  it.each<[string, string[], TableFacts, Partial<typeof LISTS>?]>([
    [
      'the end of what nobody reads',
      [
        "EXEC sys.sp_cdc_disable_table @source_schema = N'dbo', @source_name = N'Visits', @capture_instance = N'all';",
      ],
      table(),
      { tableIncludeList: 'dbo\\.Other' },
    ],
    ['nothing where a command does it', [], table({ tracked: false, instances: [] })],
  ])('%s', (_, expected, facts, lists) => {
    expect(findingGroups([judged(facts, lists)]).flatMap(({ sql }) => sql)).toEqual(expected);
  });
});

describe('the size of a change', () => {
  it('is asked of few rows, by lengths alone, without waiting', () => {
    const columns = [
      column('Id'),
      column('N]t', { type: 'nvarchar' }),
      column('B', { type: 'varbinary' }),
      column('X', { type: 'xml' }),
    ];
    expect(sampleQuestion(table(), columns)).toMatchInlineSnapshot(`
      "SET LOCK_TIMEOUT 1000;
      SELECT MAX(r.bytes) AS largest, COUNT(*) AS sampled FROM (
        SELECT TOP (200) ISNULL(CAST(DATALENGTH([N]]t]) AS bigint), 0) / 2 + ISNULL(CAST(DATALENGTH([B]) AS bigint), 0) * 4 / 3 + ISNULL(CAST(DATALENGTH([X]) AS bigint), 0) AS bytes
        FROM [dbo].[Visits] WITH (READPAST)) AS r"
    `);
    expect(sampleQuestion(table(), [column('Id')])).toBeUndefined();
  });
});

describe('sampling', () => {
  it('ends after a while, and says which tables were not asked', async () => {
    let now = 0;
    const asked: string[] = [];
    const sql = {
      address: 'x',
      open: () => Promise.reject(new Error('not needed')),
      tls: () => Promise.reject(new Error('not needed')),
      close: async () => {},
      query: async (text: string) => {
        asked.push(/FROM \[dbo\]\.\[(\w)\]/.exec(text)?.[1] ?? '?');
        now += 5000;
        return { ok: true as const, value: [{ largest: '100', sampled: 7 }] as never };
      },
    };
    const max = [column('T', { type: 'nvarchar', maxLength: -1 })];
    const tables = ['A', 'B', 'C', 'D'].map((name) => table({ table: name, columns: max }));
    tables.push(table({ table: 'E', columns: max, rows: 0 }), table({ table: 'F', columns: [column('N')] }));
    const { sizes, unanswered } = await sampleChanges(
      tables,
      () => false,
      sql,
      { now: () => now },
      new AbortController().signal,
    );
    expect(asked).toEqual(['A', 'B']);
    expect(unanswered).toEqual(['Size of a change of dbo.C, dbo.D: not asked, after 8 seconds of asking']);
    expect([...sizes].map(([name, { from, rows }]) => [name, from, rows])).toEqual([
      ['dbo.A', 'sample', 7],
      ['dbo.B', 'sample', 7],
      ['dbo.F', 'types', 0],
    ]);
    // An empty table with a column that has no limit: nothing can be said.
    expect(sizes.has('dbo.E')).toBe(false);
  });
});

describe('the answers of SQL Server', () => {
  it('become tables by name, keys in their order', () => {
    const one = {
      name: 'Id',
      type_name: 'int',
      base_name: 'int',
      max_length: 4,
      precision: 10,
      scale: 0,
      is_nullable: false,
      is_computed: false,
      is_masked: false,
      encryption_type: null,
    };
    const [a, b] = assemble({
      tables: [
        { id: 2, schema_name: 'dbo', table_name: 'b', tracked: false, row_count: null },
        { id: 1, schema_name: 'dbo', table_name: 'A', tracked: true, row_count: '5000000000' },
      ],
      columns: [
        { id: 1, ...one },
        { id: 2, ...one, encryption_type: 1 },
      ],
      indexes: [
        { id: 1, index_name: 'PK', is_primary_key: true, column_name: 'Y' },
        { id: 1, index_name: 'PK', is_primary_key: true, column_name: 'X' },
        { id: 1, index_name: 'U', is_primary_key: false, column_name: 'Z' },
      ],
      sizes: [{ id: 1, pages: '3' }],
      captured: null,
    });
    expect(a).toMatchObject({
      table: 'A',
      rows: 5e9,
      bytes: 24_576,
      primaryKey: ['Y', 'X'],
      uniqueIndexes: [{ name: 'U', columns: ['Z'] }],
      instances: null,
    });
    expect(b).toMatchObject({
      table: 'b',
      rows: null,
      bytes: null,
      primaryKey: [],
      columns: [{ encrypted: true }],
    });
  });

  it.each([
    [column('c', { type: 'decimal', precision: 10, scale: 2 }), 'decimal(10,2)'],
    [column('c', { type: 'datetime2', scale: 7 }), 'datetime2(7)'],
    [column('c', { type: 'nchar', maxLength: 20 }), 'nchar(10)'],
    [column('c', { type: 'varbinary', maxLength: -1 }), 'varbinary(max)'],
    [column('c', { type: 'sysname', base: 'nvarchar', maxLength: 256 }), 'sysname'],
  ])('write types as CREATE TABLE does', (one, text) => {
    expect(typeText(one)).toBe(text);
  });
});

describe('what another choice means', () => {
  const change = (
    one: TableFacts,
    before: Partial<typeof LISTS>,
    after: Partial<typeof LISTS>,
    installed = true,
  ) => compared([judged(one, before)], [judged(one, after)], installed);
  const codes = (...given: Parameters<typeof change>) => change(...given).meaning.map(({ code }) => code);
  const none = { tableIncludeList: 'dbo\\.Other' };

  it('tells what must be done about a table that starts', () => {
    expect(change(table(), none, {})).toMatchObject({ starts: ['dbo.Visits'], stops: [] });
    expect(codes(table(), none, {})).toEqual(['not-copied']);
    expect(codes(table(), none, {}, false)).toEqual([]);
    expect(codes(table({ tracked: false, instances: [], primaryKey: [] }), none, {})).toEqual([
      'not-captured',
      'no-key',
      'not-copied',
    ]);
  });
  it('tells that rows of a table that stops stay', () => {
    expect(change(table(), {}, none).stops).toEqual(['dbo.Visits']);
    expect(codes(table(), {}, none)).toEqual(['rows-stay']);
  });
  it('tells what a key does to the warehouse', () => {
    const keyed = { messageKeyColumns: 'dbo\\.Visits:Note' };
    expect(change(table(), {}, keyed).keys).toEqual([
      { table: 'dbo.Visits', before: ['Id'], after: ['Note'] },
    ]);
    expect(codes(table(), {}, keyed)).toEqual(['key-changes', 'key-must-identify', 'key-nullable']);
    expect(codes(table({ primaryKey: [] }), {}, { messageKeyColumns: 'dbo\\.Visits:Id' })).toEqual([
      'key-must-identify',
    ]);
  });
  it('tells where the values of a column stay', () => {
    const less = { columnExcludeList: 'dbo\\.Visits\\.Note' };
    expect(change(table(), {}, less).columnsLeftOut).toEqual(['dbo.Visits.Note']);
    expect(codes(table(), {}, less)).toEqual(['values-stay', 'still-captured']);
    expect(codes(table(), {}, less, false)).toEqual(['still-captured']);
    expect(change(table(), less, {}).columnsStreaming).toEqual(['dbo.Visits.Note']);
    expect(codes(table(), less, {})).toEqual(['values-return']);
  });
});
