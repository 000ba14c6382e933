import { ProtocolError } from './protocol-error.ts';

/** Reads little-endian fields of one complete message; running past the end is a {@link ProtocolError}. */
export class ByteReader {
  readonly #buffer: Buffer;
  #at: number;

  constructor(buffer: Buffer, at = 0) {
    this.#buffer = buffer;
    this.#at = at;
  }

  get ended(): boolean {
    return this.#at >= this.#buffer.length;
  }

  u8(): number {
    return this.#buffer.readUInt8(this.#advance(1));
  }

  /** The next byte, not consumed. */
  peek(): number {
    const at = this.#advance(1);
    this.#at = at;
    return this.#buffer.readUInt8(at);
  }

  u16(): number {
    return this.#buffer.readUInt16LE(this.#advance(2));
  }

  i16(): number {
    return this.#buffer.readInt16LE(this.#advance(2));
  }

  u32(): number {
    return this.#buffer.readUInt32LE(this.#advance(4));
  }

  i32(): number {
    return this.#buffer.readInt32LE(this.#advance(4));
  }

  u64(): bigint {
    return this.#buffer.readBigUInt64LE(this.#advance(8));
  }

  i64(): bigint {
    return this.#buffer.readBigInt64LE(this.#advance(8));
  }

  f32(): number {
    return this.#buffer.readFloatLE(this.#advance(4));
  }

  f64(): number {
    return this.#buffer.readDoubleLE(this.#advance(8));
  }

  /** Unsigned little-endian integer of `size` bytes (at most 6). */
  uint(size: number): number {
    return this.#buffer.readUIntLE(this.#advance(size), size);
  }

  /** A view of the next `count` bytes. */
  bytes(count: number): Buffer {
    const at = this.#advance(count);
    return this.#buffer.subarray(at, at + count);
  }

  ucs2(characters: number): string {
    return this.bytes(characters * 2).toString('utf16le');
  }

  bVarchar(): string {
    return this.ucs2(this.u8());
  }

  usVarchar(): string {
    return this.ucs2(this.u16());
  }

  #advance(count: number): number {
    const at = this.#at;
    if (at + count > this.#buffer.length) {
      throw new ProtocolError(`message ends at byte ${this.#buffer.length}, ${count} more expected at ${at}`);
    }
    this.#at = at + count;
    return at;
  }
}
