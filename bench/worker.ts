import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Sandbox } from '../sandbox/src/load.ts';
import { step } from '../sandbox/src/progress.ts';
import { bringUp, ensureConnectImages } from '../sandbox/src/up.ts';
import { type Benchmark, type Measurement, measurement } from './benchmark.ts';
import { engine, machine } from './conditions.ts';
import { ensureUsualImage } from './usual-image.ts';
import { IDLE_SECONDS, ourWorker, type Run, runWorker, usualWorker, type WorkerKind } from './worker-run.ts';

const RUNS = 5;

/** How fast a worker is back after a power cut, and what it costs the hospital's machine while nothing happens. */
export const worker: Benchmark = {
  about:
    'docker run → GET /health 200, and resident memory when idle, beside the usual image and its defaults',
  run: measure,
};

async function measure(): Promise<Measurement> {
  const sandbox = await bringUp();
  await ensureConnectImages();
  await ensureUsualImage();
  const dir = await mkdtemp(join(tmpdir(), 'cdc-bench-'));
  const caFile = join(dir, 'ca.pem');
  try {
    await writeFile(caFile, sandbox.ca);
    await chmod(dir, 0o755);
    return await inTurns(sandbox, caFile);
  } finally {
    await rm(dir, { recursive: true });
  }
}

async function inTurns(sandbox: Sandbox, caFile: string): Promise<Measurement> {
  const ours: Run[] = [];
  const usual: Run[] = [];
  // In turns, so that what else happens on the machine meets both alike.
  for (let run = 1; run <= RUNS; run++) {
    ours.push(await oneRun(`ours ${run}/${RUNS}`, ourWorker(sandbox, caFile, run)));
    usual.push(await oneRun(`usual ${run}/${RUNS}`, usualWorker(sandbox, caFile, run)));
  }
  const conditions = {
    start: 'a new Connect group each time: the internal topics are created, too',
    resident: `VmRSS of all processes of the container, ${IDLE_SECONDS} s after it was healthy`,
    ours: 'facility image as Compose runs it, default heap; its connector is being validated, no database answers',
    usual: 'plugin.discovery=hybrid_warn, G1, -Xms256M -Xmx2G: the defaults of Connect and its start script',
    ...machine(),
    ...(await engine()),
  };
  const series = (pick: (run: Run) => number) => ({ ours: ours.map(pick), usual: usual.map(pick) });
  return {
    ...measurement(
      'worker',
      's',
      series((run) => run.healthySeconds),
      conditions,
    ),
    also: [
      measurement(
        'worker memory',
        'MB',
        series((run) => run.residentMegabytes),
        {},
      ),
    ],
  };
}

function oneRun(title: string, kind: WorkerKind): Promise<Run> {
  return step(`Start a worker: ${title}`, () => runWorker(kind));
}
