/** A growing little-endian buffer: every token of a response is appended here before packets are cut from it. */
export class ByteWriter {
  #buffer = Buffer.allocUnsafe(4096);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  u8(value: number): this {
    this.#room(1);
    this.#length = this.#buffer.writeUInt8(value, this.#length);
    return this;
  }

  u16(value: number): this {
    this.#room(2);
    this.#length = this.#buffer.writeUInt16LE(value, this.#length);
    return this;
  }

  i16(value: number): this {
    this.#room(2);
    this.#length = this.#buffer.writeInt16LE(value, this.#length);
    return this;
  }

  u32(value: number): this {
    this.#room(4);
    this.#length = this.#buffer.writeUInt32LE(value, this.#length);
    return this;
  }

  i32(value: number): this {
    this.#room(4);
    this.#length = this.#buffer.writeInt32LE(value, this.#length);
    return this;
  }

  u64(value: bigint): this {
    this.#room(8);
    this.#length = this.#buffer.writeBigUInt64LE(value, this.#length);
    return this;
  }

  i64(value: bigint): this {
    this.#room(8);
    this.#length = this.#buffer.writeBigInt64LE(value, this.#length);
    return this;
  }

  f32(value: number): this {
    this.#room(4);
    this.#length = this.#buffer.writeFloatLE(value, this.#length);
    return this;
  }

  f64(value: number): this {
    this.#room(8);
    this.#length = this.#buffer.writeDoubleLE(value, this.#length);
    return this;
  }

  /** Unsigned little-endian integer of `size` bytes (at most 6). */
  uint(value: number, size: number): this {
    this.#room(size);
    this.#length = this.#buffer.writeUIntLE(value, this.#length, size);
    return this;
  }

  bytes(value: Uint8Array): this {
    this.#room(value.length);
    this.#buffer.set(value, this.#length);
    this.#length += value.length;
    return this;
  }

  /** UTF-16LE without a length. */
  ucs2(value: string): this {
    this.#room(value.length * 2);
    this.#length += this.#buffer.write(value, this.#length, 'utf16le');
    return this;
  }

  /** B_VARCHAR: length in characters as one byte, then UTF-16LE. */
  bVarchar(value: string): this {
    return this.u8(value.length).ucs2(value);
  }

  /** US_VARCHAR: length in characters as two bytes, then UTF-16LE. */
  usVarchar(value: string): this {
    return this.u16(value.length).ucs2(value);
  }

  /** Overwrites a 16-bit number written earlier, such as the length of a token that is now complete. */
  patchU16(at: number, value: number): void {
    this.#buffer.writeUInt16LE(value, at);
  }

  /** Forgets everything after `length`: a token that could not be finished must not reach the wire. */
  truncate(length: number): void {
    this.#length = length;
  }

  /** Removes the first `count` bytes and returns a copy of them. */
  take(count: number): Buffer {
    const taken = Buffer.from(this.#buffer.subarray(0, count));
    this.#buffer.copyWithin(0, count, this.#length);
    this.#length -= count;
    return taken;
  }

  /** Everything written so far, as a view. */
  view(): Buffer {
    return this.#buffer.subarray(0, this.#length);
  }

  #room(size: number): void {
    if (this.#length + size <= this.#buffer.length) return;
    const grown = Buffer.allocUnsafe(Math.max(this.#buffer.length * 2, this.#length + size));
    this.#buffer.copy(grown, 0, 0, this.#length);
    this.#buffer = grown;
  }
}
