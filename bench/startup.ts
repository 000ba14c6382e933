import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Benchmark, type Measurement, measurement } from './benchmark.ts';
import { machine } from './conditions.ts';

const ROOT = join(import.meta.dirname, '..');
const RUNS = 25;

/** Start-up of the bundled CLI: `--version` beside the smallest program that Node can run. */
export const startup: Benchmark = {
  about: 'ms of clinicmaster-cdc --version, bundled, beside node -e 0',
  run: async () => measure(),
};

function measure(): Measurement {
  const bin = join(ROOT, 'bin/clinicmaster-cdc.js');
  if (!existsSync(join(ROOT, 'dist/cli.js'))) {
    const { status } = spawnSync(process.execPath, ['build.mjs'], { cwd: ROOT, stdio: ['ignore', 2, 2] });
    if (status !== 0) throw new Error('The CLI cannot be bundled. See why: npm run build');
  }
  const ours: number[] = [];
  const usual: number[] = [];
  // By turns, so that whatever else the machine does meets both alike; the first pair only warms the file cache.
  for (let run = 0; run <= RUNS; run++) {
    const pair = [time([bin, '--version']), time(['-e', '0'])] as const;
    if (run === 0) continue;
    ours.push(pair[0]);
    usual.push(pair[1]);
  }
  const conditions = { ours: 'clinicmaster-cdc --version, bundled', usual: 'node -e 0', ...machine() };
  return measurement('startup', 'ms', { ours, usual }, conditions);
}

function time(args: readonly string[]): number {
  const started = performance.now();
  const { status } = spawnSync(process.execPath, args, { stdio: 'ignore', env: { PATH: process.env.PATH } });
  if (status !== 0) throw new Error(`node ${args.join(' ')} ended with ${status}`);
  return performance.now() - started;
}
