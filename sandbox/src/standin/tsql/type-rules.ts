import { TsqlError, type TsqlType, type TsqlTypeName } from '../types.ts';

/** True when `a` comes before `b` in T-SQL's precedence, or they are equal. */
export function outranks(a: TsqlType, b: TsqlType): boolean {
  return PRECEDENCE.indexOf(a.name) <= PRECEDENCE.indexOf(b.name);
}

/** Which of two types an operator or CASE brings both sides to: the earlier in this list (T-SQL's precedence). */
const PRECEDENCE: readonly TsqlTypeName[] = [
  'xml',
  'datetimeoffset',
  'datetime2',
  'datetime',
  'smalldatetime',
  'date',
  'time',
  'float',
  'real',
  'decimal',
  'numeric',
  'money',
  'smallmoney',
  'bigint',
  'int',
  'smallint',
  'tinyint',
  'bit',
  'ntext',
  'text',
  'image',
  'rowversion',
  'uniqueidentifier',
  'nvarchar',
  'nchar',
  'varchar',
  'char',
  'varbinary',
  'binary',
];

/** Types that convert alike. `moment` = datetime, smalldatetime, datetime2. */
export type Family =
  | 'integer'
  | 'bit'
  | 'decimal'
  | 'money'
  | 'float'
  | 'text'
  | 'bytes'
  | 'guid'
  | 'date'
  | 'time'
  | 'moment'
  | 'offset';

const FAMILIES: Record<TsqlTypeName, Family> = {
  bigint: 'integer',
  int: 'integer',
  smallint: 'integer',
  tinyint: 'integer',
  bit: 'bit',
  decimal: 'decimal',
  numeric: 'decimal',
  money: 'money',
  smallmoney: 'money',
  float: 'float',
  real: 'float',
  date: 'date',
  time: 'time',
  datetime: 'moment',
  smalldatetime: 'moment',
  datetime2: 'moment',
  datetimeoffset: 'offset',
  char: 'text',
  varchar: 'text',
  nchar: 'text',
  nvarchar: 'text',
  text: 'text',
  ntext: 'text',
  xml: 'text',
  binary: 'bytes',
  varbinary: 'bytes',
  image: 'bytes',
  rowversion: 'bytes',
  uniqueidentifier: 'guid',
};

const NUMERIC: ReadonlySet<Family> = new Set(['integer', 'bit', 'decimal', 'money', 'float']);

export function familyOf(type: TsqlType): Family {
  return FAMILIES[type.name];
}

export function isNumeric(type: TsqlType): boolean {
  return NUMERIC.has(familyOf(type));
}

export function isText(type: TsqlType): boolean {
  return familyOf(type) === 'text';
}

/** nchar, nvarchar, ntext, xml: lengths count UTF-16 units. */
export function isWide(type: TsqlType): boolean {
  return type.name === 'nchar' || type.name === 'nvarchar' || type.name === 'ntext' || type.name === 'xml';
}

/** text, ntext, image, xml: they do not compare, sort or group. */
export function isLarge(type: TsqlType): boolean {
  return type.name === 'text' || type.name === 'ntext' || type.name === 'image' || type.name === 'xml';
}

export function sameType(a: TsqlType, b: TsqlType): boolean {
  return a.name === b.name && a.length === b.length && a.precision === b.precision && a.scale === b.scale;
}

/** `decimal(10,2)`, for messages and for DDL. */
export function typeText(type: TsqlType): string {
  if (type.precision !== undefined) return `${type.name}(${type.precision},${type.scale ?? 0})`;
  if (type.length !== undefined) return `${type.name}(${type.length < 0 ? 'max' : type.length})`;
  return type.scale === undefined ? type.name : `${type.name}(${type.scale})`;
}

const DIGITS: Partial<Record<TsqlTypeName, [number, number]>> = {
  bigint: [19, 0],
  int: [10, 0],
  smallint: [5, 0],
  tinyint: [3, 0],
  bit: [1, 0],
  money: [19, 4],
  smallmoney: [10, 4],
};

/** Precision and scale of a number as decimal arithmetic sees it. */
export function digitsOf(type: TsqlType): [precision: number, scale: number] {
  return DIGITS[type.name] ?? [type.precision ?? 18, type.scale ?? 0];
}

/**
 * The type that two values are brought to, as in UNION, CASE, COALESCE and comparisons: the one of higher precedence,
 * wide enough for both. Throws TsqlError 206 where T-SQL has no implicit conversion between them.
 */
