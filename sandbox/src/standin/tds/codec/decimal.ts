const DECIMAL = /^([+-]?)(\d*)(?:\.(\d*))?$/;

/**
 * A decimal text as an integer of 10^-scale units, exact at any size; digits beyond the scale round half away from zero,
 * as T-SQL converts.
 */
export function scaledInteger(text: string, scale: number): bigint {
  const match = DECIMAL.exec(text);
  const [, sign = '', whole = '', fraction = ''] = match ?? [];
  if (!match || whole.length + fraction.length === 0) throw new RangeError(`not a decimal number: ${text}`);
  const kept = fraction.slice(0, scale).padEnd(scale, '0');
  const roundsUp = (fraction[scale] ?? '0') >= '5';
  const magnitude = BigInt(whole + kept) + (roundsUp ? 1n : 0n);
  return sign === '-' ? -magnitude : magnitude;
}

/** The text of an integer of 10^-scale units, always with `scale` digits after the point. */
export function decimalText(units: bigint, scale: number): string {
  const sign = units < 0n ? '-' : '';
  const digits = (units < 0n ? -units : units).toString().padStart(scale + 1, '0');
  if (scale === 0) return sign + digits;
  return `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}
