import type { SqlAnswer } from '../../adapters/sqlserver-port.ts';
import type { FacilityCheck } from '../context.ts';
import { fail, pass, warn } from '../verdicts.ts';
import { bracketed, cannotTell } from './answers.ts';

const ID = 'sql-snapshot-isolation';

export type IsolationRow = { state: string };

/** The first copy reads from row versions instead of taking locks, where the database allows it. */
export const sqlSnapshotIsolation: FacilityCheck<SqlAnswer<IsolationRow>> = {
  id: ID,
  title: 'The first copy takes no locks',
  area: 'sqlserver',
  when: ['before-install', 'daily'],
  needs: ['sql-login'],
  timeoutMs: 8000,

  probe: ({ sql }, signal) =>
    sql.query<IsolationRow>(
      'SELECT snapshot_isolation_state_desc AS state FROM sys.databases WHERE database_id = DB_ID()',
      {},
      signal,
    ),

  judge(facts, { snapshotIsolation, database }) {
    if (!facts.ok) return cannotTell(ID, facts.failure);
    const state = facts.value[0]?.state ?? 'not told';
    if (snapshotIsolation !== 'snapshot') {
      return warn(`${ID}-read-committed`, 'The first copy takes short shared locks, by your choice.', {
        current: `SNAPSHOT_ISOLATION_MODE=${snapshotIsolation}; snapshot isolation is ${state}`,
        required: 'SNAPSHOT_ISOLATION_MODE=snapshot, to take none',
        remedy: { text: 'Run the first copy outside busy hours.', who: 'you' },
      });
    }
    if (state === 'ON') return pass('snapshot isolation is allowed');
    if (state === 'IN_TRANSITION_TO_ON') return waiting(state);
    return fail(`${ID}-off`, 'The database does not allow snapshot isolation.', {
      current: state,
      required: 'ON, or SNAPSHOT_ISOLATION_MODE=read_committed (short locks while copying)',
      remedy: {
        text:
          'Allow it; this works while ClinicMaster is in use and changes nothing for it. It costs space in tempdb during ' +
          'the first copy. If the DBA refuses, choose the other mode.',
        sql: [`ALTER DATABASE ${bracketed(database.name)} SET ALLOW_SNAPSHOT_ISOLATION ON;`],
        commands: ['clinicmaster-cdc init --snapshot-isolation read_committed'],
        who: 'dba',
      },
    });
  },
};

/** The change waits for every transaction that was open when it was asked for. */
function waiting(state: string) {
  return warn(`${ID}-waiting`, 'Snapshot isolation is being switched on and waits for an old transaction.', {
    current: state,
    required: 'ON',
    remedy: {
      text:
        'Wait; the first copy cannot begin before. If it lasts, the DBA looks for the oldest open transaction and has its ' +
        'program closed.',
      sql: [
        'SELECT st.session_id, s.login_name, s.program_name, t.transaction_begin_time ' +
          'FROM sys.dm_tran_active_transactions AS t ' +
          'JOIN sys.dm_tran_session_transactions AS st ON st.transaction_id = t.transaction_id ' +
          'JOIN sys.dm_exec_sessions AS s ON s.session_id = st.session_id ORDER BY t.transaction_begin_time;',
      ],
      who: 'dba',
    },
  });
}
