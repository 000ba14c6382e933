import type { SqlAnswer } from '../../adapters/sqlserver-port.ts';
import type { FacilityCheck } from '../context.ts';
import { fail, pass, warn } from '../verdicts.ts';
import { cannotTell } from './answers.ts';

const ID = 'sql-version';

/** SERVERPROPERTY('EngineEdition'). */
const EXPRESS = 4;
const AZURE_DATABASE = 5;
const AZURE_INSTANCE = 8;
/** Major version → name on the box. 2016 is the oldest that has CDC outside Enterprise edition (from SP1 on). */
const RELEASES: Record<number, string> = { 13: '2016', 14: '2017', 15: '2019', 16: '2022', 17: '2025' };
const OLDEST_MAJOR = 13;

export type VersionRow = { version: string; edition: string; engine_edition: number; level: string };

/** Whether this SQL Server can do change data capture at all: Express edition has no Agent, so nothing would capture. */
export const sqlVersion: FacilityCheck<SqlAnswer<VersionRow>> = {
  id: ID,
  title: 'The version and edition can capture changes',
  area: 'sqlserver',
  when: ['before-install', 'daily'],
  needs: ['sql-login'],
  timeoutMs: 8000,

  probe: ({ sql }, signal) =>
    sql.query<VersionRow>(
      `SELECT CAST(SERVERPROPERTY('ProductVersion') AS nvarchar(128)) AS version,
              CAST(SERVERPROPERTY('Edition') AS nvarchar(128)) AS edition,
              CAST(SERVERPROPERTY('EngineEdition') AS int) AS engine_edition,
              CAST(SERVERPROPERTY('ProductLevel') AS nvarchar(128)) AS level`,
      {},
      signal,
    ),

  judge(facts) {
    if (!facts.ok) return cannotTell(ID, facts.failure);
    const row = facts.value[0];
    if (row === undefined) return cannotTell(ID, { kind: 'other', message: 'an empty answer' });
    const major = Number(row.version.split('.')[0]);
    const current = `${row.edition}, ${row.version} ${row.level}`;
    if (row.engine_edition === EXPRESS) {
      return fail(`${ID}-express`, 'Express edition cannot capture changes: it has no SQL Server Agent.', {
        current,
        required: 'Standard, Enterprise or (for tests) Developer edition.',
        remedy: {
          text: 'Upgrade the edition in place: SQL Server setup > Maintenance > Edition Upgrade. The data stays.',
          who: 'dba',
        },
      });
    }
    // Azure calls every release 12.0: its version says nothing.
    if (row.engine_edition === AZURE_DATABASE || row.engine_edition === AZURE_INSTANCE) {
      return warn(`${ID}-azure`, 'Azure SQL captures in its own way; this program was not tried with it.', {
        current,
      });
    }
    if (major < OLDEST_MAJOR) {
      return fail(`${ID}-old`, 'This SQL Server is too old.', {
        current,
        required: 'SQL Server 2016 SP1 or newer.',
        remedy: { text: 'Upgrade SQL Server, together with the ClinicMaster vendor.', who: 'dba' },
      });
    }
    return pass(`SQL Server ${RELEASES[major] ?? row.version}`, current);
  },
};
