/** How a duration, a size and a speed are said: the same words in every check, screen and error. */

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** `12 s`, `7 min`, `3 h`, `4 days 3 h`, `14 days`: as exact as it matters, hours beside days only below ten days. */
export function spanText(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 2 * MINUTE) return `${whole} s`;
  if (Math.round(whole / MINUTE) < 120) return `${Math.round(whole / MINUTE)} min`;
  const hours = Math.round(whole / HOUR);
  if (hours < 48) return `${hours} h`;
  if (hours >= 10 * 24) return `${Math.round(whole / DAY)} days`;
  return hours % 24 === 0 ? `${hours / 24} days` : `${Math.floor(hours / 24)} days ${hours % 24} h`;
}

/** `812 B`, `1.4 kB`, `12 MB`, `1.2 GB`: a thousand each. */
export function sizeText(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  // 999.6 kB would be shown as 1000 kB.
  while (Math.round(value) >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  const figure = value >= 9.95 ? String(Math.round(value)) : value.toFixed(1).replace(/\.0$/, '');
  return `${figure} ${units[unit]}`;
}

/** `1.2 MB/s`, `40 kB/s`. */
export function rateText(bytesPerSecond: number): string {
  return `${sizeText(Math.max(0, bytesPerSecond))}/s`;
}
