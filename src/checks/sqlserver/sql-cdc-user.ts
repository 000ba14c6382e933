import type { SqlAnswer } from '../../adapters/sqlserver-port.ts';
import type { FacilityCheck } from '../context.ts';
import type { Verdict } from '../types.ts';
import { fail, pass, unknown } from '../verdicts.ts';
import { bracketed, cannotTell } from './answers.ts';

const ID = 'sql-cdc-user';

/** The capture job writes at least a mark of rest every five minutes. */
const FRESH_S = 15 * 60;

type CdcUserRow = {
  is_cdc_enabled: boolean;
  cdc_schema: number;
  cdc_user: number;
  cdc_is_owner: number;
  /** 1: what is not seen is not there. A login without VIEW DEFINITION sees no user but itself. */
  sees_all: number | null;
};

export type CdcUserFacts = {
  users: SqlAnswer<CdcUserRow>;
  /** The capture job works as the user cdc: that it writes is proof enough. Null: not asked, since CDC is off. */
  capture: SqlAnswer<{ age_s: number | null }> | null;
};

/** The user and the schema `cdc`: in the way before change data capture is switched on, indispensable afterwards. */
export const sqlCdcUser: FacilityCheck<CdcUserFacts> = {
  id: ID,
  title: 'The name cdc belongs to change data capture',
  area: 'sqlserver',
  when: ['before-install', 'daily'],
  needs: ['sql-login'],
  timeoutMs: 8000,

  async probe({ sql }, signal) {
    const users = await sql.query<CdcUserRow>(
      `SELECT d.is_cdc_enabled,
              (SELECT COUNT(*) FROM sys.schemas WHERE name = N'cdc') AS cdc_schema,
              (SELECT COUNT(*) FROM sys.database_principals WHERE name = N'cdc') AS cdc_user,
              (SELECT COUNT(*) FROM sys.database_role_members AS rm
                 JOIN sys.database_principals AS r ON r.principal_id = rm.role_principal_id
                 JOIN sys.database_principals AS m ON m.principal_id = rm.member_principal_id
                WHERE r.name = N'db_owner' AND m.name = N'cdc') AS cdc_is_owner,
              HAS_PERMS_BY_NAME(DB_NAME(), N'DATABASE', N'VIEW DEFINITION') AS sees_all
       FROM sys.databases AS d WHERE d.database_id = DB_ID()`,
      {},
      signal,
    );
    const enabled = users.ok && users.value[0]?.is_cdc_enabled === true;
    const capture = enabled
      ? await sql.query<{ age_s: number | null }>(
          'SELECT DATEDIFF(SECOND, MAX(tran_end_time), GETDATE()) AS age_s FROM cdc.lsn_time_mapping',
          {},
          signal,
        )
      : null;
    return { users, capture };
  },

  judge({ users, capture }, { database }) {
    if (!users.ok) return cannotTell(ID, users.failure);
    const row = users.value[0];
    if (row === undefined) return cannotTell(ID, { kind: 'other', message: 'the database is not listed' });
    return row.is_cdc_enabled ? judgeOn(row, capture, database) : judgeOff(row, database);
  },
};

type Names = { name: string; user: string };

function judgeOff(row: CdcUserRow, names: Names): Verdict {
  if (row.cdc_schema > 0 || row.cdc_user > 0) {
    const found = [row.cdc_schema > 0 ? 'a schema' : [], row.cdc_user > 0 ? 'a user' : []]
      .flat()
      .join(' and ');
    return fail(`${ID}-taken`, 'The name cdc is taken: change data capture cannot be switched on.', {
      current: `${found} called cdc, while CDC is off`,
      required: 'No user and no schema of that name.',
      remedy: {
        text: 'Look whose they are; what is left over from an older set-up can go (error 22906).',
        sql: [
          `USE ${bracketed(names.name)};`,
          "SELECT name, type_desc FROM sys.objects WHERE schema_id = SCHEMA_ID(N'cdc');",
          ...(row.cdc_schema > 0 ? ['DROP SCHEMA [cdc];'] : []),
          ...(row.cdc_user > 0 ? ['DROP USER [cdc];'] : []),
        ],
        who: 'dba',
      },
    });
  }
  return row.sees_all === 1 ? pass('free, and CDC is off') : mayNotSee(names);
}

function judgeOn(row: CdcUserRow, capture: CdcUserFacts['capture'], names: Names): Verdict {
  if (row.cdc_is_owner > 0) return pass('the user cdc is db_owner');
  const age = capture?.ok === true ? capture.value[0]?.age_s : undefined;
  if (age !== undefined && age !== null && age < FRESH_S) {
    return pass('the capture job writes as it', `it last wrote ${age} s ago`);
  }
  if (row.sees_all !== 1) return mayNotSee(names);
  return fail(`${ID}-missing`, 'The user cdc is missing or not db_owner: capturing fails.', {
    current: row.cdc_user > 0 ? 'cdc is not a member of db_owner' : 'no user cdc',
    required: 'A user cdc that is a member of db_owner.',
    remedy: {
      text: 'Somebody tidied it away. Make it again; the capture job then goes on where it stopped.',
      sql: [
        `USE ${bracketed(names.name)};`,
        ...(row.cdc_user > 0 ? [] : ['CREATE USER [cdc] WITHOUT LOGIN WITH DEFAULT_SCHEMA = [cdc];']),
        'ALTER ROLE [db_owner] ADD MEMBER [cdc];',
      ],
      who: 'dba',
    },
  });
}

function mayNotSee({ name, user }: Names): Verdict {
  return unknown(`${ID}-no-right`, 'The login sees no user but itself.', {
    current: 'no VIEW DEFINITION in the database',
    required: 'A right to look, which opens no row of any table.',
    remedy: {
      text: 'Give the login the right to look, then run this again. Without it, the DBA will hear of it when switching CDC on.',
      sql: [`USE ${bracketed(name)};`, `GRANT VIEW DEFINITION TO ${bracketed(user)};`],
      who: 'dba',
    },
  });
}
