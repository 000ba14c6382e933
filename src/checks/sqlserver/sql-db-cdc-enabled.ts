import type { SqlAnswer } from '../../adapters/sqlserver-port.ts';
import type { FacilityCheck } from '../context.ts';
import { fail, pass } from '../verdicts.ts';
import { bracketed, cannotTell } from './answers.ts';

const ID = 'sql-db-cdc-enabled';

export type CdcEnabledRow = { is_cdc_enabled: boolean };

/** Change data capture is switched on for the database, the first half; the second is each table. */
export const sqlDbCdcEnabled: FacilityCheck<SqlAnswer<CdcEnabledRow>> = {
  id: ID,
  title: 'Change data capture is on in the database',
  area: 'sqlserver',
  when: ['before-install', 'after-install', 'daily'],
  needs: ['sql-login'],
  timeoutMs: 8000,

  probe: ({ sql }, signal) =>
    sql.query<CdcEnabledRow>(
      'SELECT is_cdc_enabled FROM sys.databases WHERE database_id = DB_ID()',
      {},
      signal,
    ),

  judge(facts, { database }) {
    if (!facts.ok) return cannotTell(ID, facts.failure);
    const row = facts.value[0];
    if (row === undefined) return cannotTell(ID, { kind: 'other', message: 'the database is not listed' });
    if (row.is_cdc_enabled) return pass(`on in ${database.name}`);
    return fail(`${ID}-off`, `Change data capture is off in ${database.name}.`, {
      current: 'sys.databases.is_cdc_enabled = 0',
      required: 'is_cdc_enabled = 1',
      remedy: {
        text:
          'Switch it on as a sysadmin. It adds a schema cdc to the database and changes no table of ClinicMaster; ' +
          'sys.sp_cdc_disable_db takes it off again.',
        sql: [`USE ${bracketed(database.name)};`, 'EXEC sys.sp_cdc_enable_db;'],
        who: 'dba',
      },
    });
  },
};
