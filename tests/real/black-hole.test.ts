import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { inVoid, VOID_DOCKER, VOID_HOSTS } from '../../sandbox/src/void-network.ts';
import type { StatusReport } from '../../src/checks/status-report.ts';
import type { CheckResult } from '../../src/checks/types.ts';
import { type PackedProgram, packProgram } from './support/packed-program.ts';

const REST_PORT = '18785';
const BAR_MS = 15_000;
/** Until its answer is there: its own limit of 6 s, and the time to start on a machine that is busy with other tests. */
const STATUS_MS = 9000;

let program: PackedProgram;
let dir: string;
beforeAll(async () => {
  program = await packProgram();
  dir = await mkdtemp(join(tmpdir(), 'void-'));
});
afterAll(async () => {
  await program?.remove();
  if (dir !== undefined) await rm(dir, { recursive: true });
});

/** The whole life of the process, from its start to its end: a program that has answered and does not end is no faster. */
async function ask<Answer>(
  verb: string,
  targets: Record<string, string>,
): Promise<Answer & { ms: number; answeredMs: number; exit: number | null }> {
  const settings = {
    ...{ FACILITY_NAME: 'Void', FACILITY_DHIS2_CODE: 'VOID', DB_USER: 'u', DB_PASS: 'p4ssword' },
    ...{ KAFKA_USER: 'u', KAFKA_PASS: 'p4ssword', REST_PORT },
    ...targets,
  };
  const lines = Object.entries(settings).map(([key, value]) => `${key}=${value}\n`);
  await writeFile(join(dir, '.env'), lines.join(''), { mode: 0o600 });
  const bin = join(program.home, 'node_modules/.bin/clinicmaster-cdc');
  const started = performance.now();
  const child = spawn('unshare', inVoid(REST_PORT, [bin, verb, '--json', '--dir', dir]), {
    cwd: dir,
    env: { PATH: process.env.PATH, HOME: dir, LANG: 'C.UTF-8', DOCKER_HOST: VOID_DOCKER },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let stdout = '';
  let answeredMs = 0;
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    answeredMs = performance.now() - started;
  });
  const exit = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  return { ms: performance.now() - started, answeredMs, exit, ...JSON.parse(stdout) };
}

const doctor = (targets: Record<string, string>) => ask<{ checks: CheckResult[] }>('doctor', targets);
const status = (targets: Record<string, string>) => ask<StatusReport>('status', targets);

const failed = (checks: CheckResult[]) =>
  checks.filter(({ verdict }) => verdict.outcome === 'fail').map(({ verdict }) => verdict.code);

describe('doctor where every packet is lost', () => {
  test('ends within 15 seconds, and tells a silence from a refusal: targets by address', async () => {
    const { ms, exit, checks } = await doctor({
      DB_HOST: VOID_HOSTS[0],
      KAFKA_BOOTSTRAP_SERVERS: `${VOID_HOSTS[1]}:9093,${VOID_HOSTS[2]}:9093`,
    });
    expect(exit).toBe(3);
    expect(failed(checks)).toEqual(expect.arrayContaining(['sql-tcp-timeout', 'kafka-tcp-timeout']));
    expect(ms).toBeLessThan(BAR_MS);
  });

  test('ends within 15 seconds: targets by name, and no name server answers', async () => {
    const brokers = [1, 2, 3, 4].map((n) => `kafka-${n}.example.org:9093`);
    const { ms, exit, checks } = await doctor({
      DB_HOST: 'sql.hospital.example',
      KAFKA_BOOTSTRAP_SERVERS: brokers.join(','),
    });
    expect(exit).toBe(3);
    expect(failed(checks)).toEqual(expect.arrayContaining(['sql-tcp-name']));
    expect(ms).toBeLessThan(BAR_MS);
  });
});

describe('status where every packet is lost', () => {
  test.each([
    ['address', { DB_HOST: VOID_HOSTS[0], KAFKA_BOOTSTRAP_SERVERS: `${VOID_HOSTS[1]}:9093` }],
    ['name', { DB_HOST: 'sql.hospital.example', KAFKA_BOOTSTRAP_SERVERS: 'kafka-1.example.org:9093' }],
  ])('answers within its time that nobody can tell: targets by %s', async (_, targets) => {
    const { ms, answeredMs, exit, health, findings, heartbeat, lag } = await status(targets);
    expect({ exit, health, heartbeat, lag }).toEqual({
      exit: 3,
      health: 'unknown',
      heartbeat: null,
      lag: null,
    });
    expect(findings.map(({ check }) => check)).toEqual(
      expect.arrayContaining(['docker-endpoint', 'sql-login', 'heartbeat-fresh']),
    );
    expect(answeredMs).toBeLessThan(STATUS_MS);
    // The system's resolver, once asked for a name, cannot be called off: the process ends when it gives up.
    expect(ms).toBeLessThan(BAR_MS);
    console.info(`answered after ${Math.round(answeredMs)} ms, ended after ${Math.round(ms)} ms`);
  });
});
