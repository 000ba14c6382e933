import type { SqlAnswer } from '../../adapters/sqlserver-port.ts';
import type { FacilitySettings } from '../../settings/facility.ts';
import { spanText } from '../../units.ts';
import type { FacilityCheck } from '../context.ts';
import type { Verdict } from '../types.ts';
import { pass, unknown, warn } from '../verdicts.ts';
import { bracketed, cannotTell } from './answers.ts';

const ID = 'sql-tempdb';

const PAGES_PER_MB = 128;
/** SQL Server's word for a file that may grow until the disk is full; a log file's highest limit means the same. */
const UNLIMITED = -1;
const LARGEST_LIMIT_PAGES = 268_435_456;
/** The first copy keeps old row versions for as long as it runs; below this it is likely to run into the end. */
const LEAST_ROOM_MB = 1024;
/** A transaction that keeps versions for longer than this makes tempdb grow without an end. */
const LONG_S = 3600;

type SpaceRow = { version_store_mb: number | string | null; free_mb: number | string | null };
/** Sizes in pages of 8 KB. */
type FileRow = { size: number; max_size: number; growth: number };
type ReaderRow = { seconds: number | string };

export type TempdbFacts = {
  space: SqlAnswer<SpaceRow>;
  files: SqlAnswer<FileRow>;
  /** The transaction that has kept row versions for longest. */
  reader: SqlAnswer<ReaderRow>;
};

/** Room for the row versions that the first copy needs: they lie in tempdb, and a full tempdb stops the hospital. */
export const sqlTempdb: FacilityCheck<TempdbFacts> = {
  id: ID,
  title: 'tempdb has room for the first copy',
  area: 'sqlserver',
  when: ['before-install', 'daily'],
  needs: ['sql-login'],
  timeoutMs: 8000,

  async probe({ sql }, signal) {
    const space = await sql.query<SpaceRow>(
      `SELECT SUM(version_store_reserved_page_count) / ${PAGES_PER_MB} AS version_store_mb,
              SUM(unallocated_extent_page_count) / ${PAGES_PER_MB} AS free_mb
       FROM tempdb.sys.dm_db_file_space_usage`,
      {},
      signal,
    );
    const files = await sql.query<FileRow>(
      "SELECT size, max_size, growth FROM tempdb.sys.database_files WHERE type_desc = N'ROWS'",
      {},
      signal,
    );
    const reader = await sql.query<ReaderRow>(
      `SELECT TOP (1) elapsed_time_seconds AS seconds
       FROM sys.dm_tran_active_snapshot_database_transactions ORDER BY elapsed_time_seconds DESC`,
      {},
      signal,
    );
    return { space, files, reader };
  },

  judge({ space, files, reader }, settings) {
    if (!space.ok) return mayNotSee(space.failure, settings);
    const free = Number(space.value[0]?.free_mb ?? 0);
    const versions = Number(space.value[0]?.version_store_mb ?? 0);
    const growth = files.ok ? growthMb(files.value) : undefined;
    const limit = growth === undefined ? 'whether it may grow is not told' : growthText(growth);
    const current = `${free} MB free in tempdb, ${limit}; ${versions} MB of row versions`;
    return (
      longReader(reader, current) ??
      noRoom(free, growth, current, settings) ??
      pass(growth === 'disk' ? `${free} MB free, and it may grow` : `${free} MB free`, current)
    );
  },
};

function mayNotSee(failure: Parameters<typeof cannotTell>[1], { database }: FacilitySettings): Verdict {
  return cannotTell(ID, failure, [
    'USE [master];',
    `GRANT VIEW SERVER STATE TO ${bracketed(database.user)};`,
    '-- SQL Server 2022 and newer: VIEW SERVER PERFORMANCE STATE is enough.',
  ]);
}

/** By how much the files may grow, in MB; `disk` where only the disk sets the end. */
function growthMb(files: readonly FileRow[]): number | 'disk' {
  const growing = files.filter((file) => file.growth > 0);
  if (growing.some(({ max_size }) => max_size === UNLIMITED || max_size >= LARGEST_LIMIT_PAGES))
    return 'disk';
  const pages = growing.reduce((sum, { size, max_size }) => sum + Math.max(0, max_size - size), 0);
  return Math.floor(pages / PAGES_PER_MB);
}

function growthText(growth: number | 'disk'): string {
  return growth === 'disk' ? 'growing as far as its disk goes' : `growing by ${growth} MB at most`;
}

function longReader(reader: TempdbFacts['reader'], current: string): Verdict | undefined {
  const seconds = reader.ok ? Number(reader.value[0]?.seconds ?? 0) : 0;
  if (seconds < LONG_S) return undefined;
  return warn(`${ID}-long-reader`, 'A transaction has kept old row versions for more than an hour.', {
    current: `${spanText(seconds)}; ${current}`,
    required: 'No snapshot transaction that outlives its work.',
    remedy: {
      text: 'It may be the first copy of this program, which ends by itself. Else the DBA looks whose it is.',
      sql: [
        'SELECT t.session_id, s.login_name, s.program_name, t.elapsed_time_seconds ' +
          'FROM sys.dm_tran_active_snapshot_database_transactions AS t ' +
          'JOIN sys.dm_exec_sessions AS s ON s.session_id = t.session_id ORDER BY t.elapsed_time_seconds DESC;',
      ],
      who: 'dba',
    },
  });
}

function noRoom(
  free: number,
  growth: number | 'disk' | undefined,
  current: string,
  { snapshotIsolation }: FacilitySettings,
): Verdict | undefined {
  if (snapshotIsolation !== 'snapshot' || growth === 'disk' || free >= LEAST_ROOM_MB) return undefined;
  if (growth === undefined) {
    return unknown(`${ID}-growth`, 'Whether tempdb has room for the first copy is not told.', {
      current,
      required: `${LEAST_ROOM_MB} MB free, or files that may grow`,
      remedy: { text: 'Ask the DBA whether the files of tempdb may grow.', who: 'dba' },
    });
  }
  if (free + growth >= LEAST_ROOM_MB) return undefined;
  return warn(`${ID}-full`, 'tempdb has little room for the row versions of the first copy.', {
    current,
    required: `${LEAST_ROOM_MB} MB free or to grow into`,
    remedy: {
      text: 'Let its files grow, or run the first copy at night. A full tempdb stops every program on this SQL Server.',
      sql: [
        'ALTER DATABASE [tempdb] MODIFY FILE (NAME = [tempdev], MAXSIZE = UNLIMITED, FILEGROWTH = 256MB);',
      ],
      who: 'dba',
    },
  });
}
