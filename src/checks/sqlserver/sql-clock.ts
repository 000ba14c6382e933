import type { SqlAnswer } from '../../adapters/sqlserver-port.ts';
import type { FacilityCheck } from '../context.ts';
import type { Verdict } from '../types.ts';
import { fail, pass, warn } from '../verdicts.ts';
import { cannotTell } from './answers.ts';

const ID = 'sql-clock';

const WARN_S = 5;
const FAIL_S = 60;
/** East Africa Time, which has no summer time: the clocks of all facilities. */
const ZONE_MINUTES = 180;

type ClockRow = {
  /** ISO 8601 without a zone, to the millisecond. */
  utc_now: string;
  /** Minutes that the server's local time is ahead of UTC. */
  zone_minutes: number;
};

export type ClockFacts = {
  answer: SqlAnswer<ClockRow>;
  /** The clock of this machine before and after the question: the server's lies in between when both are right. */
  askedMs: number;
  answeredMs: number;
};

/** SQL Server's clock against this machine's, and its time zone: `datetime` carries none, so local time is what arrives. */
export const sqlClock: FacilityCheck<ClockFacts> = {
  id: ID,
  title: 'The clock of SQL Server is right',
  area: 'sqlserver',
  when: ['before-install', 'daily'],
  needs: ['sql-login'],
  timeoutMs: 8000,

  async probe({ sql, clock }, signal) {
    // The first question may still wait for its turn on the connection; only the second is timed.
    await sql.open(signal);
    const askedMs = clock.now();
    const answer = await sql.query<ClockRow>(
      `SELECT CONVERT(varchar(23), SYSUTCDATETIME(), 126) AS utc_now,
              DATEPART(TZOFFSET, SYSDATETIMEOFFSET()) AS zone_minutes`,
      {},
      signal,
    );
    return { answer, askedMs, answeredMs: clock.now() };
  },

  judge({ answer, askedMs, answeredMs }) {
    if (!answer.ok) return cannotTell(ID, answer.failure);
    const row = answer.value[0];
    if (row === undefined) return cannotTell(ID, { kind: 'other', message: 'an empty answer' });
    const serverMs = Date.parse(`${row.utc_now}Z`);
    const offS =
      (serverMs < askedMs ? serverMs - askedMs : serverMs > answeredMs ? serverMs - answeredMs : 0) / 1000;
    return (
      wrongTime(offS, row.utc_now) ??
      wrongZone(row.zone_minutes) ??
      pass(`right to ${WARN_S} s`, zone(row.zone_minutes))
    );
  },
};

/** `UTC+03:00` */
function zone(minutes: number): string {
  const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
  const two = (part: number) => String(part).padStart(2, '0');
  return `UTC${minutes < 0 ? '-' : '+'}${two(hours)}:${two(rest)}`;
}

function wrongTime(offS: number, seen: string): Verdict | undefined {
  const seconds = Math.round(Math.abs(offS));
  if (seconds < WARN_S) return undefined;
  const detail = {
    current: `SQL Server says ${seen.slice(0, 19)}Z, ${seconds} s ${offS > 0 ? 'ahead of' : 'behind'} this machine`,
    required: `Less than ${WARN_S} s apart.`,
    remedy: {
      text:
        'One of the two clocks is wrong: compare both with a third. Windows: the first command, as administrator; Linux: the ' +
        'second.',
      commands: ['w32tm /resync', 'sudo timedatectl set-ntp true'],
      who: 'you' as const,
    },
  };
  return seconds < FAIL_S
    ? warn(`${ID}-drift`, `The clocks of SQL Server and this machine are ${seconds} s apart.`, detail)
    : fail(`${ID}-wrong`, `The clocks of SQL Server and this machine are ${seconds} s apart.`, detail);
}

function wrongZone(minutes: number): Verdict | undefined {
  if (minutes === ZONE_MINUTES) return undefined;
  return warn(`${ID}-zone`, `SQL Server is set to ${zone(minutes)}, not to East Africa Time.`, {
    current: zone(minutes),
    required: zone(ZONE_MINUTES),
    remedy: {
      text:
        'Dates without a zone reach the warehouse as they stand here, and are read there as Kampala time. Set the zone of ' +
        'the machine (Windows: the command, as administrator), then restart SQL Server; older rows keep what they have.',
      commands: ["Set-TimeZone -Id 'E. Africa Standard Time'"],
      who: 'dba',
    },
  });
}
