/** The hours in which the first copy may run, in the hospital's own time. */
export interface CopyWindow {
  /** Minutes after midnight. */
  from: number;
  to: number;
  /** Minutes that the hospital's clock is before UTC. */
  zone: number;
}

/** East Africa Time: one offset all year, in every country that uses it. */
const USUAL_ZONE = 3 * 60;
const DAY = 24 * 60;

/**
 * `22:00-05:00`, East Africa Time, or `22:00-05:00+02:00`: connect/settings.sh and connector.sh read the same form.
 * @returns undefined for anything else, and for a window without length
 */
export function parseWindow(text: string): CopyWindow | undefined {
  const match = /^([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)(?:([+-])(0\d|1[0-4]):([0-5]\d))?$/.exec(
    text,
  );
  if (match === null) return undefined;
  const [, fromHour, fromMinute, toHour, toMinute, sign, zoneHour, zoneMinute] = match;
  const from = Number(fromHour) * 60 + Number(fromMinute);
  const to = Number(toHour) * 60 + Number(toMinute);
  const given = Number(zoneHour) * 60 + Number(zoneMinute);
  const zone = sign === undefined ? USUAL_ZONE : sign === '-' ? -given : given;
  return from === to ? undefined : { from, to, zone };
}

/** Whether the window is open. @param at milliseconds since 1970 */
export function isOpen({ from, to, zone }: CopyWindow, at: number): boolean {
  const now = minuteOfDay(at, zone);
  return from < to ? now >= from && now < to : now >= from || now < to;
}

/** Minutes until the window opens or, when it is open, closes. */
export function untilChange(window: CopyWindow, at: number): number {
  const next = isOpen(window, at) ? window.to : window.from;
  return (((next - minuteOfDay(at, window.zone)) % DAY) + DAY) % DAY;
}

/** When the window last opened or closed, in milliseconds since 1970. */
export function lastChange(window: CopyWindow, at: number): number {
  const last = isOpen(window, at) ? window.from : window.to;
  const minutes = (((minuteOfDay(at, window.zone) - last) % DAY) + DAY) % DAY;
  return (Math.floor(at / 60_000) - minutes) * 60_000;
}

/** `22:00–05:00 (UTC+3)`. */
export function windowText({ from, to, zone }: CopyWindow): string {
  const hours = Math.floor(Math.abs(zone) / 60);
  const minutes = Math.abs(zone) % 60;
  const offset = `${zone < 0 ? '-' : '+'}${hours}${minutes === 0 ? '' : `:${two(minutes)}`}`;
  return `${clock(from)}–${clock(to)} (UTC${offset})`;
}

function minuteOfDay(at: number, zone: number): number {
  return (((Math.floor(at / 60_000) + zone) % DAY) + DAY) % DAY;
}

function clock(minutes: number): string {
  return `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

function two(number: number): string {
  return String(number).padStart(2, '0');
}
