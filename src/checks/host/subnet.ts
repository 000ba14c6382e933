/** IPv4 ranges as numbers. Anything else is answered with false: IPv6 networks of Docker are unique by design. */
interface Range {
  first: number;
  last: number;
}

/** Whether two CIDR ranges share an address. */
export function overlaps(one: string, other: string): boolean {
  const [a, b] = [range(one), range(other)];
  return a !== undefined && b !== undefined && a.first <= b.last && b.first <= a.last;
}

/** Whether a CIDR range holds an address. */
export function holds(cidr: string, address: string): boolean {
  return overlaps(cidr, `${address}/32`);
}

function range(cidr: string): Range | undefined {
  const match = /^(\d+)\.(\d+)\.(\d+)\.(\d+)\/(\d+)$/.exec(cidr);
  if (match === null) return undefined;
  const [a = 0, b = 0, c = 0, d = 0, bits = 0] = match.slice(1).map(Number);
  const size = 2 ** (32 - bits);
  const address = ((a * 256 + b) * 256 + c) * 256 + d;
  const first = Math.floor(address / size) * size;
  return { first, last: first + size - 1 };
}
