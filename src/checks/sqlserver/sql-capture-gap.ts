import type { SqlAnswer } from '../../adapters/sqlserver-port.ts';
import { qualified } from '../../connector/table-selection.ts';
import type { FacilitySettings } from '../../settings/facility.ts';
import type { FacilityCheck } from '../context.ts';
import type { Recollection } from '../memory.ts';
import type { Verdict } from '../types.ts';
import { counted, fail, listed, pass } from '../verdicts.ts';
import { cannotTell } from './answers.ts';
import { grantCdc } from './grants.ts';
import { type Position, storedPosition } from './position.ts';
import { accepted, withoutMemory } from './recollection.ts';

const ID = 'sql-capture-gap';

export type InstanceRow = {
  schema_name: string;
  table_name: string;
  capture_instance: string;
  object_id: number;
  create_date: string;
  /** `0x…`: where its change table begins. */
  start_lsn: string;
};

export type GapFacts = {
  instances: SqlAnswer<InstanceRow>;
  position: Position;
  before: Recollection<InstanceRow[] | null>;
  /** Why what is seen now could not be noted. */
  kept: string | null;
};

/** Name in the memory of a facility. */
export const gapKey = ({ database }: FacilitySettings) => `capture-instances of ${database.name}`;

/**
 * No table's capture was dropped and made anew, or cleaned up, behind the connector's back. Debezium compares its position
 * with the oldest capture instance of all and clamps each table's range to its own, so a table that lost changes goes on as
 * if nothing were (domain: silent failure S3).
 */
export const sqlCaptureGap: FacilityCheck<GapFacts> = {
  id: ID,
  title: 'No table lost changes between two captures',
  area: 'sqlserver',
  when: ['after-install', 'daily'],
  needs: ['sql-db-cdc-enabled'],
  timeoutMs: 8000,
  touches: 'notes the capture instances in seen.json of the facility folder',
  fixes: [
    accepted(
      [`${ID}-replaced`, `${ID}-lost`],
      gapKey,
      'takes the capture instances of now as the ones to compare with; the missing changes stay missing',
    ),
  ],

  async probe(context, signal) {
    const { sql, memory, settings } = context;
    const instances = await sql.query<InstanceRow>(
      `SELECT s.name AS schema_name, t.name AS table_name, ct.capture_instance AS capture_instance, ct.object_id AS object_id,
              CONVERT(varchar(23), ct.create_date, 126) AS create_date, CONVERT(varchar(24), ct.start_lsn, 1) AS start_lsn
       FROM cdc.change_tables AS ct
       JOIN sys.tables AS t ON t.object_id = ct.source_object_id
       JOIN sys.schemas AS s ON s.schema_id = t.schema_id
       WHERE ct.start_lsn IS NOT NULL`,
      {},
      signal,
    );
    const position = await storedPosition(context, signal);
    const before = (await memory.recall(gapKey(settings))) as Recollection<InstanceRow[] | null>;
    if (!instances.ok) return { instances, position, before, kept: null };
    const value = remembered(instances.value, before.value ?? [], position.lsn);
    return { instances, position, before, kept: await memory.keep(gapKey(settings), value) };
  },

  judge({ instances, position, before, kept }, settings) {
    if (!instances.ok) return cannotTell(ID, instances.failure, grantCdc(settings));
    const gaps = gapsOf(instances.value, before.value ?? [], position.lsn);
    if (gaps.length > 0) return judgeGaps(gaps, before.at, settings);
    const forgetful = withoutMemory(ID, before, kept);
    if (forgetful !== undefined) return forgetful;
    const count = counted(instances.value.length, 'capture instance');
    return before.value === null
      ? pass(`${count}, noted for comparison`)
      : pass(`${count}, as seen before`, `since ${before.at}`);
  },
};

/** Tables whose changes may be missing; `certain`: some were deleted before they were read. */
export function tablesWithGaps({
  instances,
  before,
  position,
}: GapFacts): { table: string; certain: boolean }[] {
  if (!instances.ok) return [];
  return gapsOf(instances.value, before.value ?? [], position.lsn).map(({ table, certain }) => ({
    table,
    certain,
  }));
}

