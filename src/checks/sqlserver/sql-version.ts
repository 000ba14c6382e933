import type { SqlAnswer } from '../../adapters/sqlserver-port.ts';
import type { FacilityCheck } from '../context.ts';
import type { Verdict } from '../types.ts';
import { fail, pass, warn } from '../verdicts.ts';
import { cannotTell } from './answers.ts';

const ID = 'sql-version';

/** SERVERPROPERTY('EngineEdition'). */
const ENTERPRISE = 3;
const EXPRESS = 4;
const AZURE_DATABASE = 5;
const AZURE_INSTANCE = 8;
/** Major version → name on the box. 2016 is the oldest that has CDC outside Enterprise edition (from SP1 on). */
const RELEASES: Record<number, string> = { 13: '2016', 14: '2017', 15: '2019', 16: '2022', 17: '2025' };
const OLDEST_MAJOR = 13;
/** Builds from which on CDC is right: SQL Server 2016 SP1, and 2017 CU18 for Linux (before it CDC is not supported there). */
const SP1_OF_2016 = 4001;
const CU18_OF_2017 = 3257;

export type VersionRow = {
  /** `15.0.4198.2` */
  version: string;
  edition: string;
  engine_edition: number;
  level: string;
  /** Cumulative update, such as `CU12`; null where none was ever installed. */
  cu: string | null;
  /** @@VERSION, which names the system it runs on: no view tells that to every login in every version. */
  banner: string;
};

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
              CAST(SERVERPROPERTY('ProductLevel') AS nvarchar(128)) AS level,
              CAST(SERVERPROPERTY('ProductUpdateLevel') AS nvarchar(128)) AS cu, @@VERSION AS banner`,
      {},
      signal,
    ),

  judge(facts) {
    if (!facts.ok) return cannotTell(ID, facts.failure);
    const row = facts.value[0];
    if (row === undefined) return cannotTell(ID, { kind: 'other', message: 'an empty answer' });
    const current = [row.edition, row.version, row.level, row.cu ?? []].flat().join(' ');
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
        required: 'SQL Server on a machine of the hospital.',
        remedy: { text: 'Ask the central team before you go on.', who: 'central-team' },
      });
    }
    const [major = 0, , build = 0] = row.version.split('.').map(Number);
    return (
      tooOld(row, major, build, current) ??
      doubtful(row, major, current) ??
      pass(`SQL Server ${RELEASES[major] ?? row.version}`, current)
    );
  },
};

function tooOld(row: VersionRow, major: number, build: number, current: string): Verdict | undefined {
  const unpatched2016 = major === 13 && build < SP1_OF_2016 && row.engine_edition !== ENTERPRISE;
  if (major < OLDEST_MAJOR || unpatched2016) {
    return fail(`${ID}-old`, 'This SQL Server is too old.', {
      current,
      required: 'SQL Server 2016 SP1 or newer.',
      remedy: {
        text: unpatched2016
          ? 'Install Service Pack 3 of SQL Server 2016, together with the ClinicMaster vendor.'
          : 'Upgrade SQL Server, together with the ClinicMaster vendor.',
        who: 'dba',
      },
    });
  }
  if (major === 14 && build < CU18_OF_2017 && / on Linux\b/.test(row.banner)) {
    return warn(`${ID}-linux`, 'SQL Server 2017 on Linux captures changes from CU18 on.', {
      current,
      required: '14.0.3257 (CU18) or newer.',
      remedy: {
        text: 'Install the newest cumulative update of SQL Server 2017.',
        commands: ['sudo apt-get install --only-upgrade mssql-server'],
        who: 'dba',
      },
    });
  }
  return undefined;
}

function doubtful(row: VersionRow, major: number, current: string): Verdict | undefined {
  if (/^Web\b/.test(row.edition)) {
    return warn(`${ID}-web`, 'Whether Web edition captures was not tried.', {
      current,
      required: 'Standard or Enterprise edition.',
      remedy: {
        text: 'It has an Agent, and CDC since 2016 SP1. Make sure that changes do arrive before you rely on it.',
        who: 'you',
      },
    });
  }
  if (major === 13) {
    return warn(`${ID}-2016`, 'SQL Server 2016 is older than what Debezium is tested with.', {
      current,
      required: 'SQL Server 2017 or newer.',
      remedy: { text: 'Plan the upgrade with the ClinicMaster vendor; it may work until then.', who: 'dba' },
    });
  }
  if (row.cu !== null || row.level !== 'RTM') return undefined;
  return warn(`${ID}-unpatched`, 'This SQL Server has never had a cumulative update.', {
    current,
    required: 'A recent cumulative update: several repair change data capture.',
    remedy: { text: 'Install the newest cumulative update in a quiet hour.', who: 'dba' },
  });
}
