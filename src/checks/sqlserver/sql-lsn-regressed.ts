import type { SqlAnswer } from '../../adapters/sqlserver-port.ts';
import type { FacilitySettings } from '../../settings/facility.ts';
import type { FacilityCheck } from '../context.ts';
import type { Recollection } from '../memory.ts';
import { fail, pass, skip } from '../verdicts.ts';
import { cannotTell } from './answers.ts';
import { grantCdc } from './grants.ts';
import { type Position, storedPosition } from './position.ts';
import { accepted, withoutMemory } from './recollection.ts';

const ID = 'sql-lsn-regressed';

/** The highest LSN seen, `0x…`; `fellTo` once a lower one was seen, until that is accepted. */
type Highest = { lsn: string; fellTo: string | null };

export type RegressedFacts = {
  newest: SqlAnswer<{ max_lsn: string | null }>;
  position: Position;
  before: Recollection<Highest | null>;
  kept: string | null;
};

/** Name in the memory of a facility. */
export const highestKey = ({ database }: FacilitySettings) => `highest LSN of ${database.name}`;

/**
 * SQL Server's log has not gone back behind what was seen before. After a restore of an older backup Debezium waits for its
 * old position, sends heartbeats and no rows (domain: silent failure S4).
 */
export const sqlLsnRegressed: FacilityCheck<RegressedFacts> = {
  id: ID,
  title: 'The log has not gone backwards',
  area: 'sqlserver',
  when: ['after-install', 'daily'],
  needs: ['sql-db-cdc-enabled'],
  timeoutMs: 8000,
  touches: 'notes the newest LSN in seen.json of the facility folder',
  fixes: [
    accepted(
      [`${ID}-back`],
      highestKey,
      'takes the log of now as the one to compare with; missing changes stay missing',
    ),
  ],

  async probe(context, signal) {
    const { sql, memory, settings } = context;
    // Before the newest LSN is asked for: the connector, or another run, may go on meanwhile.
    const position = await storedPosition(context, signal);
    const before = (await memory.recall(highestKey(settings))) as Recollection<Highest | null>;
    const newest = await sql.query<{ max_lsn: string | null }>(
      'SELECT CONVERT(varchar(24), sys.fn_cdc_get_max_lsn(), 1) AS max_lsn',
      {},
      signal,
    );
    const now = newest.ok ? (newest.value[0]?.max_lsn ?? null) : null;
    if (now === null) return { newest, position, before, kept: null };
    return {
      newest,
      position,
      before,
      kept: await memory.keep(highestKey(settings), highest(now, before.value)),
    };
  },

  judge({ newest, position, before, kept }, settings) {
    if (!newest.ok) return cannotTell(ID, newest.failure, grantCdc(settings));
    const now = newest.value[0]?.max_lsn ?? null;
    if (now === null) return skip(`${ID}-none`, 'Not checked: nothing has been captured yet.');
    const known = [position.lsn, before.value?.lsn].flatMap((lsn) => lsn ?? []).sort();
    const past = known.at(-1);
    const fell = before.value?.fellTo ?? null;
    if (past !== undefined && (now < past || fell !== null)) {
      return fail(`${ID}-back`, 'The log of the database has gone backwards: an older backup was restored.', {
        current: `newest ${fell ?? now}; seen before ${past}${position.lsn === null ? '' : `; position ${position.lsn}`}`,
        required: 'a newest LSN at or after everything seen before',
        remedy: {
          text:
            'No change reaches the warehouse until the log has grown past the old position, and what lies between is then missing. ' +
            'The first command makes position and tables anew; rows that the backup does not have stay in the warehouse until the ' +
            'central team removes them. Where it is not to be copied, the second one forgets this.',
          commands: [
            `clinicmaster-cdc recover restored --dir ${settings.dir}`,
            `clinicmaster-cdc doctor --only ${ID} --fix --accept-risk forget`,
          ],
          who: 'central-team',
        },
      });
    }
    return withoutMemory(ID, before, kept) ?? pass(`newest ${now}`);
  },
};

/** What to remember: the highest, and that it once fell. */
function highest(now: string, before: Highest | null): Highest {
  if (before === null) return { lsn: now, fellTo: null };
  if (before.fellTo !== null) return before;
  return now < before.lsn ? { lsn: before.lsn, fellTo: now } : { lsn: now, fellTo: null };
}
