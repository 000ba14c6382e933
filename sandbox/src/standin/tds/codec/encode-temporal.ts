import {
  parseDate,
  parseMoment,
  parseOffsetMoment,
  parseTime,
  rounded,
  TICKS_PER_DAY,
  TICKS_PER_MINUTE,
  TICKS_PER_SECOND,
} from './temporal.ts';
import { asText, shortColumn, type WireColumn } from './wire-column.ts';
import { WIRE } from './wire-types.ts';

/** 1900-01-01, the zero of datetime and smalldatetime, as days since 0001-01-01. */
export const DAYS_TO_1900 = 693_595;

/** Bytes that a time of day needs at a scale (digits of the second). */
export function timeSize(scale: number): number {
  return scale <= 2 ? 3 : scale <= 4 ? 4 : 5;
}

/** Ticks of one unit at a scale. */
export function unitTicks(scale: number): number {
  return 10 ** (7 - scale);
}

export const dateColumn: WireColumn = shortColumn([WIRE.date], (writer, value) => {
  writer.u8(3).uint(parseDate(asText(value)), 3);
});

export function timeColumn(scale: number): WireColumn {
  const size = timeSize(scale);
  return shortColumn([WIRE.time, scale], (writer, value) => {
    const units = Math.round((parseTime(asText(value)) % TICKS_PER_DAY) / unitTicks(scale));
    writer.u8(size).uint(units % (TICKS_PER_DAY / unitTicks(scale)), size);
  });
}

export function datetime2Column(scale: number): WireColumn {
  const size = timeSize(scale);
  return shortColumn([WIRE.datetime2, scale], (writer, value) => {
    const { days, units } = rounded(parseMoment(asText(value)), unitTicks(scale));
    writer
      .u8(size + 3)
      .uint(units, size)
      .uint(days, 3);
  });
}

export function datetimeOffsetColumn(scale: number): WireColumn {
  const size = timeSize(scale);
  return shortColumn([WIRE.datetimeOffset, scale], (writer, value) => {
    const { utc, offset } = parseOffsetMoment(asText(value));
    const { days, units } = rounded(utc, unitTicks(scale));
    writer
      .u8(size + 5)
      .uint(units, size)
      .uint(days, 3)
      .i16(offset);
  });
}

/** datetime: days since 1900 and units of 1/300 s. */
export const datetimeColumn: WireColumn = shortColumn([WIRE.datetimeN, 8], (writer, value) => {
  const { days, units } = rounded(parseMoment(asText(value)), TICKS_PER_SECOND / 300);
  writer.u8(8).i32(days - DAYS_TO_1900);
  writer.u32(units);
});

/** smalldatetime: days since 1900 and whole minutes. */
export const smalldatetimeColumn: WireColumn = shortColumn([WIRE.datetimeN, 4], (writer, value) => {
  const { days, units } = rounded(parseMoment(asText(value)), TICKS_PER_MINUTE);
  writer
    .u8(4)
    .u16(days - DAYS_TO_1900)
    .u16(units);
});
