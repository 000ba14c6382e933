/** What `npm run bench -- NAME --json` prints. Ours and usual are measured in the same run, by turns. */
export interface Benchmark {
  name: string;
  unit: string;
  /** Median. */
  ours: number;
  /** Median of what ours is compared with. */
  usual: number;
  /** ours / usual. */
  ratio: number;
  /** Measurements of each. */
  runs: number;
  /** Half the range of the middle half of ours, relative to its median. */
  spread: number;
  /** Machine, versions, and what exactly was compared. */
  conditions: Record<string, string | number>;
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** Half of the interquartile range, relative to the median. */
export function spread(values: readonly number[]): number {
  return (quantile(values, 0.75) - quantile(values, 0.25)) / 2 / median(values);
}

function quantile(values: readonly number[], at: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const position = (sorted.length - 1) * at;
  const low = sorted[Math.floor(position)] ?? Number.NaN;
  const high = sorted[Math.ceil(position)] ?? Number.NaN;
  return low + (high - low) * (position - Math.floor(position));
}
