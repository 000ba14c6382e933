import type { SqlAnswer } from '../../adapters/sqlserver-port.ts';
import type { FacilityCheck } from '../context.ts';
import { fail, pass, warn } from '../verdicts.ts';
import { cannotTell } from './answers.ts';
import { type SizeRow, type SpanRow, sizesOf, spanOf } from './change-sizes.ts';
import { grantServerState } from './grants.ts';
import { cdcJobs, type JobRow, retentionMinutes, span } from './retention-answer.ts';

const ID = 'sql-disk-free';

const WARN_PERCENT = 20;
const FAIL_PERCENT = 10;
const FAIL_MB = 5 * 1024;
const DAY_MIN = 24 * 60;
/** What is kept longer than now may come in a busier season. */
const RESERVE = 1.5;

export type VolumeRow = { volume: string; total_mb: number | string; free_mb: number | string };

export type DiskFacts = {
  volumes: SqlAnswer<VolumeRow>;
  sizes: SqlAnswer<SizeRow>;
  kept: SqlAnswer<SpanRow>;
  jobs: SqlAnswer<JobRow>;
};

/** The disks of the database have room, for the change tables of a whole retention too. */
export const sqlDiskFree: FacilityCheck<DiskFacts> = {
  id: ID,
  title: 'The disks of SQL Server have room',
  area: 'sqlserver',
  when: ['before-install', 'daily'],
  needs: ['sql-login'],
  timeoutMs: 8000,

  async probe({ sql }, signal) {
    const volumes = await sql.query<VolumeRow>(
      `SELECT DISTINCT vs.volume_mount_point AS volume, vs.total_bytes / 1048576 AS total_mb,
              vs.available_bytes / 1048576 AS free_mb
       FROM sys.database_files AS f CROSS APPLY sys.dm_os_volume_stats(DB_ID(), f.file_id) AS vs`,
      {},
      signal,
    );
    const jobs = await cdcJobs(sql, signal);
    return { volumes, sizes: await sizesOf(sql, signal), kept: await spanOf(sql, signal), jobs };
  },

  judge({ volumes, sizes, kept, jobs }, settings) {
    if (!volumes.ok) return cannotTell(ID, volumes.failure, grantServerState(settings));
    const disks = volumes.value.map((row) => ({
      name: row.volume === '' ? 'the volume' : row.volume,
      total: Number(row.total_mb),
      free: Number(row.free_mb),
    }));
    const tightest = disks.toSorted((a, b) => a.free - b.free)[0];
    if (tightest === undefined) return cannotTell(ID, { kind: 'other', message: 'no volume was listed' });
    const current = disks
      .map(({ name, total, free }) => `${name}: ${size(free)} of ${size(total)} free`)
      .join('; ');
    const remedy = {
      text:
        'Make room: old backups and logs on that disk first, then move or grow it. Do not shorten the retention while the ' +
        'connector is behind.',
      who: 'dba' as const,
    };
    const percent = (disk: (typeof disks)[number]) => (100 * disk.free) / disk.total;
    const low = disks.filter((disk) => percent(disk) < FAIL_PERCENT || disk.free < FAIL_MB);
    const required = `more than ${WARN_PERCENT} % and ${size(FAIL_MB)} free`;
    if (low.length > 0) {
      const names = low.map(({ name, free }) => `${name} (${size(free)})`).join(', ');
      return fail(`${ID}-full`, `Almost no room on ${names}: when it is full, ClinicMaster stops.`, {
        current,
        required,
        remedy,
      });
    }
    const need = growthMb(sizes, kept, retentionMinutes(jobs));
    if (need !== undefined && tightest.free < need.mb) {
      return fail(
        `${ID}-growth`,
        `The change tables will need ${size(need.mb)} more; ${size(tightest.free)} is free.`,
        {
          current: `${current}; ${need.says}`,
          required: `${size(need.mb)} free`,
          remedy,
        },
      );
    }
    const scarce = disks.filter((disk) => percent(disk) < WARN_PERCENT);
    if (scarce.length > 0) {
      return warn(
        `${ID}-low`,
        `Less than ${WARN_PERCENT} % free on ${scarce.map(({ name }) => name).join(', ')}.`,
        {
          current,
          required,
          remedy,
        },
      );
    }
    return pass(`${size(tightest.free)} free`, current);
  },
};

/** What the change tables will still grow by until the retention is full; undefined when that cannot be told yet. */
function growthMb(
  sizes: SqlAnswer<SizeRow>,
  kept: SqlAnswer<SpanRow>,
  retention: number | null,
): { mb: number; says: string } | undefined {
  const minutes = kept.ok ? Number(kept.value[0]?.window_minutes ?? 0) : 0;
  if (!sizes.ok || retention === null || minutes < DAY_MIN) return undefined;
  const now = sizes.value.reduce((sum, row) => sum + Number(row.mb), 0);
  const perDay = (now / minutes) * DAY_MIN;
  const whole = (perDay / DAY_MIN) * retention * RESERVE;
  return {
    mb: Math.max(0, whole - now),
    says: `change tables: ${size(now)} for ${span(minutes)}, kept for ${span(retention)}`,
  };
}

function size(mb: number): string {
  return mb >= 10 * 1024 ? `${Math.round(mb / 1024)} GB` : `${Math.round(mb)} MB`;
}
