import type { FacilitySettings } from '../../settings/facility.ts';
import type { Verdict } from '../types.ts';
import { fail, listed, warn } from '../verdicts.ts';
import { bracketed } from './answers.ts';
import type { Glance, Unread } from './unread-deletions.ts';

/** What sql-offset-window says of a position that SQL Server has left behind. */

const ID = 'sql-offset-window';

const recover = ({ dir }: FacilitySettings, more = '') => `clinicmaster-cdc recover gap --dir ${dir}${more}`;

/** Changes that were not read are gone, and a start would copy or fail. */
export function lost({ position, oldest }: Glance, settings: FacilitySettings): Verdict {
  return fail(`${ID}-lost`, 'SQL Server has deleted changes that the connector has not read.', {
    current: `position ${position}; the change tables begin at ${oldest}`,
    required: 'a position at or after the beginning of the change tables',
    remedy: {
      text:
        'Restart nothing: SNAPSHOT_MODE=when_needed would copy the whole database over this line. The command shows what it would do: it ' +
        'moves the position on, and copies the tables beside the stream. Rows that were deleted meanwhile the central team marks ' +
        'before. Then keep changes longer:',
      commands: [recover(settings)],
      sql: keepLonger(settings.database.name, 20_160),
      who: 'central-team',
    },
  });
}

/** The same position, but it is proven that nothing was there. */
export function idleLost({ position, oldest }: Glance, settings: FacilitySettings): Verdict {
  return warn(`${ID}-idle-lost`, 'The position looks lost, but nothing was: no change was captured since.', {
    current: `position ${position}; the change tables begin at ${oldest}; nothing was captured between`,
    required: 'a position at or after the beginning of the change tables',
    remedy: {
      text:
        'Restart nothing: SNAPSHOT_MODE=when_needed would copy the whole database for nothing. The first command moves the position on ' +
        'and copies nothing. The heartbeat table keeps this from coming back.',
      commands: [recover(settings), 'clinicmaster-cdc sql enable'],
      who: 'you',
    },
  });
}

/** The connector has gone on behind such a loss. */
export function passed({ position, oldest, at, left }: Unread, settings: FacilitySettings): Verdict {
  const which = left === null ? 'all that stream' : listed(left);
  return fail(`${ID}-passed`, 'Changes were deleted unread, and the stream has gone on without them.', {
    current: `seen ${at.slice(0, 16)}: position ${position}, change tables from ${oldest}; to be copied: ${which}`,
    required: 'the tables copied again, or the gap accepted',
    remedy: {
      text:
        'The command copies the tables again beside the stream, and forgets this when it is done. Where the gap shall stay, the ' +
        'second one.',
      commands: [recover(settings), `clinicmaster-cdc doctor --only ${ID} --fix --accept-risk forget`],
      who: 'central-team',
    },
  });
}

/** Statements for the DBA. */
export function keepLonger(database: string, minutes: number): string[] {
  return [
    `USE ${bracketed(database)};`,
    `EXEC sys.sp_cdc_change_job @job_type = N'cleanup', @retention = ${minutes};`,
  ];
}
