import { TsqlError, type TsqlType } from '../../types.ts';
import type { ByteReader } from '../byte-reader.ts';
import { COLLATION_UTF8, PLP_LENGTH, WIRE } from './wire-types.ts';

/** TYPE_INFO of a parameter or bulk column: the wire's view and the T-SQL type it stands for. */
export interface WireType {
  id: number;
  /** Maximum size in bytes; {@link PLP_LENGTH} for PLP values. */
  size: number;
  /** varchar family: bytes are UTF-8, else Windows-1252. */
  utf8: boolean;
  type: TsqlType;
}

/** Reads TYPE_INFO. A type the stand-in does not know throws {@link TsqlError} 40515 class 16. */
export function readWireType(reader: ByteReader): WireType {
  const id = reader.u8();
  const fixed = FIXED[id];
  if (fixed) return { id, size: fixed.size, utf8: false, type: { name: fixed.name } };
  switch (id) {
    case WIRE.null:
      return { id, size: 0, utf8: false, type: { name: 'nvarchar', length: 4000 } };
    case WIRE.intN:
      return sized(id, reader.u8(), { 1: 'tinyint', 2: 'smallint', 4: 'int', 8: 'bigint' });
    case WIRE.bitN:
      return sized(id, reader.u8(), { 1: 'bit' });
    case WIRE.floatN:
      return sized(id, reader.u8(), { 4: 'real', 8: 'float' });
    case WIRE.moneyN:
      return sized(id, reader.u8(), { 4: 'smallmoney', 8: 'money' });
    case WIRE.datetimeN:
      return sized(id, reader.u8(), { 4: 'smalldatetime', 8: 'datetime' });
    case WIRE.guid:
      return sized(id, reader.u8(), { 16: 'uniqueidentifier' });
    case WIRE.date:
      return { id, size: 3, utf8: false, type: { name: 'date' } };
    case WIRE.time:
      return { id, size: 5, utf8: false, type: { name: 'time', scale: reader.u8() } };
    case WIRE.datetime2:
      return { id, size: 8, utf8: false, type: { name: 'datetime2', scale: reader.u8() } };
    case WIRE.datetimeOffset:
      return { id, size: 10, utf8: false, type: { name: 'datetimeoffset', scale: reader.u8() } };
    case WIRE.decimalN:
    case WIRE.numericN:
      return readDecimalType(id, reader);
    default:
      return readLongType(id, reader);
  }
}

const FIXED: Record<number, { size: number; name: TsqlType['name'] } | undefined> = {
  [WIRE.int1]: { size: 1, name: 'tinyint' },
  [WIRE.bit]: { size: 1, name: 'bit' },
  [WIRE.int2]: { size: 2, name: 'smallint' },
  [WIRE.int4]: { size: 4, name: 'int' },
  [WIRE.int8]: { size: 8, name: 'bigint' },
  [WIRE.float4]: { size: 4, name: 'real' },
  [WIRE.float8]: { size: 8, name: 'float' },
  [WIRE.money4]: { size: 4, name: 'smallmoney' },
  [WIRE.money8]: { size: 8, name: 'money' },
  [WIRE.datetime4]: { size: 4, name: 'smalldatetime' },
  [WIRE.datetime8]: { size: 8, name: 'datetime' },
};

/** Types whose size is in the type byte: their values carry no length. */
export function isFixed(id: number): boolean {
  return FIXED[id] !== undefined;
}

function sized(id: number, size: number, names: Record<number, TsqlType['name']>): WireType {
  const name = names[size];
  if (!name) throw unsupported(id);
  return { id, size, utf8: false, type: { name } };
}

function readDecimalType(id: number, reader: ByteReader): WireType {
  const size = reader.u8();
  const precision = reader.u8();
  const scale = reader.u8();
  const name = id === WIRE.decimalN ? 'decimal' : 'numeric';
  return { id, size, utf8: false, type: { name, precision, scale } };
}

function readLongType(id: number, reader: ByteReader): WireType {
  switch (id) {
    case WIRE.varbinary:
    case WIRE.binary: {
      const size = reader.u16();
      const name = id === WIRE.binary ? 'binary' : 'varbinary';
      return { id, size, utf8: false, type: { name, length: size === PLP_LENGTH ? -1 : size } };
    }
    case WIRE.varchar:
    case WIRE.char: {
      const size = reader.u16();
      const name = id === WIRE.char ? 'char' : 'varchar';
      return {
        id,
        size,
        utf8: readUtf8Flag(reader),
        type: { name, length: size === PLP_LENGTH ? -1 : size },
      };
    }
    case WIRE.nvarchar:
    case WIRE.nchar: {
      const size = reader.u16();
      const name = id === WIRE.nchar ? 'nchar' : 'nvarchar';
      readUtf8Flag(reader);
      return { id, size, utf8: false, type: { name, length: size === PLP_LENGTH ? -1 : size / 2 } };
    }
    case WIRE.text:
      return { id, size: reader.u32(), utf8: readUtf8Flag(reader), type: { name: 'text' } };
    case WIRE.ntext: {
      const size = reader.u32();
      readUtf8Flag(reader);
      return { id, size, utf8: false, type: { name: 'ntext' } };
    }
    case WIRE.image:
      return { id, size: reader.u32(), utf8: false, type: { name: 'image' } };
    case WIRE.xml:
      skipXmlSchema(reader);
      return { id, size: PLP_LENGTH, utf8: false, type: { name: 'xml' } };
    default:
      throw unsupported(id);
  }
}

function readUtf8Flag(reader: ByteReader): boolean {
  return (reader.bytes(5).readUInt8(3) & COLLATION_UTF8) !== 0;
}

function skipXmlSchema(reader: ByteReader): void {
  if (reader.u8() === 0) return;
  reader.bVarchar();
  reader.bVarchar();
  reader.usVarchar();
}

function unsupported(id: number): TsqlError {
  const hex = `0x${id.toString(16).toUpperCase().padStart(2, '0')}`;
  return new TsqlError(
    40515,
    `The stand-in does not know the data type ${hex} of a parameter or bulk column.`,
  );
}
