/** What a benchmark found: ours beside the usual way, measured in one run on one machine. Medians. */
export interface Measurement {
  name: string;
  unit: string;
  ours: number;
  usual: number;
  /** ours / usual: below 1 is better than usual. */
  ratio: number;
  /** Repetitions of each of the two. */
  runs: number;
  /** Smallest and largest value of each. */
  spread: { ours: [number, number]; usual: [number, number] };
  /** What one must know to repeat it. */
  conditions: Record<string, string>;
  /** Other quantities of the same runs. */
  also?: Measurement[];
}

export interface Benchmark {
  /** One sentence: what is measured, and against what. */
  about: string;
  run(): Promise<Measurement>;
}

/** Summarises repetitions. Every value is rounded to three significant digits: no run is more exact than that. */
export function measurement(
  name: string,
  unit: string,
  values: { ours: readonly number[]; usual: readonly number[] },
  conditions: Record<string, string>,
): Measurement {
  const ours = median(values.ours);
  const usual = median(values.usual);
  return {
    name,
    unit,
    ours: rounded(ours),
    usual: rounded(usual),
    ratio: rounded(ours / usual),
    runs: values.ours.length,
    spread: { ours: range(values.ours), usual: range(values.usual) },
    conditions,
  };
}

/** The middle value; of an even number of values, the mean of the middle two. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const upper = sorted[Math.floor(middle)] ?? Number.NaN;
  return Number.isInteger(middle) ? (upper + (sorted[middle - 1] ?? Number.NaN)) / 2 : upper;
}

function range(values: readonly number[]): [number, number] {
  return [rounded(Math.min(...values)), rounded(Math.max(...values))];
}

function rounded(value: number): number {
  return Number(value.toPrecision(3));
}