/** What to compare with once these tables are dealt with: their capture of now, and everything else as it was. */
export function dealtWith({ instances, before }: GapFacts, tables: readonly string[]): InstanceRow[] {
  const now = instances.ok ? instances.value : [];
  const done = (row: InstanceRow) => tables.includes(nameOf(row));
  return [...(before.value ?? []).filter((row) => !done(row)), ...now.filter(done)];
}

interface Gap {
  table: string;
  /** The connector has not come to the beginning of the new change table: what lies between is lost for certain. */
  certain: boolean;
  was: string;
  is: string;
}

/** Tables whose changes may be missing. @param lsn the connector's position, null when it is not known */
function gapsOf(now: readonly InstanceRow[], before: readonly InstanceRow[], lsn: string | null): Gap[] {
  const old = byTable(before);
  // When all of them begin after the position, the retention has passed: that is for sql-offset-window to say.
  const allLater = lsn !== null && now.every(({ start_lsn }) => start_lsn > lsn);
  return [...byTable(now)].flatMap(([table, rows]) => {
    const known = old.get(table);
    const was = known?.at(-1);
    const is = rows[0];
    if (known === undefined || was === undefined || is === undefined) return [];
    const later = lsn !== null && rows.every(({ start_lsn }) => start_lsn > lsn);
    const same = rows.filter((row) => known.some((one) => one.object_id === row.object_id));
    const gap = (certain: boolean): Gap[] => [{ table, certain, was: shown(was), is: shown(is) }];
    if (same.length === 0) return gap(later && !allLater);
    const moved = same.every((row) =>
      known.some((one) => one.object_id === row.object_id && one.start_lsn < row.start_lsn),
    );
    return later && moved && !allLater ? gap(true) : [];
  });
}

/** What to compare with next time: of tables with a gap the old state, so that the finding stays until it is accepted. */
function remembered(
  now: readonly InstanceRow[],
  before: readonly InstanceRow[],
  lsn: string | null,
): InstanceRow[] {
  const gaps = new Set(gapsOf(now, before, lsn).map(({ table }) => table));
  const current = byTable(now);
  const held = before.filter((row) => gaps.has(nameOf(row)) || !current.has(nameOf(row)));
  return [...now.filter((row) => !gaps.has(nameOf(row))), ...held];
}

function byTable(rows: readonly InstanceRow[]): Map<string, InstanceRow[]> {
  const tables = new Map<string, InstanceRow[]>();
  for (const row of rows) tables.set(nameOf(row), [...(tables.get(nameOf(row)) ?? []), row]);
  return tables;
}

function nameOf(row: InstanceRow): string {
  return qualified({ schema: row.schema_name, table: row.table_name });
}

function shown({ capture_instance, create_date, start_lsn }: InstanceRow): string {
  return `${capture_instance} of ${create_date.slice(0, 16)} from ${start_lsn}`;
}

function judgeGaps(gaps: readonly Gap[], since: string | null, { dir }: FacilitySettings): Verdict {
  const certain = gaps.filter((gap) => gap.certain);
  const told = certain.length > 0 ? certain : gaps;
  const names = told.map(({ table }) => table).sort();
  const code = certain.length > 0 ? `${ID}-lost` : `${ID}-replaced`;
  const summary =
    certain.length > 0
      ? `Changes of ${listed(names)} were deleted before they were read.`
      : `The capture of ${listed(names)} was dropped and made anew; changes in between may be missing.`;
  return fail(code, summary, {
    current: gaps.map(({ table, was, is }) => `${table}: was ${was}, is ${is}`).join('; '),
    required: `the capture instances seen at ${since ?? 'the last run'}, or a new one beside the old for a while`,
    remedy: {
      text:
        'Often a script of a ClinicMaster upgrade has done it. The first command copies these tables again beside the stream, these ' +
        'alone, and then forgets this; rows that were deleted in between the central team marks before. If the DBA handed over ' +
        'properly, with both instances there until the connector had passed, nothing is missing: then the second one.',
      commands: [
        `clinicmaster-cdc recover gap --dir ${dir}`,
        `clinicmaster-cdc doctor --only ${ID} --fix --accept-risk forget`,
      ],
      who: 'central-team',
    },
  });
}
