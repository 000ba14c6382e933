import type { SqlAnswer } from '../../adapters/sqlserver-port.ts';
import type { FacilitySettings } from '../../settings/facility.ts';
import type { FacilityCheck } from '../context.ts';
import type { Recollection } from '../memory.ts';
import type { Verdict } from '../types.ts';
import { fail, pass } from '../verdicts.ts';
import { cannotTell } from './answers.ts';
import { accepted, withoutMemory } from './recollection.ts';

const ID = 'sql-db-restored';

/** What a restore changes. Null: the login may not see it. */
type Identity = {
  /** SQL Server's local time; changes with a restore and with attaching. */
  create_date: string | null;
  database_guid: string | null;
  /** New after each restore to an earlier point. */
  recovery_fork: string | null;
  /** Latest entry of msdb.dbo.restorehistory; empty for none. */
  restored: string | null;
};

export type RestoredFacts = {
  database: SqlAnswer<{
    create_date: string | null;
    database_guid: string | null;
    recovery_fork: string | null;
  }>;
  history: SqlAnswer<{ restored: string | null }>;
  before: Recollection<Identity | null>;
  kept: string | null;
};

/** Name in the memory of a facility. */
export const identityKey = ({ database }: FacilitySettings) => `identity of ${database.name}`;

/** The database is the one that was seen before, not one restored from a backup or moved here from elsewhere. */
export const sqlDbRestored: FacilityCheck<RestoredFacts> = {
  id: ID,
  title: 'The database was not restored from a backup',
  area: 'sqlserver',
  when: ['after-install', 'daily'],
  needs: ['sql-login'],
  timeoutMs: 8000,
  touches: 'notes the identity of the database in seen.json of the facility folder',
  fixes: [
    accepted(
      [`${ID}-changed`],
      identityKey,
      'takes the database of now as the one to compare with; what the restore lost stays lost',
    ),
  ],

  async probe(context, signal) {
    const { sql, memory, settings } = context;
    const database = await sql.query<Omit<Identity, 'restored'>>(
      `SELECT CONVERT(varchar(23), d.create_date, 126) AS create_date,
              CONVERT(varchar(36), r.database_guid) AS database_guid, CONVERT(varchar(36), r.recovery_fork_guid) AS recovery_fork
       FROM sys.databases AS d LEFT JOIN sys.database_recovery_status AS r ON r.database_id = d.database_id
       WHERE d.database_id = DB_ID()`,
      {},
      signal,
    );
    const history = await sql.query<{ restored: string | null }>(
      `SELECT CONVERT(varchar(23), MAX(h.restore_date), 126) AS restored FROM msdb.dbo.restorehistory AS h
       WHERE h.destination_database_name = DB_NAME()`,
      {},
      signal,
    );
    const before = (await memory.recall(identityKey(settings))) as Recollection<Identity | null>;
    const now = identity(database, history);
    if (now === undefined) return { database, history, before, kept: null };
    const value = before.value !== null && differences(before.value, now).length > 0 ? before.value : now;
    return { database, history, before, kept: await memory.keep(identityKey(settings), value) };
  },

  judge({ database, history, before, kept }, settings) {
    if (!database.ok) return cannotTell(ID, database.failure);
    const now = identity(database, history);
    if (now === undefined) return cannotTell(ID, { kind: 'other', message: 'an empty answer' });
    const changed = before.value === null ? [] : differences(before.value, now);
    if (changed.length > 0) return restored(changed, before.at, settings);
    const forgetful = withoutMemory(ID, before, kept);
    if (forgetful !== undefined) return forgetful;
    return before.value === null
      ? pass('noted for comparison', `made ${now.create_date}`)
      : pass('the database seen before', `made ${now.create_date}`);
  },
};

function identity(
  database: RestoredFacts['database'],
  history: RestoredFacts['history'],
): Identity | undefined {
  const row = database.ok ? database.value[0] : undefined;
  if (row === undefined) return undefined;
  return { ...row, restored: history.ok ? (history.value[0]?.restored ?? '') : null };
}

/** What differs, in words; what one side could not see does not count. */
function differences(before: Identity, now: Identity): string[] {
  const words: Record<keyof Identity, string> = {
    create_date: 'creation date',
    database_guid: 'database_guid',
    recovery_fork: 'recovery fork',
    restored: 'restore in msdb',
  };
  return (Object.keys(words) as (keyof Identity)[])
    .filter((name) => before[name] !== null && now[name] !== null && before[name] !== now[name])
    .map((name) => `${words[name]} ${before[name] === '' ? 'none' : before[name]} → ${now[name]}`);
}

function restored(changed: readonly string[], since: string | null, settings: FacilitySettings): Verdict {
  return fail(
    `${ID}-changed`,
    `${settings.database.name} was restored or replaced since ${since?.slice(0, 16)}.`,
    {
      current: changed.join('; '),
      required: 'the same database',
      remedy: {
        text:
          'Its log positions may mean other changes now, and the warehouse may hold rows that the backup does not have. Look at ' +
          'sql-db-cdc-enabled and sql-jobs-exist first: a restore may have taken both. The first command makes position and tables ' +
          'anew. Where it is the same data at the same positions (a move without a gap), the second one forgets this.',
        commands: [
          `clinicmaster-cdc recover restored --dir ${settings.dir}`,
          `clinicmaster-cdc doctor --only ${ID} --fix --accept-risk forget`,
        ],
        who: 'central-team',
      },
    },
  );
}
