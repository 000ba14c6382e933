import type { SqlAnswer } from '../../adapters/sqlserver-port.ts';
import type { FacilityCheck } from '../context.ts';
import type { Remedy } from '../types.ts';
import { fail, pass, warn } from '../verdicts.ts';
import { bracketed, cannotTell } from './answers.ts';

const ID = 'sql-not-sa';

export type PowerRow = { is_sa: number | null; is_sysadmin: number | null; is_db_owner: number | null };

/** The connector's password lies in a file and in a container: it may not open the whole server. */
export const sqlNotSa: FacilityCheck<SqlAnswer<PowerRow>> = {
  id: ID,
  title: 'The login has no more power than it needs',
  area: 'sqlserver',
  when: ['before-install', 'daily'],
  needs: ['sql-login'],
  timeoutMs: 8000,

  probe: ({ sql }, signal) =>
    sql.query<PowerRow>(
      `SELECT CASE WHEN SUSER_SID() = 0x01 THEN 1 ELSE 0 END AS is_sa,
              IS_SRVROLEMEMBER(N'sysadmin') AS is_sysadmin, IS_ROLEMEMBER(N'db_owner') AS is_db_owner`,
      {},
      signal,
    ),

  judge(facts, { database }) {
    if (!facts.ok) return cannotTell(ID, facts.failure);
    const row = facts.value[0];
    if (row === undefined) return cannotTell(ID, { kind: 'other', message: 'an empty answer' });
    if (row.is_sa === 1 || row.is_sysadmin === 1) {
      return fail(`${ID}-sysadmin`, `${database.user} may do everything on this SQL Server.`, {
        current: row.is_sa === 1 ? 'sa' : 'member of sysadmin',
        required: 'A login that can read what is captured, and nothing else.',
        remedy: ownLogin(database.name),
      });
    }
    if (row.is_db_owner === 1) {
      return warn(`${ID}-db-owner`, `${database.user} may change and drop everything in ${database.name}.`, {
        current: 'member of db_owner',
        required: 'A login that can read what is captured, and nothing else.',
        remedy: ownLogin(database.name),
      });
    }
    return pass(`${database.user} is neither sysadmin nor db_owner`);
  },
};

function ownLogin(database: string): Remedy {
  return {
    text:
      'The DBA makes a login for this program (SELECT on each table to stream, SELECT on the schema cdc); put it into ' +
      'DB_USER and DB_PASS.',
    sql: [
      `CREATE LOGIN [clinicmaster_cdc] WITH PASSWORD = N'…', CHECK_POLICY = ON, CHECK_EXPIRATION = OFF;`,
      `USE ${bracketed(database)};`,
      'CREATE USER [clinicmaster_cdc] FOR LOGIN [clinicmaster_cdc];',
      'GRANT VIEW DATABASE STATE TO [clinicmaster_cdc];',
      'GRANT VIEW DEFINITION ON SCHEMA::[dbo] TO [clinicmaster_cdc];',
      'GRANT SELECT ON SCHEMA::[dbo] TO [clinicmaster_cdc];',
      'GRANT SELECT ON SCHEMA::[cdc] TO [clinicmaster_cdc];',
    ],
    who: 'dba',
  };
}
