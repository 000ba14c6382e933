import { TsqlError, type TsqlType } from '../types.ts';

/**
 * Ticks: counts of 100 ns since 0001-01-01 00:00 (datetime, smalldatetime, datetime2) or since midnight (time).
 * datetime keeps whole 1/300 s, written .000, .003, .007 as SQL Server prints them. A datetimeoffset is stored as the
 * text `YYYY-MM-DD HH:MM:SS.fffffff+HH:MM` with the time in UTC, which sorts by instant.
 */
const DAY = 864_000_000_000n;
const SECOND = 10_000_000n;
const LAST = 3_155_378_975_999_999_999n;
const EPOCH_DAY = 719_162n;

const CLOCK =
  /^(?:(\d{4})-(\d\d)-(\d\d)(?:[ T]|$))?(?:([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d)(?:\.(\d{1,7}))?)?)?$/;

/** Ticks of `HH:MM:SS[.f]` or `YYYY-MM-DD HH:MM:SS[.f]`, rounded to what the type holds. Throws TsqlError 241. */
export function clockToTicks(type: TsqlType, text: string): bigint {
  const ticks = rounded(type, parseClock(text));
  return type.name === 'time' ? ticks % DAY : ticks;
}

/** The text of {@link clockToTicks}, with as many decimals as the type has. */
export function ticksToClock(type: TsqlType, ticks: bigint): string {
  const time = clockText(ticks, decimalsOf(type));
  return type.name === 'time' ? time : `${dateText(ticks / DAY)} ${time}`;
}

/** `YYYY-MM-DD HH:MM:SS[.f] +HH:MM` (local time and offset) to the stored text. */
export function offsetToPg(type: TsqlType, text: string): string {
  const match = /^(.*?) ?([+-])(\d\d):(\d\d)$/.exec(text);
  if (match === null) throw malformed();
  const minutes = BigInt(`${match[2]}${Number(match[3]) * 60 + Number(match[4])}`);
  const utc = rounded(type, parseClock(match[1] as string)) - minutes * 60n * SECOND;
  if (utc < 0n || utc > LAST) throw malformed();
  return `${dateText(utc / DAY)} ${clockText(utc, 7)}${match[2]}${match[3]}:${match[4]}`;
}

/** The stored text to local time and offset. */
export function offsetFromPg(type: TsqlType, text: string): string {
  const zone = text.slice(27);
  const minutes = BigInt(`${zone[0]}${Number(zone.slice(1, 3)) * 60 + Number(zone.slice(4, 6))}`);
  const local = parseClock(text.slice(0, 27)) + minutes * 60n * SECOND;
  return `${dateText(local / DAY)} ${clockText(local, decimalsOf(type))} ${zone}`;
}

/** Decimals of a second that a type prints. */
export function decimalsOf(type: TsqlType): number {
  if (type.name === 'datetime') return 3;
  return type.name === 'smalldatetime' ? 0 : (type.scale ?? 7);
}

function rounded(type: TsqlType, ticks: bigint): bigint {
  if (type.name === 'datetime') return toDatetime(ticks);
  if (type.name === 'smalldatetime')
    return ((toDatetime(ticks) + 30n * SECOND) / (60n * SECOND)) * 60n * SECOND;
  const unit = 10n ** BigInt(7 - (type.scale ?? 7));
  const up = ((ticks + unit / 2n) / unit) * unit;
  return up > LAST ? (ticks / unit) * unit : up;
}

function toDatetime(ticks: bigint): bigint {
  const thirds = ((ticks % SECOND) * 3n + 50_000n) / 100_000n;
  return ticks - (ticks % SECOND) + ((thirds * 10n + 1n) / 3n) * 10_000n;
}

function parseClock(text: string): bigint {
  const match = CLOCK.exec(text);
  if (match === null) throw malformed();
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = ''] = match;
  const days = year === undefined ? 0n : daysOf(Number(year), Number(month), Number(day));
  const seconds = BigInt(Number(hour) * 3600 + Number(minute) * 60 + Number(second));
  return days * DAY + seconds * SECOND + BigInt(fraction.padEnd(7, '0'));
}

/** Days since 0001-01-01 in the Gregorian calendar reckoned backwards, as SQL Server does. */
function daysOf(year: number, month: number, day: number): bigint {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (year < 1 || date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) throw malformed();
  return BigInt(date.getTime() / 86_400_000) + EPOCH_DAY;
}

function dateText(days: bigint): string {
  return new Date(Number(days - EPOCH_DAY) * 86_400_000).toISOString().slice(0, 10);
}

function clockText(ticks: bigint, decimals: number): string {
  const seconds = Number((ticks % DAY) / SECOND);
  const parts = [seconds / 3600, (seconds / 60) % 60, seconds % 60].map((n) =>
    String(Math.floor(n)).padStart(2, '0'),
  );
  const fraction = String(ticks % SECOND)
    .padStart(7, '0')
    .slice(0, decimals);
  return parts.join(':') + (decimals > 0 ? `.${fraction}` : '');
}

function malformed(): TsqlError {
  return new TsqlError(241, 'Conversion failed when converting date and/or time from character string.');
}
