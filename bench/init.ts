import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { step } from '../sandbox/src/progress.ts';
import { bringUp, ensureConnectImages } from '../sandbox/src/up.ts';
import { type Benchmark, type Measurement, measurement } from './benchmark.ts';
import { engine, machine } from './conditions.ts';
import { type BenchSite, prepareSite } from './facility.ts';
import { ourWorker, timeToRest } from './worker-run.ts';

const RUNS = 5;
/** What `init` says when the step that waits for RUNNING has ended. */
const RUNNING = 'Connector and task run: done';

/** What the installer costs beyond the container that it starts. */
export const init: Benchmark = {
  about:
    "s from the start of init, with the image present, to connector and task RUNNING, beside the bare container's start to GET / 200",
  run: measure,
};

interface InitRun {
  runningSeconds: number;
  provenSeconds: number;
}

async function measure(): Promise<Measurement> {
  const sandbox = await bringUp();
  await ensureConnectImages();
  const dir = await mkdtemp(join(tmpdir(), 'cdc-bench-'));
  const caFile = join(dir, 'ca.pem');
  await writeFile(caFile, sandbox.ca);
  await chmod(dir, 0o755);
  const site = await prepareSite('bench-init', 18285);
  const ours: InitRun[] = [];
  const bare: number[] = [];
  try {
    // In turns, so that what else happens on the machine meets both alike.
    for (let run = 1; run <= RUNS; run++) {
      ours.push(await step(`init ${run}/${RUNS}`, () => install(site)));
      bare.push(
        await step(`Bare container ${run}/${RUNS}`, () => timeToRest(ourWorker(sandbox, caFile, run))),
      );
    }
  } finally {
    await site.remove();
    await rm(dir, { recursive: true });
  }
  const series = (pick: (run: InitRun) => number) => ({ ours: ours.map(pick), usual: bare });
  return {
    ...measurement(
      'init to RUNNING',
      's',
      series(({ runningSeconds }) => runningSeconds),
      {
        ours: 'a fresh folder, a facility that Kafka does not know yet: checks, files, network, container, worker, connector and task RUNNING',
        usual:
          'docker create and start of the same image, until GET / answers 200; a new Connect group each time',
        bar: "the bare container's start + 5 s",
        ...machine(),
        ...(await engine()),
      },
    ),
    also: [
      measurement(
        'init to the proof of the stream',
        's',
        series(({ provenSeconds }) => provenSeconds),
        {},
      ),
    ],
  };
}

async function install(site: BenchSite): Promise<InitRun> {
  await site.forget();
  const start = performance.now();
  const seconds = () => (performance.now() - start) / 1000;
  let runningSeconds: number | undefined;
  await site.init((line) => {
    if (line.includes(RUNNING)) runningSeconds = seconds();
  });
  if (runningSeconds === undefined) throw new Error(`init ended without «${RUNNING}».`);
  return { runningSeconds, provenSeconds: seconds() };
}
