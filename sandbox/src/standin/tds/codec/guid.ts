/** uniqueidentifier on the wire: the first three groups little-endian, the last two as written. */
const WIRE_ORDER = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15] as const;
const GUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** 16 wire bytes of a GUID text. */
export function guidBytes(text: string): Buffer {
  if (!GUID.test(text)) throw new RangeError(`not a uniqueidentifier: ${text}`);
  return reordered(Buffer.from(text.replaceAll('-', ''), 'hex'));
}

/** Upper-case text of 16 wire bytes. */
export function guidText(bytes: Buffer): string {
  const hex = reordered(bytes).toString('hex').toUpperCase();
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** The permutation is its own inverse. */
function reordered(bytes: Buffer): Buffer {
  return Buffer.from(WIRE_ORDER.map((index) => bytes.readUInt8(index)));
}
