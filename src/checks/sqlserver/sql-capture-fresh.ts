import type { SqlAnswer } from '../../adapters/sqlserver-port.ts';
import { spanText } from '../../units.ts';
import type { FacilityCheck } from '../context.ts';
import type { Remedy, Verdict } from '../types.ts';
import { fail, pass, skip, warn } from '../verdicts.ts';
import { bracketed, cannotTell } from './answers.ts';
import { grantCdc } from './grants.ts';

const ID = 'sql-capture-fresh';

/** An idle capture job writes a mark about every five minutes. */
const FRESH_S = 15 * 60;
const SILENT_S = 60 * 60;
/** The first mark may need that long after the first table was enabled. */
const STARTING_S = 2 * 60;

export type FreshRow = {
  max_lsn: string | null;
  /** Seconds since the capture job last wrote. */
  age_s: number | null;
  /** Seconds since the oldest capture instance was made; null without any. */
  enabled_s: number | null;
  /** 1: a change is on record; 0: marks of rest alone. Bundles of earlier versions do not say. */
  changed?: number | null;
};

/**
 * The capture job writes. Any login that may read schema cdc can see it, so this works where the state of SQL Server Agent
 * is hidden (domain: silent failure S1).
 */
export const sqlCaptureFresh: FacilityCheck<SqlAnswer<FreshRow>> = {
  id: ID,
  title: 'The capture job is writing',
  area: 'sqlserver',
  when: ['before-install', 'after-install', 'daily'],
  needs: ['sql-db-cdc-enabled'],
  timeoutMs: 8000,

  probe: ({ sql }, signal) =>
    sql.query<FreshRow>(
      `SELECT CONVERT(varchar(24), sys.fn_cdc_get_max_lsn(), 1) AS max_lsn,
              DATEDIFF(SECOND, MAX(m.tran_end_time), GETDATE()) AS age_s,
              (SELECT DATEDIFF(SECOND, MIN(ct.create_date), GETDATE()) FROM cdc.change_tables AS ct) AS enabled_s,
              MAX(CASE WHEN m.tran_id <> 0x00 THEN 1 ELSE 0 END) AS changed
       FROM cdc.lsn_time_mapping AS m`,
      {},
      signal,
    ),

  judge(facts, settings) {
    if (!facts.ok) return cannotTell(ID, facts.failure, grantCdc(settings));
    const { age_s: age, enabled_s: enabled, changed } = facts.value[0] ?? { age_s: null, enabled_s: null };
    if (enabled === null) return skip(`${ID}-none`, 'Not checked: no table is captured yet.');
    const required = `something written within ${spanText(FRESH_S)}`;
    const remedy = startCapture(settings.database.name);
    if (age === null) {
      if (enabled < STARTING_S) return pass('capture has just been enabled');
      return fail(`${ID}-never`, 'The capture job has never written anything.', {
        current: `first table enabled ${spanText(enabled)} ago, nothing written`,
        required,
        remedy,
      });
    }
    const current = `last wrote ${spanText(age)} ago`;
    if (age < FRESH_S) return changed === 0 && enabled >= STARTING_S ? unchanged(current) : pass(current);
    const summary = `The capture job ${current}: changes wait in the transaction log.`;
    return age <= SILENT_S
      ? warn(`${ID}-late`, summary, { current, required, remedy })
      : fail(`${ID}-stopped`, summary, { current, required, remedy });
  },
};

/** Debezium sends heartbeats, and runs their query, only while SQL Server has a change on record (domain: S8). */
function unchanged(current: string): Verdict {
  return warn(
    `${ID}-unchanged`,
    'No change is on record: the connector sends no heartbeat until there is one.',
    {
      current: `${current}, marks of rest alone`,
      required: 'one captured change',
      remedy: {
        text:
          'Nothing has changed since the capture began, or everything is older than the retention. The next change of any ' +
          'captured table ends it. With a schema of its own (sql enable makes it, and beats once) the database beats by itself.',
        commands: ['clinicmaster-cdc sql enable'],
        who: 'dba',
      },
    },
  );
}

function startCapture(database: string): Remedy {
  return {
    text:
      'Start SQL Server Agent if it stands still (see sql-agent-running), then the capture job. While it stands still, the ' +
      'transaction log cannot be given free and grows.',
    sql: [`USE ${bracketed(database)};`, `EXEC sys.sp_cdc_start_job @job_type = N'capture';`],
    who: 'dba',
  };
}
