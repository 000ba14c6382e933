import type { SqlAnswer } from '../../adapters/sqlserver-port.ts';
import type { FacilityCheck } from '../context.ts';
import type { Verdict } from '../types.ts';
import { fail, pass, warn } from '../verdicts.ts';
import { bracketed, cannotTell } from './answers.ts';

const ID = 'sql-db-state';

export type DatabaseRow = {
  name: string;
  state: string;
  user_access: string;
  read_only: boolean;
  in_standby: boolean;
  auto_close: boolean;
  delayed_durability: string;
  recovery_model: string;
  log_reuse_wait: string;
  /** It belongs to an availability group. */
  in_group: number;
};

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
      `SELECT name, state_desc AS state, user_access_desc AS user_access, is_read_only AS read_only,
              is_in_standby AS in_standby, is_auto_close_on AS auto_close,
              delayed_durability_desc AS delayed_durability, recovery_model_desc AS recovery_model,
              log_reuse_wait_desc AS log_reuse_wait, CASE WHEN replica_id IS NULL THEN 0 ELSE 1 END AS in_group
       FROM sys.databases WHERE database_id = DB_ID()`,
      {},
      signal,
    ),

  judge(facts, { database }) {
    if (!facts.ok) return cannotTell(ID, facts.failure);
    const row = facts.value[0];
    if (row === undefined) return cannotTell(ID, { kind: 'other', message: 'the database is not listed' });
    return (
      closed(row) ??
      misspelt(row, database.name) ??
      inconvenient(row) ??
      pass(`${row.name} is online`, `${row.recovery_model} recovery, the log waits for ${row.log_reuse_wait}`)
    );
  },
};

function closed(row: DatabaseRow): Verdict | undefined {
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
  // A readable secondary is read-only too; sql-availability-group has the word on it.
  if (row.in_standby || (row.read_only && row.in_group === 0)) {
    return fail(
      `${ID}-read-only`,
      'The database is read-only: nothing changes in it, so nothing is captured.',
      {
        current: `${row.name} is ${row.in_standby ? 'a standby copy' : 'read-only'}`,
        required: 'The database that ClinicMaster writes to, not a copy of it.',
        remedy: { text: 'Give the name and host of the live database.', who: 'you' },
      },
    );
  }
  if (row.user_access === 'SINGLE_USER') {
    return fail(`${ID}-single-user`, 'The database lets one connection in at a time.', {
      current: row.user_access,
      required: 'MULTI_USER',
      remedy: {
        text: 'Somebody works on it, or forgot to open it again.',
        sql: [`ALTER DATABASE ${bracketed(row.name)} SET MULTI_USER;`],
        who: 'dba',
      },
    });
  }
  return undefined;
}

function misspelt(row: DatabaseRow, name: string): Verdict | undefined {
  if (row.name === name) return undefined;
  return warn(`${ID}-spelling`, 'SQL Server spells the database name differently.', {
    current: name,
    required: row.name,
    remedy: {
      text: 'Write the name as SQL Server does: it is part of every topic name.',
      commands: [`clinicmaster-cdc init --db-name '${row.name}'`],
      who: 'you',
    },
  });
}

function inconvenient(row: DatabaseRow): Verdict | undefined {
  if (row.auto_close) {
    return warn(`${ID}-auto-close`, 'The database closes itself whenever nobody is connected.', {
      current: 'AUTO_CLOSE is on',
      required: 'AUTO_CLOSE off',
      remedy: {
        text: 'Switch it off: the database is then opened anew for each first connection, which is slow and fills the error log.',
        sql: [`ALTER DATABASE ${bracketed(row.name)} SET AUTO_CLOSE OFF;`],
        who: 'dba',
      },
    });
  }
  if (row.delayed_durability !== 'DISABLED') {
    return warn(`${ID}-durability`, 'Transactions may count as done before they are in the log.', {
      current: `DELAYED_DURABILITY = ${row.delayed_durability}`,
      required: 'DELAYED_DURABILITY = DISABLED',
      remedy: {
        text: 'What is not in the log is not captured, and a power cut loses it for ClinicMaster too. Ask the vendor why it is on.',
        sql: [`ALTER DATABASE ${bracketed(row.name)} SET DELAYED_DURABILITY = DISABLED;`],
        who: 'dba',
      },
    });
  }
  return undefined;
}
