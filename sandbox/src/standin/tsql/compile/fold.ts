import type { TsqlType } from '../../types.ts';
import { toPg } from '../storage.ts';
import { digitsOf, familyOf } from '../type-rules.ts';
import type { Conversion } from './convert.ts';
import type { Typed } from './typed.ts';

/**
 * The constant that converting a literal gives, where that is plain and cannot fail; undefined leaves it to PostgreSQL.
 * Loading rows is mostly this: a hundred dates parsed here cost less than one call of a function there.
 */
export function foldLiteral(value: Typed, to: TsqlType, how: Conversion): string | undefined {
  const { literal } = value;
  if (literal === undefined || how.style !== undefined) return undefined;
  if (literal.literal === 'integer') return foldInteger(literal.value, to);
  if (literal.literal === 'decimal' && value.type.name === 'decimal')
    return foldDecimal(literal.value, value.type, to);
  if (literal.literal === 'string' || literal.literal === 'nstring') return foldMoment(literal.value, to);
  return undefined;
}

const RANGES: Record<string, [bigint, bigint, string]> = {
  tinyint: [0n, 255n, 'int2'],
  smallint: [-32768n, 32767n, 'int2'],
  int: [-2147483648n, 2147483647n, 'int4'],
  bigint: [-9223372036854775808n, 9223372036854775807n, 'int8'],
};

function foldInteger(digits: string, to: TsqlType): string | undefined {
  const range = RANGES[to.name];
  if (range !== undefined) {
    const number = BigInt(digits);
    return number >= range[0] && number <= range[1] ? `'${number}'::${range[2]}` : undefined;
  }
  if (to.name === 'bit') return BigInt(digits) === 0n ? '0::int2' : '1::int2';
  return foldDecimal(digits, { name: 'decimal', precision: digits.replace('-', '').length, scale: 0 }, to);
}

/** Into decimal or money with room for all digits before the point; PostgreSQL rounds as T-SQL does. */
function foldDecimal(digits: string, from: TsqlType, to: TsqlType): string | undefined {
  const [precision, scale] = digitsOf(from);
  const whole = precision - scale;
  switch (familyOf(to)) {
    case 'money':
      // One digit less than the type prints: 922337203685477.5807 is the last that fits.
      return whole < (to.name === 'money' ? 15 : 6) ? `'${digits}'::numeric(19,4)` : undefined;
    case 'decimal': {
      const [p, s] = digitsOf(to);
      return whole < p - s || (whole === p - s && scale <= s) ? `'${digits}'::numeric(${p},${s})` : undefined;
    }
    default:
      return undefined;
  }
}

const DATE = String.raw`(\d{4})-(\d\d)-(\d\d)`;
const TIME = String.raw`(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.(\d{1,7}))?`;
const PLAIN_DATE = new RegExp(`^${DATE}$`);
const PLAIN_TIME = new RegExp(`^${TIME}$`);
const PLAIN_MOMENT = new RegExp(`^${DATE}(?:[ T]${TIME})?$`);
const PLAIN_OFFSET = new RegExp(`^${DATE} ${TIME} [+-](?:0\\d|1[0-3]):[0-5]\\d$`);

/** Dates and times in their ISO spelling. */
function foldMoment(text: string, to: TsqlType): string | undefined {
  switch (familyOf(to)) {
    case 'date':
      return isDay(PLAIN_DATE.exec(text)) ? `'${text}'::date` : undefined;
    case 'time':
      return PLAIN_TIME.test(text) ? `${toPg(to, text)}::int8` : undefined;
    case 'moment': {
      const match = PLAIN_MOMENT.exec(text);
      if (!isDay(match) || match === null) return undefined;
      if (to.name === 'datetime2') return `${toPg(to, text)}::int8`;
      const [year, decimals] = [Number(match[1]), (match[4] ?? '').length];
      // The first and last years of the types are left to the function that knows their bounds.
      const inside = to.name === 'datetime' ? year >= 1753 && year < 9999 : year >= 1900 && year < 2079;
      return inside && decimals <= 3 ? `${toPg(to, text)}::int8` : undefined;
    }
    case 'offset': {
      const match = PLAIN_OFFSET.exec(text);
      return isDay(match) && match !== null && Number(match[1]) > 1 && Number(match[1]) < 9999
        ? `'${toPg(to, text)}'::text`
        : undefined;
    }
    default:
      return undefined;
  }
}

function isDay(match: RegExpExecArray | null): boolean {
  if (match === null) return false;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  if (year < 1 || month < 1 || month > 12 || day < 1) return false;
  return day <= new Date(Date.UTC(2000 + (year % 400), month, 0)).getUTCDate();
}
