import type { TsqlValue } from '../../types.ts';
import type { ByteWriter } from '../byte-writer.ts';
import { guidBytes } from './guid.ts';
import { asBinary, asText, shortColumn, type WireColumn } from './wire-column.ts';
import { COLLATION, LOB_LENGTH, NULL_LENGTH, PLP_NULL, PLP_UNKNOWN_LENGTH, WIRE } from './wire-types.ts';

/** Longest value of a type with a two-byte length. */
const LONGEST_SHORT = 8000;
/** rowversion shows as `timestamp` to clients by this UserType. */
const ROWVERSION_USER_TYPE = 0x50;
/** Text pointer and row stamp: clients skip them, but their lengths are read. */
const TEXT_POINTER = Buffer.from(`10${'64'.repeat(16)}${'73'.repeat(8)}`, 'hex');

type ToBytes = (value: TsqlValue) => Buffer;

const utf8: ToBytes = (value) => Buffer.from(asText(value), 'utf8');
const utf16: ToBytes = (value) => Buffer.from(asText(value), 'utf16le');

/** char, varchar: `length` in bytes, -1 = max. UTF-8, as the announced collation says. */
export function varcharColumn(id: number, length: number): WireColumn {
  return length === -1
    ? plpColumn([WIRE.varchar, 0xff, 0xff, ...COLLATION], utf8)
    : countedColumn(id, length, utf8, COLLATION);
}

/** nchar, nvarchar: `length` in UTF-16 units, -1 = max. */
export function nvarcharColumn(id: number, length: number): WireColumn {
  return length === -1
    ? plpColumn([WIRE.nvarchar, 0xff, 0xff, ...COLLATION], utf16)
    : countedColumn(id, length * 2, utf16, COLLATION);
}

/** binary, varbinary: `length` in bytes, -1 = max. */
export function varbinaryColumn(id: number, length: number): WireColumn {
  return length === -1
    ? plpColumn([WIRE.varbinary, 0xff, 0xff], asBinary)
    : countedColumn(id, length, asBinary);
}

export const rowversionColumn: WireColumn = {
  ...varbinaryColumn(WIRE.binary, 8),
  userType: ROWVERSION_USER_TYPE,
};

export const xmlColumn: WireColumn = plpColumn([WIRE.xml, 0], utf16);

export const textColumn: WireColumn = lobColumn(WIRE.text, LOB_LENGTH, utf8, COLLATION);
export const ntextColumn: WireColumn = lobColumn(WIRE.ntext, LOB_LENGTH - 1, utf16, COLLATION);
export const imageColumn: WireColumn = lobColumn(WIRE.image, LOB_LENGTH, asBinary);

export const guidColumn: WireColumn = shortColumn([WIRE.guid, 16], (writer, value) => {
  writer.u8(16).bytes(guidBytes(asText(value)));
});

function countedColumn(id: number, size: number, toBytes: ToBytes, collation?: Buffer): WireColumn {
  return {
    typeInfo: (writer) => {
      writer.u8(id).u16(size);
      if (collation) writer.bytes(collation);
    },
    value: (writer, value) => {
      if (value === null) {
        writer.u16(NULL_LENGTH);
        return;
      }
      const bytes = toBytes(value);
      // PostgreSQL counts characters, a UTF-8 varchar(n) bytes: clients take more than n, but not more than 8000.
      if (bytes.length > LONGEST_SHORT) {
        throw new RangeError(`a value of ${bytes.length} bytes in a column of at most ${LONGEST_SHORT}`);
      }
      writer.u16(bytes.length).bytes(bytes);
    },
  };
}

/** Partially length-prefixed: total length, one chunk, terminator. */
function plpColumn(typeInfo: number[], toBytes: ToBytes): WireColumn {
  return {
    typeInfo: (writer) => void writer.bytes(Uint8Array.from(typeInfo)),
    value: (writer, value) => {
      if (value === null) {
        writer.u64(PLP_NULL);
        return;
      }
      writePlp(writer, toBytes(value));
    },
  };
}

function writePlp(writer: ByteWriter, bytes: Buffer): void {
  writer.u64(PLP_UNKNOWN_LENGTH);
  if (bytes.length > 0) writer.u32(bytes.length).bytes(bytes);
  writer.u32(0);
}

function lobColumn(id: number, size: number, toBytes: ToBytes, collation?: Buffer): WireColumn {
  return {
    namesTable: true,
    typeInfo: (writer) => {
      writer.u8(id).u32(size);
      if (collation) writer.bytes(collation);
    },
    value: (writer, value) => {
      if (value === null) {
        writer.u8(0);
        return;
      }
      const bytes = toBytes(value);
      writer.bytes(TEXT_POINTER).u32(bytes.length).bytes(bytes);
    },
  };
}