export function commonType(a: TsqlType, b: TsqlType): TsqlType {
  if (sameType(a, b)) return a;
  const [high, low] = outranks(a, b) ? [a, b] : [b, a];
  if (!convertsImplicitly(low, high)) throw clash(low, high);
  switch (familyOf(high)) {
    case 'decimal': {
      if (!isNumeric(low)) return high;
      const [p1, s1] = digitsOf(high);
      const [p2, s2] = digitsOf(low);
      return limited('decimal', Math.max(p1 - s1, p2 - s2), Math.max(s1, s2));
    }
    case 'text':
      return isLarge(high) ? high : { name: high.name, length: longer(high, low) };
    case 'bytes':
      return high.length === undefined ? high : { name: high.name, length: longer(high, low) };
    case 'time':
    case 'offset':
    case 'moment':
      return high.scale === undefined ? high : { name: high.name, scale: Math.max(high.scale, scaleOf(low)) };
    default:
      return high;
  }
}

/** decimal(p,s) for so many digits before and after the point, cut to 38 in all. */
function limited(name: TsqlTypeName, whole: number, scale: number): TsqlType {
  const precision = Math.min(38, whole + scale);
  return { name, precision, scale: Math.max(0, Math.min(scale, 38 - whole)) };
}

/** Decimals of a second that a date or time type holds. */
function scaleOf(type: TsqlType): number {
  if (type.scale !== undefined) return type.scale;
  return type.name === 'datetime' ? 3 : 0;
}

function longer(a: TsqlType, b: TsqlType): number {
  const [x, y] = [textLength(a), textLength(b)];
  return x < 0 || y < 0 ? -1 : Math.max(x, y);
}

/** How long a value of the type may become as text (or bytes), −1 = without a limit. */
export function textLength(type: TsqlType): number {
  if (type.length !== undefined) return type.length;
  switch (familyOf(type)) {
    case 'integer':
      return digitsOf(type)[0] + 1;
    case 'bit':
      return 1;
    case 'decimal':
    case 'money':
      return digitsOf(type)[0] + 3;
    case 'float':
      return 24;
    case 'guid':
      return 36;
    case 'date':
      return 10;
    case 'time':
      return 16;
    case 'moment':
      return 27;
    case 'offset':
      return 34;
    default:
      return type.name === 'rowversion' ? 8 : -1;
  }
}

/** Operand type clash, error 206. */
function clash(from: TsqlType, to: TsqlType): TsqlError {
  return new TsqlError(206, `Operand type clash: ${from.name} is incompatible with ${to.name}`, 16, 2);
}

/** T-SQL's table of implicit conversions, by family. */
const IMPLICIT: Record<Family, readonly Family[]> = {
  integer: ['integer', 'bit', 'decimal', 'money', 'float', 'text', 'bytes', 'moment'],
  bit: ['integer', 'bit', 'decimal', 'money', 'float', 'text', 'bytes', 'moment'],
  decimal: ['integer', 'bit', 'decimal', 'money', 'float', 'text', 'moment'],
  money: ['integer', 'bit', 'decimal', 'money', 'float', 'text', 'bytes', 'moment'],
  float: ['integer', 'bit', 'decimal', 'money', 'float', 'text', 'moment'],
  text: ['integer', 'bit', 'decimal', 'money', 'float', 'text', 'guid', 'date', 'time', 'moment', 'offset'],
  bytes: ['integer', 'bit', 'decimal', 'money', 'text', 'bytes', 'guid'],
  guid: ['text', 'bytes', 'guid'],
  date: ['text', 'date', 'moment', 'offset'],
  time: ['text', 'time', 'moment', 'offset'],
  moment: ['text', 'date', 'time', 'moment', 'offset'],
  offset: ['text', 'date', 'time', 'moment', 'offset'],
};

export function convertsImplicitly(from: TsqlType, to: TsqlType): boolean {
  const [a, b] = [familyOf(from), familyOf(to)];
  // Numbers become datetime and smalldatetime (days since 1900), not datetime2.
  if (b === 'moment' && isNumeric(from)) return to.name !== 'datetime2';
  if (isLarge(from)) return a === b;
  if (to.name === 'xml') return isText(from);
  if (isLarge(to)) return a === b || (to.name === 'image' && a === 'bytes');
  return IMPLICIT[a].includes(b);
}
