import { complain, printJson, say, sayOnStderr } from '../sandbox/src/output.ts';
import type { Benchmark, Measurement } from './benchmark.ts';

/** Loaded when asked for: some measure what loading costs. */
const BENCHMARKS: Record<string, () => Promise<Benchmark>> = {
  doctor: async () => (await import('./doctor.ts')).doctor,
  init: async () => (await import('./init.ts')).init,
  image: async () => (await import('./image.ts')).image,
  worker: async () => (await import('./worker.ts')).worker,
  status: async () => (await import('./status.ts')).status,
  startup: async () => (await import('./startup.ts')).startup,
};

const USAGE = `Usage: npm run bench -- ${Object.keys(BENCHMARKS).join('|')} [--json]`;

async function main(args: readonly string[]): Promise<number> {
  const json = args.includes('--json');
  const [name, ...others] = args.filter((arg) => arg !== '--json');
  const load = BENCHMARKS[name ?? ''];
  if (load === undefined || others.length > 0) {
    complain(USAGE);
    return 2;
  }
  if (json) sayOnStderr();
  const benchmark = await load();
  say(benchmark.about);
  const result = await benchmark.run();
  if (json) printJson(result);
  else for (const one of [result, ...(result.also ?? [])]) say(line(one));
  return 0;
}

function line({ name, unit, ours, usual, ratio, runs, spread }: Measurement): string {
  const values = `${name}: ${ours} ${unit}, usual ${usual} ${unit}, ratio ${ratio}`;
  if (runs === 1) return values;
  return `${values} (medians of ${runs}; ${spread.ours.join('–')} and ${spread.usual.join('–')})`;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  complain(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
