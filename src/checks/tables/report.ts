import { splitList, wholeMatch } from '../../connector/expressions.ts';
import { takesNewTables } from '../../connector/table-choice.ts';
import { keyEntries, qualified } from '../../connector/table-selection.ts';
import type { FacilitySettings } from '../../settings/facility.ts';
import { findingSql } from './finding-sql.ts';
import { FINDING_TEXTS, type FindingText } from './finding-texts.ts';
import { FINDING_CODES, type FindingCode, type JudgedTable, PROBLEMS } from './judged.ts';

/** What `--only` can show. */
export const VIEWS = [
  'problems',
  'findings',
  'streaming',
  'left-out',
  'captured',
  'not-captured',
  'no-key',
  'drift',
] as const;
export type View = (typeof VIEWS)[number];

export function isView(text: string): text is View {
  return VIEWS.some((view) => view === text);
}

const SHOWS: Record<View, (table: JudgedTable) => boolean> = {
  problems: ({ findings }) => findings.some(({ code }) => PROBLEMS.has(code)),
  findings: ({ findings }) => findings.length > 0,
  streaming: ({ streams }) => streams,
  'left-out': ({ streams }) => !streams,
  captured: ({ captured }) => captured !== 'no',
  'not-captured': ({ captured }) => captured === 'no',
  'no-key': ({ key }) => key.kind === 'none',
  drift: ({ findings }) => findings.some(({ code }) => code === 'drift'),
};

/** The tables of a view; without one, those that stream and those with something to say. */
export function viewed(tables: readonly JudgedTable[], view: View | 'all' | undefined): JudgedTable[] {
  if (view === 'all') return [...tables];
  if (view !== undefined) return tables.filter(SHOWS[view]);
  return tables.filter((table) => table.streams || table.findings.length > 0);
}

/** One kind of finding with the tables that have it. */
export interface FindingGroup extends FindingText {
  code: FindingCode;
  problem: boolean;
  /** For the DBA, one statement for each table that needs one. */
  sql: readonly string[];
  tables: readonly { name: string; columns: readonly string[] }[];
}

/** Findings of all tables by kind, what stops data first. */
export function findingGroups(tables: readonly JudgedTable[]): FindingGroup[] {
  return FINDING_CODES.flatMap((code) => {
    const having = tables.flatMap((table) =>
      table.findings
        .filter((finding) => finding.code === code)
        .map(({ columns }) => ({ name: qualified(table), columns })),
    );
    if (having.length === 0) return [];
    const concerned = tables.filter(({ findings }) => findings.some((finding) => finding.code === code));
    const sql = concerned.flatMap((table) => findingSql(code, table));
    return [{ code, problem: PROBLEMS.has(code), ...FINDING_TEXTS[code], sql, tables: having }];
  });
}

/** The figures above the list. */
export interface Overview {
  facility: { code: string; name: string };
  database: string;
  cdcEnabled: boolean;
  /** Whether a table that ClinicMaster adds later is chosen by itself (it still has to be captured). */
  newTables: 'stream' | 'left-out';
  lists: { TABLE_INCLUDE_LIST: string; MESSAGE_KEY_COLUMNS: string; COLUMN_EXCLUDE_LIST: string };
  counts: { tables: number; streaming: number; problems: number };
  /** Columns of streaming tables that stay in the hospital, as `schema.table: column, column`. */
  columnsLeftOut: readonly string[];
  /** Entries of the lists that nothing answers to: a table that is gone, or a slip of the pen. */
  idle: readonly { key: string; entry: string }[];
}

export function overview(
  tables: readonly JudgedTable[],
  settings: FacilitySettings,
  cdcEnabled: boolean,
): Overview {
  return {
    facility: { code: settings.facilityCode, name: settings.facilityName },
    database: settings.database.name,
    cdcEnabled,
    newTables: takesNewTables(settings.tableIncludeList, 'dbo') ? 'stream' : 'left-out',
    lists: {
      TABLE_INCLUDE_LIST: settings.tableIncludeList,
      MESSAGE_KEY_COLUMNS: settings.messageKeyColumns,
      COLUMN_EXCLUDE_LIST: settings.columnExcludeList,
    },
    counts: {
      tables: tables.length,
      streaming: tables.filter(({ streams }) => streams).length,
      problems: tables.filter(SHOWS.problems).length,
    },
    columnsLeftOut: tables.filter(({ streams }) => streams).flatMap(columnsLeftOut),
    idle: idle(tables, settings),
  };
}

function columnsLeftOut(table: JudgedTable): string[] {
  const left = table.columns.filter(({ streams }) => !streams).map(({ name }) => name);
  return left.length === 0 ? [] : [`${qualified(table)}: ${left.join(', ')}`];
}

function idle(tables: readonly JudgedTable[], settings: FacilitySettings): Overview['idle'] {
  const named = (expression: string) => tables.some((table) => wholeMatch(expression)(qualified(table)));
  const onColumn = (expression: string) =>
    tables.some((table) =>
      table.columns.some(({ name }) => wholeMatch(expression)(`${qualified(table)}.${name}`)),
    );
  const entries = (key: string, texts: readonly string[], answers: (text: string) => boolean) =>
    texts.filter((entry) => !answers(entry)).map((entry) => ({ key, entry }));
  const keys = keyEntries(settings.messageKeyColumns).filter(({ table }) => table !== 'none');
  const columns = splitList(settings.columnExcludeList).filter((entry) => entry !== 'none');
  return [
    ...entries('TABLE_INCLUDE_LIST', splitList(settings.tableIncludeList), named),
    ...entries(
      'MESSAGE_KEY_COLUMNS',
      keys.map(({ table }) => table),
      named,
    ),
    ...entries('COLUMN_EXCLUDE_LIST', columns, onColumn),
  ];
}
