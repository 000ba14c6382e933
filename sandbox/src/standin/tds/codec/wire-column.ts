import type { TsqlValue } from '../../types.ts';
import type { ByteWriter } from '../byte-writer.ts';

/** How one declared type travels from the server: its TYPE_INFO and its values. */
export interface WireColumn {
  typeInfo(writer: ByteWriter): void;
  /** Writes NULL or a value in its canonical form; a value that is no instance of the type throws. */
  value(writer: ByteWriter, value: TsqlValue): void;
  /** text, ntext and image carry their table's name in COLMETADATA. */
  namesTable?: boolean;
  /** UserType of COLMETADATA; 0 but for rowversion. */
  userType?: number;
}

/** A type whose values have a one-byte length, 0 being NULL. `write` appends the value with its length. */
export function shortColumn(
  typeInfo: number[],
  write: (writer: ByteWriter, value: Exclude<TsqlValue, null>) => void,
): WireColumn {
  return {
    typeInfo: (writer) => void writer.bytes(Uint8Array.from(typeInfo)),
    value: (writer, value) => {
      if (value === null) writer.u8(0);
      else write(writer, value);
    },
  };
}

export function asNumber(value: TsqlValue): number {
  if (typeof value === 'number') return value;
  throw mismatch('a number', value);
}

export function asBigInt(value: TsqlValue): bigint {
  if (typeof value === 'bigint') return value;
  throw mismatch('a bigint', value);
}

export function asBoolean(value: TsqlValue): boolean {
  if (typeof value === 'boolean') return value;
  throw mismatch('a boolean', value);
}

export function asText(value: TsqlValue): string {
  if (typeof value === 'string') return value;
  throw mismatch('a text', value);
}

export function asBinary(value: TsqlValue): Buffer {
  if (Buffer.isBuffer(value)) return value;
  throw mismatch('a Buffer', value);
}

function mismatch(expected: string, value: TsqlValue): TypeError {
  return new TypeError(
    `the column's type needs ${expected}, the result holds ${typeof value}: ${String(value)}`,
  );
}
