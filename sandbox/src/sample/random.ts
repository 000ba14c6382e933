/**
 * A small seeded generator (sfc32), so that a run can be repeated from its seed and a fork never disturbs its parent.
 */
export class Random {
  private a: number;
  private b: number;
  private c: number;
  private counter = 1;
  private readonly seed: string;

  constructor(seed: string) {
    this.seed = seed;
    const hash = fnv1a(seed);
    this.a = hash;
    this.b = Math.imul(hash, 0x9e3779b1) >>> 0;
    this.c = Math.imul(hash, 0x85ebca6b) >>> 0;
    for (let i = 0; i < 12; i += 1) this.uint32();
  }

  /** A generator of its own for `name`; what is drawn from it leaves this one as it is. */
  fork(name: string): Random {
    return new Random(`${this.seed}/${name}`);
  }

  uint32(): number {
    const t = (this.a + this.b + this.counter) >>> 0;
    this.counter = (this.counter + 1) >>> 0;
    this.a = (this.b ^ (this.b >>> 9)) >>> 0;
    this.b = (this.c + (this.c << 3)) >>> 0;
    this.c = ((this.c << 21) | (this.c >>> 11)) >>> 0;
    this.c = (this.c + t) >>> 0;
    return t;
  }

  /** An integer from `low` to `high`, both included. */
  int(low: number, high: number): number {
    return low + Math.floor((this.uint32() / 0x1_0000_0000) * (high - low + 1));
  }

  chance(probability: number): boolean {
    return this.uint32() < probability * 0x1_0000_0000;
  }

  pick<T>(items: readonly T[]): T {
    const item = items[this.int(0, items.length - 1)];
    if (item === undefined) throw new RangeError('Cannot pick from an empty list.');
    return item;
  }

  digits(count: number): string {
    let text = '';
    while (text.length < count) text += this.uint32().toString().padStart(10, '0').slice(4);
    return text.slice(0, count);
  }

  bytes(count: number): Buffer {
    const buffer = Buffer.alloc(Math.ceil(count / 4) * 4);
    for (let i = 0; i < buffer.length; i += 4) buffer.writeUInt32LE(this.uint32(), i);
    return buffer.subarray(0, count);
  }

  /** A GUID in upper case, as SQL Server prints it. */
  guid(): string {
    const hex = this.bytes(16).toString('hex').toUpperCase();
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
  }
}

function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(text, 'utf8')) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash;
}
