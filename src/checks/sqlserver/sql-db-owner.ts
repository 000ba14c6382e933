import type { SqlAnswer } from '../../adapters/sqlserver-port.ts';
import type { FacilityCheck } from '../context.ts';
import type { Remedy } from '../types.ts';
import { fail, pass, warn } from '../verdicts.ts';
import { bracketed, cannotTell, quoted } from './answers.ts';

const ID = 'sql-db-owner';

export type OwnerRow = { owner: string | null; owner_sid: string | null; is_cdc_enabled: boolean };

/**
 * The database has an owner that this server knows. A database that was restored from another machine often has none, and
 * then sp_cdc_enable_db fails with a message that names everything but the owner.
 */
export const sqlDbOwner: FacilityCheck<SqlAnswer<OwnerRow>> = {
  id: ID,
  title: 'The database has an owner',
  area: 'sqlserver',
  when: ['before-install', 'daily'],
  needs: ['sql-login'],
  timeoutMs: 8000,

  probe: ({ sql }, signal) =>
    sql.query<OwnerRow>(
      `SELECT SUSER_SNAME(owner_sid) AS owner, owner_sid, is_cdc_enabled
       FROM sys.databases WHERE database_id = DB_ID()`,
      {},
      signal,
    ),

  judge(facts, { database }) {
    if (!facts.ok) return cannotTell(ID, facts.failure);
    const row = facts.value[0];
    if (row === undefined) return cannotTell(ID, { kind: 'other', message: 'the database is not listed' });
    const remedy = newOwner(database.name);
    if (row.owner === null) {
      const detail = {
        current: `no login is known for the owner ${row.owner_sid ?? ''}`.trimEnd(),
        required: 'An owner that this server knows, such as sa.',
        remedy,
      };
      // Once CDC is on, it bites at the next change of its set-up only.
      return row.is_cdc_enabled
        ? warn(`${ID}-none`, 'The database has no owner that this server knows.', detail)
        : fail(`${ID}-none`, 'The database has no owner: change data capture cannot be switched on.', detail);
    }
    if (row.owner.includes('\\')) {
      return warn(`${ID}-windows`, `The database belongs to a Windows account, ${row.owner}.`, {
        current: row.owner,
        required: 'An owner that does not leave, such as sa.',
        remedy,
      });
    }
    return pass(`owned by ${row.owner}`);
  },
};

function newOwner(database: string): Remedy {
  return {
    text:
      'Give the database to sa. It changes no right of ClinicMaster’s users. The first statement shows whether the owner ' +
      'is truly unknown, or only its domain controller out of reach.',
    sql: [
      `SELECT name FROM sys.server_principals WHERE sid = (SELECT owner_sid FROM sys.databases WHERE name = ${quoted(database)});`,
      `ALTER AUTHORIZATION ON DATABASE::${bracketed(database)} TO [sa];`,
    ],
    who: 'dba',
  };
}
