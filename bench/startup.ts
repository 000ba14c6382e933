import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { type Benchmark, median, spread } from './benchmark.ts';

const ROOT = join(import.meta.dirname, '..');
const RUNS = 25;

/** Start-up of the bundled CLI: `--version` beside the smallest program that Node can run. */
export function startup(): Benchmark {
  const bin = join(ROOT, 'bin/clinicmaster-cdc.js');
  if (!existsSync(join(ROOT, 'dist/cli.js'))) throw new Error('There is no dist/ yet. Run: npm run build');
  const ours: number[] = [];
  const usual: number[] = [];
  // By turns, so that whatever else the machine does meets both alike; the first pair only warms the file cache.
  for (let run = 0; run <= RUNS; run++) {
    const pair = [time([bin, '--version']), time(['-e', '0'])] as const;
    if (run === 0) continue;
    ours.push(pair[0]);
    usual.push(pair[1]);
  }
  return {
    name: 'startup',
    unit: 'ms',
    ours: round(median(ours)),
    usual: round(median(usual)),
    ratio: round(median(ours) / median(usual)),
    runs: RUNS,
    spread: round(spread(ours)),
    conditions: {
      ours: 'clinicmaster-cdc --version, bundled',
      usual: 'node -e 0',
      node: process.versions.node,
      cpus: cpus().length,
    },
  };
}

function time(args: readonly string[]): number {
  const started = performance.now();
  const { status } = spawnSync(process.execPath, args, { stdio: 'ignore', env: { PATH: process.env.PATH } });
  if (status !== 0) throw new Error(`node ${args.join(' ')} ended with ${status}`);
  return performance.now() - started;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
