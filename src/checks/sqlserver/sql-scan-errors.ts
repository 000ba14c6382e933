import type { SqlAnswer } from '../../adapters/sqlserver-port.ts';
import { spanText } from '../../units.ts';
import type { FacilityCheck } from '../context.ts';
import { fail, pass, warn } from '../verdicts.ts';
import { cannotTell } from './answers.ts';
import { grantDatabaseState } from './grants.ts';

const ID = 'sql-scan-errors';

const RECENT_S = 60 * 60;

/** The message is not fetched: errors about a row's values print those values. */
export type ScanErrorRow = { error_number: number; times: number; age_s: number };

/** What the numbers of the log scan mean. The wrapper 22859 and its kin say only that another one stands beside it. */
const MEANING: Record<number, { says: string; remedy: string }> = {
  200: {
    says: 'the metadata of CDC is incomplete',
    remedy: 'Disable and enable change data capture for the database; all tables are then copied again.',
  },
  208: {
    says: 'an object of CDC was dropped by hand',
    remedy: 'Disable and enable change data capture for the table that is meant; it is then copied again.',
  },
  913: {
    says: 'a CLR type was changed while it was captured',
    remedy: 'Capture the table without its CLR columns.',
  },
  1105: {
    says: 'the filegroup of the change tables is full',
    remedy: 'Make room on that disk or let the file grow.',
  },
  1202: {
    says: 'the database user cdc is missing or has lost db_owner',
    remedy:
      'ALTER ROLE db_owner ADD MEMBER [cdc] in the database; if the user is gone: CREATE USER [cdc] WITHOUT LOGIN first.',
  },
  2628: {
    says: 'a value is longer than the captured column: the column was widened',
    remedy: 'Make a new capture instance of the table (sql-schema-drift), then drop the old one.',
  },
  8115: {
    says: 'a number does not fit the captured column: its type was changed',
    remedy: 'Make a new capture instance of the table (sql-schema-drift), then drop the old one.',
  },
  9002: {
    says: 'the transaction log is full',
    remedy: 'Make room for the log first: the hospital cannot write either. See sql-log-space.',
  },
  15517: {
    says: 'the owner of the database is not known on this server',
    remedy: 'ALTER AUTHORIZATION ON DATABASE::[name] TO [sa]; usual after a restore from another machine.',
  },
};
const WRAPPERS = new Set([22830, 22831, 22832, 22859, 22864]);

/** The capture job reads the log without errors. */
export const sqlScanErrors: FacilityCheck<SqlAnswer<ScanErrorRow>> = {
  id: ID,
  title: 'The capture job reads the log without errors',
  area: 'sqlserver',
  when: ['after-install', 'daily'],
  needs: ['sql-db-cdc-enabled'],
  timeoutMs: 8000,

  probe: ({ sql }, signal) =>
    sql.query<ScanErrorRow>(
      `SELECT e.error_number AS error_number, COUNT(*) AS times, MIN(DATEDIFF(SECOND, e.entry_time, GETDATE())) AS age_s
       FROM sys.dm_cdc_errors AS e WHERE e.error_number <> 0 GROUP BY e.error_number`,
      {},
      signal,
    ),

  judge(facts, settings) {
    if (!facts.ok) return cannotTell(ID, facts.failure, grantDatabaseState(settings));
    const rows = facts.value.toSorted((a, b) => a.age_s - b.age_s);
    const telling = rows.find((row) => !WRAPPERS.has(row.error_number)) ?? rows[0];
    if (telling === undefined) return pass('none');
    const meaning = MEANING[telling.error_number];
    const newest = rows[0]?.age_s ?? 0;
    const detail = {
      current: rows
        .map((row) => `error ${row.error_number}, ${row.times} times, the last ${spanText(row.age_s)} ago`)
        .join('; '),
      required: 'no error in the last hour',
      remedy: {
        text: `${meaning?.remedy ?? 'Read the whole message: it may hold patients’ values, so this program does not fetch it.'} When the job has stopped after ten failures, start it again.`,
        sql: [
          'SELECT TOP (10) entry_time, error_number, error_message FROM sys.dm_cdc_errors ORDER BY entry_time DESC;',
        ],
        who: 'dba' as const,
      },
    };
    const what = meaning?.says ?? `error ${telling.error_number}`;
    return newest < RECENT_S
      ? fail(`${ID}-recent`, `The capture job fails: ${what}.`, detail)
      : warn(`${ID}-past`, `The capture job failed earlier: ${what}.`, detail);
  },
};
