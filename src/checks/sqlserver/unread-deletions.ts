import type { FacilitySettings } from '../../settings/facility.ts';
import type { Recollection } from '../memory.ts';
import type { Facts } from '../types.ts';

/** Changes were deleted before they were read: kept until somebody has dealt with it. */
export type Unread = {
  /** Where the connector stood then, `0x…`. */
  position: string;
  /** Where the change tables began. */
  oldest: string;
  /** When it was seen, ISO 8601. */
  at: string;
  /** Tables that are still to be copied, `dbo.Visits`; null: all that stream; none: a copy of all was accepted. */
  left: string[] | null;
};

/** Nothing was captured between a position and this LSN: what lies between can be deleted without loss. */
export type Idle = { position: string; upTo: string };

/** Names in the memory of a facility. */
export const unreadKey = ({ database }: FacilitySettings) => `deleted unread in ${database.name}`;
export const idleKey = ({ database }: FacilitySettings) => `idle stretch of ${database.name}`;

/** What was seen of a position at one look. */
export interface Glance {
  position: string;
  oldest: string;
  /** The newest LSN that is mapped to a time; null for none. */
  newest: string | null;
  /** Captured transactions after the position. */
  unread: number;
  /** ISO 8601. */
  at: string;
}

/**
 * An earlier look has seen all that lay between the position and where the change tables begin now, and no transaction was
 * among it. (The cleanup takes rows of `cdc.lsn_time_mapping` away too, so that afterwards nobody can tell.)
 */
export function nothingWasThere(idle: Facts | undefined, { position, oldest }: Glance): boolean {
  const seen = idle as Idle | null | undefined;
  return seen != null && seen.position === position && oldest <= seen.upTo;
}

/** What to remember after a look: of losses and of idle stretches. */
export function remembered(
  glance: Glance,
  before: { unread: Recollection; idle: Recollection },
): { unread: Unread | null; idle: Idle | null } {
  const { position, oldest, newest, unread, at } = glance;
  const known = before.unread.value as Unread | null;
  const there = oldest <= position;
  const quiet = there || nothingWasThere(before.idle.value, glance);
  const idle = quiet && unread === 0 && newest !== null ? { position, upTo: newest } : null;
  const settled = known !== null && known.left?.length === 0;
  if (quiet) {
    const still = idle ?? (there ? null : (before.idle.value as Idle | null));
    return { unread: settled && there ? null : known, idle: still };
  }
  const same = known !== null && known.position === position && (settled || known.oldest === oldest);
  return { unread: same ? known : { position, oldest, at, left: null }, idle: null };
}
