import type { TsqlValue } from '../../types.ts';
import type { ByteReader } from '../byte-reader.ts';
import { ProtocolError } from '../protocol-error.ts';
import { decimalText } from './decimal.ts';
import { isFixed, type WireType } from './decode-type.ts';
import { DAYS_TO_1900, timeSize, unitTicks } from './encode-temporal.ts';
import { guidText } from './guid.ts';
import { formatDate, formatMoment, formatOffsetMoment, formatTime, TICKS_PER_MINUTE } from './temporal.ts';
import { windows1252Text } from './windows-1252.ts';
import { NULL_LENGTH, PLP_LENGTH, PLP_NULL, WIRE } from './wire-types.ts';

/** Where a value stands: only there do text, ntext and image differ (bulk rows carry a text pointer). */
export type ValueContext = 'parameter' | 'bulk-row';

/** Reads one value in its canonical form (see `TsqlValue`). */
export function readValue(reader: ByteReader, wire: WireType, context: ValueContext): TsqlValue {
  switch (wire.id) {
    case WIRE.null:
      return null;
    case WIRE.text:
    case WIRE.ntext:
    case WIRE.image:
      return readLob(reader, wire, context);
    case WIRE.varchar:
    case WIRE.char:
    case WIRE.nvarchar:
    case WIRE.nchar:
    case WIRE.varbinary:
    case WIRE.binary:
    case WIRE.xml: {
      const bytes = wire.size === PLP_LENGTH ? readPlp(reader) : readCounted(reader);
      return bytes === null ? null : fromBytes(bytes, wire);
    }
    default: {
      const size = isFixed(wire.id) ? wire.size : reader.u8();
      return size === 0 ? null : readShort(reader, wire, size);
    }
  }
}

function readCounted(reader: ByteReader): Buffer | null {
  const length = reader.u16();
  return length === NULL_LENGTH ? null : reader.bytes(length);
}

function readPlp(reader: ByteReader): Buffer | null {
  if (reader.u64() === PLP_NULL) return null;
  const chunks: Buffer[] = [];
  for (let length = reader.u32(); length > 0; length = reader.u32()) chunks.push(reader.bytes(length));
  return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
}

function readLob(reader: ByteReader, wire: WireType, context: ValueContext): TsqlValue {
  if (context === 'bulk-row') {
    const pointer = reader.u8();
    if (pointer === 0) return null;
    reader.bytes(pointer + 8);
  }
  const length = reader.i32();
  return length === -1 ? null : fromBytes(reader.bytes(length), wire);
}

function fromBytes(bytes: Buffer, wire: WireType): TsqlValue {
  switch (wire.type.name) {
    case 'char':
    case 'varchar':
    case 'text':
      return wire.utf8 ? bytes.toString('utf8') : windows1252Text(bytes);
    case 'xml':
      return bytes.toString('utf16le').replace(/^\uFEFF/, '');
    case 'nchar':
    case 'nvarchar':
    case 'ntext':
      return bytes.toString('utf16le');
    default:
      // A copy: the view would keep the whole message alive.
      return Buffer.from(bytes);
  }
}

function readShort(reader: ByteReader, wire: WireType, size: number): TsqlValue {
  const scale = wire.type.scale ?? 0;
  switch (wire.type.name) {
    case 'decimal':
    case 'numeric':
      return readDecimal(reader, size, scale);
    case 'date':
      return formatDate(reader.uint(3));
    case 'time':
      return formatTime(reader.uint(size) * unitTicks(scale), scale);
    case 'datetime2': {
      const ticks = reader.uint(size - 3) * unitTicks(scale);
      return formatMoment({ ticks, days: reader.uint(3) }, scale);
    }
    case 'datetimeoffset': {
      const ticks = reader.uint(timeSize(scale)) * unitTicks(scale);
      return formatOffsetMoment({ ticks, days: reader.uint(3) }, reader.i16(), scale);
    }
    case 'uniqueidentifier':
      return guidText(reader.bytes(16));
    default:
      return readSizedNumber(reader, wire, size);
  }
}

/** Types of which several sizes share one type byte: the size of the value decides, not that of the column. */
function readSizedNumber(reader: ByteReader, wire: WireType, size: number): TsqlValue {
  switch (wire.type.name) {
    case 'bit':
      return reader.u8() !== 0;
    case 'real':
    case 'float':
      return size === 4 ? reader.f32() : reader.f64();
    case 'money':
    case 'smallmoney':
      return decimalText(size === 4 ? BigInt(reader.i32()) : readMoney(reader), 4);
    case 'datetime':
    case 'smalldatetime':
      return size === 4 ? readSmallDatetime(reader) : readDatetime(reader);
    default:
      return readInteger(reader, wire, size);
  }
}

function readInteger(reader: ByteReader, wire: WireType, size: number): TsqlValue {
  let value: bigint;
  if (size === 1) value = BigInt(reader.u8());
  else if (size === 2) value = BigInt(reader.i16());
  else if (size === 4) value = BigInt(reader.i32());
  else if (size === 8) value = reader.i64();
  else throw new ProtocolError(`an integer of ${size} bytes`);
  return wire.type.name === 'bigint' ? value : Number(value);
}

function readDecimal(reader: ByteReader, size: number, scale: number): string {
  const positive = reader.u8() !== 0;
  let magnitude = 0n;
  const bytes = reader.bytes(size - 1);
  for (let at = bytes.length - 1; at >= 0; at--) magnitude = (magnitude << 8n) | BigInt(bytes.readUInt8(at));
  return decimalText(positive ? magnitude : -magnitude, scale);
}

function readMoney(reader: ByteReader): bigint {
  const high = BigInt(reader.i32());
  return (high << 32n) | BigInt(reader.u32());
}

/** 1/300 s is shown in milliseconds: .000, .003, .007. */
function readDatetime(reader: ByteReader): string {
  const days = reader.i32() + DAYS_TO_1900;
  const milliseconds = Math.round((reader.u32() * 10) / 3);
  return formatMoment({ days, ticks: milliseconds * 10_000 }, 3);
}

function readSmallDatetime(reader: ByteReader): string {
  const days = reader.u16() + DAYS_TO_1900;
  return formatMoment({ days, ticks: reader.u16() * TICKS_PER_MINUTE }, 0);
}
