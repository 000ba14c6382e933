import { scaledInteger } from './decimal.ts';
import { asBigInt, asBoolean, asNumber, asText, shortColumn, type WireColumn } from './wire-column.ts';
import { WIRE } from './wire-types.ts';

export const bitColumn: WireColumn = shortColumn([WIRE.bitN, 1], (writer, value) => {
  writer.u8(1).u8(asBoolean(value) ? 1 : 0);
});

export const tinyintColumn: WireColumn = shortColumn([WIRE.intN, 1], (writer, value) => {
  writer.u8(1).u8(asNumber(value));
});

export const smallintColumn: WireColumn = shortColumn([WIRE.intN, 2], (writer, value) => {
  writer.u8(2).i16(asNumber(value));
});

export const intColumn: WireColumn = shortColumn([WIRE.intN, 4], (writer, value) => {
  writer.u8(4).i32(asNumber(value));
});

export const bigintColumn: WireColumn = shortColumn([WIRE.intN, 8], (writer, value) => {
  writer.u8(8).i64(asBigInt(value));
});

export const realColumn: WireColumn = shortColumn([WIRE.floatN, 4], (writer, value) => {
  writer.u8(4).f32(asNumber(value));
});

export const floatColumn: WireColumn = shortColumn([WIRE.floatN, 8], (writer, value) => {
  writer.u8(8).f64(asNumber(value));
});

/** decimal and numeric: a sign byte (1 = not negative), then the magnitude in as many bytes as the precision needs. */
export function decimalColumn(id: number, precision: number, scale: number): WireColumn {
  const size = precision <= 9 ? 4 : precision <= 19 ? 8 : precision <= 28 ? 12 : 16;
  const limit = 10n ** BigInt(precision);
  return shortColumn([id, 17, precision, scale], (writer, value) => {
    const units = scaledInteger(asText(value), scale);
    const magnitude = units < 0n ? -units : units;
    if (magnitude >= limit) throw new RangeError(`${String(value)} exceeds decimal(${precision},${scale})`);
    writer.u8(size + 1).u8(units < 0n ? 0 : 1);
    for (let word = 0n; word < BigInt(size / 4); word++) {
      writer.u32(Number((magnitude >> (word * 32n)) & 0xffffffffn));
    }
  });
}

/** money: ten-thousandths, the high half before the low half. */
export const moneyColumn: WireColumn = shortColumn([WIRE.moneyN, 8], (writer, value) => {
  const units = scaledInteger(asText(value), 4);
  writer.u8(8).i32(Number(units >> 32n));
  writer.u32(Number(units & 0xffffffffn));
});

export const smallmoneyColumn: WireColumn = shortColumn([WIRE.moneyN, 4], (writer, value) => {
  writer.u8(4).i32(Number(scaledInteger(asText(value), 4)));
});
