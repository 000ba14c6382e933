import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bringUp, ensureConnectImages } from '../sandbox/src/up.ts';
import { inVoid, NO_VOID, VOID_DOCKER, VOID_HOSTS } from '../sandbox/src/void-network.ts';
import { type Benchmark, type Measurement, measurement } from './benchmark.ts';
import { machine } from './conditions.ts';
import { type BenchFacility, startFacility } from './facility.ts';

const ROOT = join(import.meta.dirname, '..');
const BIN = join(ROOT, 'bin/clinicmaster-cdc.js');
const RUNS = 7;
const BLACK_HOLED_RUNS = 2;
/** What `doctor` may take at most, whatever does not answer. */
const BAR_SECONDS = 15;

/** How long a person waits for `doctor`. */
export const doctor: Benchmark = {
  about:
    's of doctor on a facility that streams, beside its slowest check; and with every target black-holed, beside the bar of 15 s',
  run: measure,
};

interface DoctorRun {
  seconds: number;
  slowest: { id: string; seconds: number };
  outcomes: Record<string, number>;
}

async function measure(): Promise<Measurement> {
  await bringUp();
  await ensureConnectImages();
  const facility = await startFacility('bench-doctor', 18284);
  try {
    const healthy = await repeated(RUNS, () => look(facility.dir));
    const holes = await blackHoled(facility);
    const last = healthy.at(-1);
    return {
      ...measurement(
        'doctor',
        's',
        { ours: healthy.map(({ seconds }) => seconds), usual: healthy.map(({ slowest }) => slowest.seconds) },
        {
          ours: 'wall time of the process, start of Node included',
          usual: `the slowest check by itself (${last?.slowest.id})`,
          outcomes: JSON.stringify(last?.outcomes),
          ...machine(),
        },
      ),
      also: holes,
    };
  } finally {
    await facility.remove();
  }
}

/** The same with targets by address and by name, in a network in which every packet is lost. */
async function blackHoled({ settings }: BenchFacility): Promise<Measurement[]> {
  const kinds = {
    'by address': {
      DB_HOST: VOID_HOSTS[0],
      KAFKA_BOOTSTRAP_SERVERS: `${VOID_HOSTS[1]}:9093,${VOID_HOSTS[2]}:9093`,
    },
    'by name': {
      DB_HOST: 'sql.hospital.example',
      KAFKA_BOOTSTRAP_SERVERS: 'kafka-1.example.org:9093,kafka-2.example.org:9093',
    },
  };
  const found: Measurement[] = [];
  for (const [kind, targets] of Object.entries(kinds)) {
    const dir = await mkdtemp(join(tmpdir(), 'cdc-bench-'));
    try {
      const env = Object.entries({ ...settings, ...targets }).map(([key, value]) => `${key}=${value}`);
      await writeFile(join(dir, '.env'), `${env.join('\n')}\n`, { mode: 0o600 });
      const runs = await repeated(BLACK_HOLED_RUNS, () => look(dir, settings.REST_PORT));
      found.push(
        measurement(
          `doctor, everything black-holed ${kind}`,
          's',
          { ours: runs.map(({ seconds }) => seconds), usual: runs.map(() => BAR_SECONDS) },
          { usual: 'the bar', outcomes: JSON.stringify(runs.at(-1)?.outcomes) },
        ),
      );
    } finally {
      await rm(dir, { recursive: true });
    }
  }
  return found;
}

/**
 * Runs `doctor` once.
 * @param silentPort given: in a network of its own, in which packets vanish; Docker's port too, and on this port of the loopback
 *   something takes connections and says nothing
 */
async function look(dir: string, silentPort?: string): Promise<DoctorRun> {
  const argv = [BIN, 'doctor', '--json', '--dir', dir];
  const started = performance.now();
  const output =
    silentPort === undefined
      ? await run(process.execPath, argv, {})
      : await run('unshare', inVoid(silentPort, argv), { DOCKER_HOST: VOID_DOCKER });
  const wall = (performance.now() - started) / 1000;
  const { checks } = JSON.parse(output.slice(output.indexOf('{'))) as {
    checks: { id: string; ms: number; verdict: { outcome: string } }[];
  };
  const [slowest] = [...checks].sort((a, b) => b.ms - a.ms);
  const outcomes: Record<string, number> = {};
  for (const { verdict } of checks) outcomes[verdict.outcome] = (outcomes[verdict.outcome] ?? 0) + 1;
  return {
    seconds: wall,
    slowest: { id: slowest?.id ?? '', seconds: (slowest?.ms ?? 0) / 1000 },
    outcomes,
  };
}

async function run(program: string, argv: readonly string[], env: Record<string, string>): Promise<string> {
  const child = spawn(program, argv, {
    cwd: tmpdir(),
    env: { PATH: process.env.PATH, HOME: process.env.HOME, LANG: 'C.UTF-8', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const written = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      written[name] += text;
    });
  }
  const code = await new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exit) => resolve(exit ?? -1));
  });
  // 3: checks failed, which is what a black hole is for.
  if (code === 0 || code === 3) return written.stdout;
  const why =
    code === NO_VOID ? 'A network of its own cannot be made: run this as root on Linux.' : written.stderr;
  throw new Error(`doctor ended with ${code}. ${why}`);
}

async function repeated<T>(times: number, work: () => Promise<T>): Promise<T[]> {
  // The first one only warms caches.
  await work();
  const results: T[] = [];
  for (let at = 0; at < times; at++) results.push(await work());
  return results;
}
