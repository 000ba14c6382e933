import { estimateCopy } from '../../checks/tables/copy-estimate.ts';
import { copyObstacle } from '../../checks/tables/copyable.ts';
import { judgeTables } from '../../checks/tables/judged.ts';
import { readInventory } from '../../checks/tables/questions.ts';
import type { CopyState } from '../../connector/copy-state.ts';
import {
  type CopyWindow,
  isOpen,
  parseWindow,
  untilChange,
  windowText,
} from '../../connector/copy-window.ts';
import { facilityNames } from '../../connector/names.ts';
import { allTablesSignal, controlSignal } from '../../connector/signals.ts';
import { includes, qualified } from '../../connector/table-selection.ts';
import type { Context } from '../../context.ts';
import { CliError, EXIT } from '../../errors.ts';
import {
  clearMarks,
  firstCopyOf,
  putSignal,
  readSignals,
  signalAccess,
} from '../../install/database/signals.ts';
import type { Step } from '../../install/step.ts';
import type { FacilitySettings } from '../../settings/facility.ts';
import type { Values } from '../../settings/field.ts';
import { spanText } from '../../units.ts';

/** Of the template (templates/connector/facility-source.json). */
export const CHUNK_ROWS = 2048;

/**
 * A first copy in a window goes through Debezium's signal table, and is for a facility that has not had one: asked before
 * anything is changed.
 * @param existing the `.env` of before; undefined for a new facility
 * @throws CliError when the table is missing, or the facility streams already
 */
export async function firstCopyPossible(
  existing: Values | undefined,
  streams: boolean,
  settings: FacilitySettings,
  context: Context,
): Promise<void> {
  if (settings.firstCopyWindow === '') return;
  if (streams && existing !== undefined && (existing.FIRST_COPY_WINDOW ?? '') === '') {
    throw new CliError(
      'copy.had-first',
      'This facility has had its first copy: a window would come too late.',
      {
        exitCode: EXIT.usage,
        seen: `FIRST_COPY_WINDOW ${settings.firstCopyWindow}, and a stream that is under way`,
        needed: 'No window. A table that is to be copied again is named.',
        commands: ['clinicmaster-cdc init --first-copy-window at-once', 'clinicmaster-cdc snapshot TABLE'],
      },
    );
  }
  const sql = await context.sqlServer(settings.database);
  try {
    await signalAccess(sql, context.signal);
  } finally {
    await sql.close();
  }
}

/** `22:00–05:00 (UTC+3), opens in 3.5 h`. */
function hoursText(window: CopyWindow, now: number): string {
  const left = spanText(untilChange(window, now) * 60);
  return `${windowText(window)}, ${isOpen(window, now) ? 'open for' : 'opens in'} ${left}`;
}

/** What the hours mean for a copy that is shown; empty where it has none. */
export function hoursNote(state: CopyState, settings: FacilitySettings, now: number): string[] {
  const window = parseWindow(settings.firstCopyWindow);
  if (window === undefined || state.request?.kind !== 'first') return [];
  if (state.phase === 'finished' || state.phase === 'stopped') {
    return [
      'FIRST_COPY_WINDOW has done its work. clinicmaster-cdc init --first-copy-window at-once lets the connector copy again by itself where its position is lost.',
    ];
  }
  return [
    `This is the first copy, hours ${hoursText(window, now)}. The container pauses it outside of them and goes on the next time. Changes stream all day.`,
  ];
}

/** Connect stores positions every half minute. */
const STORED_LIMIT_MS = 120_000;
const PAUSE_MS = 2_000;

/**
 * Without a stored position a restart begins at the end of SQL Server's log, behind the request, and never reads it (seen).
 * @throws CliError when none is stored in time
 */
export async function positionStored(settings: FacilitySettings, context: Context): Promise<void> {
  const { clock, signal } = context;
  const { connector } = facilityNames(settings.facilityId, settings.instance);
  const connect = await context.connect(settings.restPort);
  const started = clock.now();
  for (;;) {
    const offsets = (await connect.offsets(connector)) ?? [];
    if (offsets.some(({ offset }) => offset !== null)) return;
    if (clock.now() - started > STORED_LIMIT_MS) {
      throw new CliError(
        'copy.no-position',
        'The connector has not stored its position yet, so the first copy is not asked for.',
        {
          seen: `no position in ${STORED_LIMIT_MS / 1000} s`,
          needed: 'A stored position. It comes with the first records; then init asks for the copy.',
          commands: ['clinicmaster-cdc init', 'clinicmaster-cdc doctor --only stream-position'],
        },
      );
    }
    await clock.sleep(PAUSE_MS, signal);
  }
}

/**
 * Asks for the first copy, once in the life of a facility: the request stays in the hospital's database.
 * @param since a request of before that does not count: everything began anew then
 */
export function firstCopyStep(settings: FacilitySettings, context: Context, since = 0): Step[] {
  const window = parseWindow(settings.firstCopyWindow);
  if (window === undefined) return [];
  const { clock, signal } = context;
  const when = () => hoursText(window, clock.now());
  const withSql = async <T>(
    work: (sql: Awaited<ReturnType<Context['sqlServer']>>) => Promise<T>,
  ): Promise<T> => {
    const sql = await context.sqlServer(settings.database);
    try {
      return await work(sql);
    } finally {
      await sql.close();
    }
  };
  return [
    {
      id: 'first-copy',
      title: 'First copy asked for',
      done: () =>
        withSql(async (sql) => {
          const asked = await firstCopyOf(sql, settings.facilityId, signal);
          return asked !== null && asked >= since ? `asked for already; hours ${when()}` : undefined;
        }),
      run: (progress) =>
        withSql(async (sql) => {
          progress('waiting until the position is stored');
          await positionStored(settings, context);
          progress('counting rows');
          const access = await signalAccess(sql, signal);
          const inventory = await readInventory(sql, signal);
          const streaming = inventory.tables.filter(includes(settings.tableIncludeList));
          const judged = judgeTables({ ...inventory, tables: streaming }, settings, new Map());
          const left = judged
            .filter((table) => copyObstacle(table, null, CHUNK_ROWS) !== undefined)
            .map(qualified);
          const copied = streaming.filter((table) => !left.includes(qualified(table)));
          const { rows, chunks, databaseSeconds } = estimateCopy(copied, new Map(), CHUNK_ROWS, null, null);
          await clearMarks(sql, access, signal);
          const { chunksRead: before } = await readSignals(sql, access, signal);
          const { facilityId: by } = settings;
          await putSignal(
            sql,
            allTablesSignal({ by, at: clock.now(), before, chunks, rows }, access.database),
            signal,
          );
          if (!isOpen(window, clock.now())) {
            // Behind the request by its time. What is missed here the container makes up for within half a minute.
            await clock.sleep(10, signal);
            await putSignal(sql, controlSignal('pause', clock.now()), signal);
          }
          const not = left.length === 0 ? '' : `; without ${left.join(', ')}: see clinicmaster-cdc tables`;
          return `${rows} rows, at least ${spanText(databaseSeconds)} of copying; hours ${when()}${not}`;
        }),
    },
  ];
}
