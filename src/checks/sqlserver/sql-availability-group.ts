import type { SqlAnswer } from '../../adapters/sqlserver-port.ts';
import type { FacilityCheck } from '../context.ts';
import { fail, pass, warn } from '../verdicts.ts';
import { bracketed, cannotTell, quoted } from './answers.ts';

const ID = 'sql-availability-group';

export type ReplicaRow = { in_group: number; updateability: string | null };

/** In an availability group the capture jobs live on one server and the database on any of them. */
export const sqlAvailabilityGroup: FacilityCheck<SqlAnswer<ReplicaRow>> = {
  id: ID,
  title: 'The database is where its changes are made',
  area: 'sqlserver',
  when: ['before-install', 'daily'],
  needs: ['sql-login'],
  timeoutMs: 8000,

  probe: ({ sql }, signal) =>
    sql.query<ReplicaRow>(
      `SELECT CASE WHEN replica_id IS NULL THEN 0 ELSE 1 END AS in_group,
              CAST(DATABASEPROPERTYEX(name, 'Updateability') AS nvarchar(60)) AS updateability
       FROM sys.databases WHERE database_id = DB_ID()`,
      {},
      signal,
    ),

  judge(facts, { database }) {
    if (!facts.ok) return cannotTell(ID, facts.failure);
    const row = facts.value[0];
    if (row === undefined) return cannotTell(ID, { kind: 'other', message: 'the database is not listed' });
    if (row.in_group === 0) return pass('in no availability group');
    if (row.updateability === 'READ_ONLY') {
      return fail(`${ID}-secondary`, 'This is a read-only secondary of an availability group.', {
        current: 'Updateability = READ_ONLY',
        required: 'The name of the listener, which leads to the primary, in DB_HOST.',
        remedy: {
          text: 'Give the listener of the group as DB_HOST. On a secondary the heartbeat row and signals cannot be written.',
          commands: ['clinicmaster-cdc init --db-host LISTENER'],
          who: 'you',
        },
      });
    }
    return warn(
      `${ID}-jobs`,
      'The database can move to another server; its capture jobs do not move with it.',
      {
        current: 'primary of an availability group',
        required: 'The capture and cleanup jobs on every replica.',
        remedy: {
          text:
            'On each other replica, after a failover to it, add the jobs; and let the first step of each job end where the ' +
            'database is not primary. DB_HOST must be the listener of the group.',
          sql: [
            `USE ${bracketed(database.name)};`,
            "EXEC sys.sp_cdc_add_job @job_type = N'capture';",
            "EXEC sys.sp_cdc_add_job @job_type = N'cleanup';",
            `SELECT sys.fn_hadr_is_primary_replica(${quoted(database.name)});`,
          ],
          who: 'dba',
        },
      },
    );
  },
};
