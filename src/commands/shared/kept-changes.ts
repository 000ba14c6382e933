import { retentionMinutes, span } from '../../checks/sqlserver/retention-answer.ts';
import { sqlOffsetWindow } from '../../checks/sqlserver/sql-offset-window.ts';
import type { Context } from '../../context.ts';
import type { FacilitySettings } from '../../settings/facility.ts';
import type { KeptChanges } from '../../ui/life-text.ts';
import { withCheckContext } from './checked.ts';

const MINUTE_MS = 60_000;
/** What SQL Server sets when nobody changes it. */
const DEFAULT_MINUTES = 3 * 24 * 60;
/** A question too many must not keep anybody from stopping. */
const LIMIT_MS = 10_000;

/**
 * Until when SQL Server keeps the oldest change that this facility has not sent. It begins at the connector's position where the
 * worker tells it, else at the last heartbeat: the connector had read everything until then.
 * @returns what could be learnt; never rejects but for Ctrl-C
 */
export async function keptChanges(settings: FacilitySettings, context: Context): Promise<KeptChanges> {
  const { clock, signal, system } = context;
  const limit = AbortSignal.any([signal, AbortSignal.timeout(LIMIT_MS)]);
  try {
    return await withCheckContext(settings, context, async (checkContext) => {
      const { window, jobs } = await sqlOffsetWindow.probe(checkContext, limit);
      const retention = retentionMinutes(jobs);
      const row = window?.ok === true ? window.value[0] : undefined;
      let behind = row?.minutes_behind ?? null;
      if (behind === null) {
        const last = await checkContext.kafka.lastRecord(checkContext.names.topics.heartbeat, limit);
        if (last.ok && last.value !== null) behind = (clock.now() - last.value.timestampMs) / MINUTE_MS;
      }
      const left = (retention ?? DEFAULT_MINUTES) - Math.max(0, behind ?? 0);
      const until = new Date(clock.now() + left * MINUTE_MS);
      const reason = jobs.ok ? 'there is no cleanup job' : jobs.failure.message;
      return {
        minutes: retention,
        keptFor: span(retention ?? DEFAULT_MINUTES),
        until: until.toISOString(),
        untilText: localTime(until, system().timeZone),
        why: retention === null ? reason : null,
      };
    });
  } catch (cause) {
    signal.throwIfAborted();
    const why = cause instanceof Error ? cause.message : String(cause);
    return { minutes: null, keptFor: span(DEFAULT_MINUTES), until: null, untilText: null, why };
  }
}

/** `Fri 28 Nov 14:00 (Africa/Kampala)`, as a clock on the wall there shows it. */
function localTime(at: Date, timeZone: string): string {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    weekday: 'short',
    day: '2-digit',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).formatToParts(at);
  const part = (type: string) => parts.find((one) => one.type === type)?.value ?? '';
  return `${part('weekday')} ${part('day')} ${part('month')} ${part('hour')}:${part('minute')} (${timeZone})`;
}
