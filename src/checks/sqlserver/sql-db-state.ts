import type { SqlAnswer } from '../../adapters/sqlserver-port.ts';
import type { FacilityCheck } from '../context.ts';
import { fail, pass, warn } from '../verdicts.ts';
import { bracketed, cannotTell } from './answers.ts';

const ID = 'sql-db-state';

export type DatabaseRow = { name: string; state: string; read_only: boolean };

/** The database is open for work and spelled as SQL Server spells it: its name becomes part of every topic's name. */
export const sqlDbState: FacilityCheck<SqlAnswer<DatabaseRow>> = {
  id: ID,
  title: 'The database is online',
  area: 'sqlserver',
  when: ['before-install', 'daily'],
  needs: ['sql-login'],
  timeoutMs: 8000,

  probe: ({ sql }, signal) =>
    sql.query<DatabaseRow>(
      `SELECT name, state_desc AS state, is_read_only AS read_only
       FROM sys.databases WHERE database_id = DB_ID()`,
      {},
      signal,
    ),

  judge(facts, { database }) {
    if (!facts.ok) return cannotTell(ID, facts.failure);
    const row = facts.value[0];
    if (row === undefined) return cannotTell(ID, { kind: 'other', message: 'the database is not listed' });
    if (row.state !== 'ONLINE') {
      return fail(`${ID}-offline`, `The database is ${row.state}.`, {
        current: row.state,
        required: 'ONLINE',
        remedy: {
          text: 'Bring the database online.',
          sql: [`ALTER DATABASE ${bracketed(row.name)} SET ONLINE;`],
          who: 'dba',
        },
      });
    }
    if (row.read_only) {
      return fail(
        `${ID}-read-only`,
        'The database is read-only: nothing changes in it, so nothing is captured.',
        {
          current: `${row.name} is read-only`,
          required: 'The database that ClinicMaster writes to, not a copy of it.',
          remedy: { text: 'Give the name and host of the live database.', who: 'you' },
        },
      );
    }
    if (row.name !== database.name) {
      return warn(`${ID}-spelling`, 'SQL Server spells the database name differently.', {
        current: database.name,
        required: row.name,
        remedy: {
          text: 'Write the name as SQL Server does: it is part of every topic name.',
          commands: [`clinicmaster-cdc init --db-name '${row.name}'`],
          who: 'you',
        },
      });
    }
    return pass(`${row.name} is online`);
  },
};
