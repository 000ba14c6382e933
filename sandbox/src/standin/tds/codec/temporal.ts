/** Ticks of 100 ns: the finest unit of T-SQL's time types. A day of them fits a double exactly. */
export const TICKS_PER_SECOND = 10_000_000;
export const TICKS_PER_MINUTE = 60 * TICKS_PER_SECOND;
export const TICKS_PER_DAY = 86_400 * TICKS_PER_SECOND;

/** 9999-12-31 as days since 0001-01-01. */
const LAST_DAY = 3_652_058;

const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;
const TIME = /^(\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,7}))?$/;
const OFFSET = /^([+-])(\d{2}):(\d{2})$/;

/** A day (days since 0001-01-01, proleptic Gregorian) and the ticks since its midnight. */
export interface Moment {
  days: number;
  ticks: number;
}

/** Days since 0001-01-01 of `YYYY-MM-DD`. Years are counted from March, so that the leap day comes last. */
export function parseDate(text: string): number {
  const match = DATE.exec(text);
  if (!match) throw new RangeError(`not a date: ${text}`);
  const month = Number(match[2]);
  const day = Number(match[3]);
  const year = Number(match[1]) - (month <= 2 ? 1 : 0);
  const marchBased = (month + 9) % 12;
  const days =
    year * 365 +
    Math.floor(year / 4) -
    Math.floor(year / 100) +
    Math.floor(year / 400) +
    Math.floor((153 * marchBased + 2) / 5) +
    day -
    307;
  return checkedDay(days, text);
}

/** `YYYY-MM-DD` of days since 0001-01-01. */
export function formatDate(days: number): string {
  checkedDay(days, String(days));
  const shifted = days + 306;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const marchBased = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * marchBased + 2) / 5) + 1;
  const month = marchBased < 10 ? marchBased + 3 : marchBased - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  return `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}`;
}

/** Ticks since midnight of `HH:MM:SS[.fffffff]`. */
export function parseTime(text: string): number {
  const match = TIME.exec(text);
  if (!match) throw new RangeError(`not a time of day: ${text}`);
  const seconds = Number(match[1]) * 3600 + Number(match[2]) * 60 + Number(match[3]);
  return seconds * TICKS_PER_SECOND + Number((match[4] ?? '').padEnd(7, '0'));
}

/** `HH:MM:SS`, followed by `digits` digits of the second. */
export function formatTime(ticks: number, digits: number): string {
  const seconds = Math.floor(ticks / TICKS_PER_SECOND);
  const clock = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const text = clock.map((part) => pad(part, 2)).join(':');
  if (digits === 0) return text;
  return `${text}.${pad(ticks % TICKS_PER_SECOND, 7).slice(0, digits)}`;
}

/** `YYYY-MM-DD HH:MM:SS[.fffffff]`. */
export function parseMoment(text: string): Moment {
  const [date = '', time = '', ...rest] = text.split(' ');
  if (rest.length > 0) throw new RangeError(`not a date and time: ${text}`);
  return { days: parseDate(date), ticks: parseTime(time) };
}

export function formatMoment({ days, ticks }: Moment, digits: number): string {
  return `${formatDate(days)} ${formatTime(ticks, digits)}`;
}

/** Local date and time followed by ` +HH:MM`, as the moment in UTC and the offset in minutes. */
export function parseOffsetMoment(text: string): { utc: Moment; offset: number } {
  const cut = text.lastIndexOf(' ');
  const match = OFFSET.exec(text.slice(cut + 1));
  if (!match) throw new RangeError(`not a date and time with offset: ${text}`);
  const minutes = Number(match[2]) * 60 + Number(match[3]);
  const offset = match[1] === '-' ? -minutes : minutes;
  const local = parseMoment(text.slice(0, cut));
  return { utc: shifted(local, -offset), offset };
}

export function formatOffsetMoment(utc: Moment, offset: number, digits: number): string {
  const minutes = Math.abs(offset);
  const zone = `${offset < 0 ? '-' : '+'}${pad(Math.floor(minutes / 60), 2)}:${pad(minutes % 60, 2)}`;
  return `${formatMoment(shifted(utc, offset), digits)} ${zone}`;
}

/** Rounds to units of `unitTicks`; a moment that rounds up to midnight moves to the next day. */
export function rounded({ days, ticks }: Moment, unitTicks: number): { days: number; units: number } {
  const units = Math.round(ticks / unitTicks);
  // 1/300 s is no whole number of ticks: compare counts of units, not their product.
  return units >= Math.round(TICKS_PER_DAY / unitTicks) ? { days: days + 1, units: 0 } : { days, units };
}

function shifted({ days, ticks }: Moment, minutes: number): Moment {
  const moved = ticks + minutes * TICKS_PER_MINUTE;
  const carry = Math.floor(moved / TICKS_PER_DAY);
  return { days: checkedDay(days + carry, `day ${days + carry}`), ticks: moved - carry * TICKS_PER_DAY };
}

function checkedDay(days: number, shown: string): number {
  if (days < 0 || days > LAST_DAY) throw new RangeError(`outside 0001-01-01 to 9999-12-31: ${shown}`);
  return days;
}

function pad(value: number, width: number): string {
  return String(value).padStart(width, '0');
}
