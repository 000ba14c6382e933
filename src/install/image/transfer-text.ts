import type { TransferProgress } from '../../adapters/docker-port.ts';

/** The rate is that of the last while: a line that has become slow shows it. */
const WINDOW_MS = 10_000;

/**
 * One line for all layers: `12.3 of 76.1 MB, 3 of 9 layers, 1.2 MB/s`.
 * @param now milliseconds
 */
export function transferText(now: () => number): (progress: TransferProgress) => string {
  const seen: { at: number; bytes: number }[] = [];
  return ({ bytes, totalBytes, totalKnown, layers, layersDone, status }) => {
    if (totalBytes === 0) return layers === 0 ? status : `${layersDone} of ${layers} layers`;
    const at = now();
    seen.push({ at, bytes });
    while (seen.length > 2 && at - (seen[1]?.at ?? at) >= WINDOW_MS) seen.shift();
    const parts = [
      `${mb(bytes)} of ${totalKnown ? '' : 'at least '}${mb(totalBytes)} MB`,
      `${layersDone} of ${layers} layers`,
    ];
    const first = seen[0] ?? { at, bytes };
    if (bytes === totalBytes && totalKnown) parts.push('unpacking');
    else if (at > first.at) parts.push(rate(((bytes - first.bytes) * 1000) / (at - first.at)));
    return parts.join(', ');
  };
}

/** Megabytes; with a decimal below a hundred. */
export function mb(bytes: number): string {
  return (bytes / 1e6).toFixed(bytes >= 100e6 ? 0 : 1);
}

function rate(bytesPerSecond: number): string {
  return bytesPerSecond >= 1e6
    ? `${(bytesPerSecond / 1e6).toFixed(1)} MB/s`
    : `${Math.max(0, Math.round(bytesPerSecond / 1000))} kB/s`;
}
