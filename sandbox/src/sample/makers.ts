import type { TsqlType, TsqlValue } from '../standin/types.ts';
import { Random } from './random.ts';
import type { RowContext, ValueMaker } from './types.ts';
import * as words from './vocabulary.ts';

const pad = (value: number, width: number): string => String(value).padStart(width, '0');

/** The number of patient `sequence`, in ClinicMaster's style. */
function patientNo(sequence: number): string {
  return `P${pad(sequence, 7)}`;
}

/** A GUID that depends on its table and number alone, so that two facilities share it. */
export function sharedGuid(table: string, number: number): string {
  return new Random(`guid/${table}/${number}`).guid();
}

/** Values that depend on the row's sequence alone: for keys. */
export const key = {
  number: ({ sequence }: RowContext): TsqlValue => sequence,
  patientNo: ({ sequence }: RowContext): TsqlValue => patientNo(sequence),
  text:
    (prefix: string, width = 7): ValueMaker =>
    ({ sequence }) =>
      `${prefix}${pad(sequence, width)}`,
  guid:
    (table: string): ValueMaker =>
    ({ sequence }) =>
      sharedGuid(table, sequence),
  /** Items 1 to `size` of each parent: the child part of a composite key. */
  child:
    (size: number): ValueMaker =>
    ({ sequence }) =>
      ((sequence - 1) % size) + 1,
  /** Number of the parent that {@link key.child} belongs to. */
  parent:
    (size: number, make: (parent: number) => TsqlValue): ValueMaker =>
    ({ sequence }) =>
      make(Math.ceil(sequence / size)),
};

/** A patient who was there when the facility started. */
export const somePatient: ValueMaker = ({ random, patients }) => patientNo(random.int(1, patients));

export const oneOf =
  (items: readonly TsqlValue[]): ValueMaker =>
  ({ random }) =>
    random.pick(items);

export const integer =
  (low: number, high: number): ValueMaker =>
  ({ random }) =>
    random.int(low, high);

export const bigInteger: ValueMaker = ({ random }) => BigInt(random.int(0, 2 ** 31)) * 1_000_003n;

/** A decimal text between `low` and `high` with `scale` digits after the point. */
export const decimal =
  (low: number, high: number, scale: number): ValueMaker =>
  ({ random }) => {
    const whole = random.int(low, high);
    return scale === 0 ? `${whole}` : `${whole}.${random.digits(scale)}`;
  };

export const float =
  (low: number, high: number): ValueMaker =>
  ({ random }) =>
    low + (random.uint32() / 0x1_0000_0000) * (high - low);

export const real =
  (low: number, high: number): ValueMaker =>
  (context) =>
    Math.fround(Number(float(low, high)(context)));

export const flag: ValueMaker = ({ random }) => random.chance(0.5);

export const day =
  (from: number, to: number): ValueMaker =>
  ({ random }) =>
    `${random.int(from, to)}-${pad(random.int(1, 12), 2)}-${pad(random.int(1, 28), 2)}`;

function clock(random: Random, scale: number): string {
  const time = `${pad(random.int(0, 23), 2)}:${pad(random.int(0, 59), 2)}:${pad(random.int(0, 59), 2)}`;
  return scale === 0 ? time : `${time}.${random.digits(scale)}`;
}

export const time =
  (scale: number): ValueMaker =>
  ({ random }) =>
    clock(random, scale);

/** `datetime2(scale)`. */
export const moment =
  (scale: number): ValueMaker =>
  (context) =>
    `${day(2021, 2026)(context)} ${clock(context.random, scale)}`;

/** `datetime`: thousandths that it can hold end in 0, 3 or 7. */
export const legacyMoment: ValueMaker = (context) =>
  `${moment(2)(context)}${context.random.pick(['0', '3', '7'])}`;

/** `smalldatetime`: full minutes. */
export const minute: ValueMaker = (context) => `${String(moment(0)(context)).slice(0, 17)}00`;

/** `datetimeoffset(scale)`, most often East Africa Time. */
export const zonedMoment =
  (scale: number): ValueMaker =>
  (context) =>
    `${moment(scale)(context)} ${context.random.pick(['+03:00', '+03:00', '+03:00', '+00:00', '-05:30', '+13:45'])}`;

export const guid: ValueMaker = ({ random }) => random.guid();

export const bytes =
  (low: number, high: number): ValueMaker =>
  ({ random }) =>
    random.bytes(random.int(low, high));

export const fullName: ValueMaker = ({ random }) =>
  `${random.pick(words.givenNames)} ${random.pick(words.surnames)}`;

export const phone: ValueMaker = ({ random }) => `+2567${random.int(0, 8)}${random.digits(7)}`;

/** A few sentences, cut to `length` characters. */
export const prose =
  (length: number): ValueMaker =>
  ({ random }) => {
    let text: string = random.pick(words.sentences);
    while (random.chance(0.6)) text += ` ${random.pick(words.sentences)}`;
    return text.slice(0, length).trimEnd();
  };

/** XML as SQL Server gives it back: no declaration, no blanks between elements. */
export const xml: ValueMaker = ({ random }) =>
  `<vitals patient="${random.digits(6)}"><pulse>${random.int(50, 160)}</pulse><note>T &gt; 37 &amp; rising</note></vitals>`;

/** A column that the server fills; the value is never used. */
export const byServer: ValueMaker = () => null;

/** Decimal digits after the point that a type keeps. */
export function scaleOf(type: TsqlType): number {
  if (type.name === 'money' || type.name === 'smallmoney') return 4;
  if (type.name === 'datetime') return 3;
  if (type.name === 'smalldatetime') return 0;
  return type.scale ?? 0;
}
