import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CliFailed, runCli } from '../../sandbox/src/demo/cli.ts';
import { enrolFacility } from '../../sandbox/src/kafka/enrol.ts';
import { withAdmin } from '../../sandbox/src/kafka/topics.ts';
import { loadSandbox } from '../../sandbox/src/load.ts';
import { docker, removeContainer } from '../../sandbox/src/provision/docker.ts';
import type { CheckResult } from '../../src/checks/types.ts';
import { facilityNames, TOPIC_PREFIX } from '../../src/connector/names.ts';
import { DATABASE, type Hospital, startHospital } from './support/hospital.ts';

const CODE = 'WATCHED';
const INSTANCE = 'watched';
const NAMES = facilityNames(CODE, INSTANCE);
const HEARTBEAT_MS = 3000;

interface Answer {
  exit: number;
  json: Record<string, never> & { health: string; checks: CheckResult[] };
}

let hospital: Hospital;
let dir: string;

/** A command's `--json` answer. Progress and warnings go to stderr and are not part of it. */
async function ask(...argv: string[]): Promise<Answer> {
  const run = await runCli([...argv, '--json', '--dir', dir], {}, () => {}).catch((error: unknown) => {
    if (error instanceof CliFailed) return error.run;
    throw error;
  });
  const text = run.output.slice(run.output.indexOf('{\n'), run.output.lastIndexOf('\n}') + 2);
  return { exit: run.exitCode, json: JSON.parse(text) };
}

/** What the machine of the tests is like (no systemd, busy processors) is not the facility's trouble. */
const troubles = ({ json }: Answer) =>
  json.checks
    .filter(
      ({ area, verdict }) => area !== 'host' && verdict.outcome !== 'pass' && verdict.outcome !== 'skip',
    )
    .map(({ verdict }) => `${verdict.outcome} ${verdict.code}`);

async function removeTopics(): Promise<void> {
  await withAdmin(async (admin) => {
    const own = (await admin.listTopics()).filter(
      (name) => name.startsWith(NAMES.prefix) || name.startsWith(`${TOPIC_PREFIX}.${DATABASE}.`),
    );
    if (own.length > 0) await admin.deleteTopics({ topics: own });
  });
}

beforeAll(async () => {
  await promisify(execFile)(process.execPath, ['build.mjs']);
  const sandbox = await loadSandbox();
  await removeTopics();
  const login = await enrolFacility(CODE);
  hospital = await startHospital('doctor_status');
  await hospital.prepare();
  await hospital.dba("INSERT INTO dbo.Patients VALUES (1, N'Achen')");
  dir = await mkdtemp(join(tmpdir(), 'watched-'));
  const { host, port, user, password, name } = hospital.database;
  const flags = {
    '--dir': dir,
    '--instance': INSTANCE,
    '--rest-port': '18776',
    '--name': 'Watched Hospital',
    '--code': CODE,
    '--db-host': host,
    '--db-port': String(port),
    '--db-user': user,
    '--db-name': name,
    '--db-ca': sandbox.caFile,
    '--key-columns': 'dbo.AuditTrail:At,What;dbo.Stock:ItemCode',
    '--heartbeat-ms': String(HEARTBEAT_MS),
    '--kafka': sandbox.kafka.bootstrap,
    '--kafka-user': login.username,
    '--kafka-ca': sandbox.caFile,
  };
  const passwords = { DB_PASS: password, KAFKA_PASS: login.password };
  await runCli(['init', '--yes', ...Object.entries(flags).flat()], passwords, () => {});
});

afterAll(async () => {
  await removeContainer(NAMES.container);
  await docker
    .getNetwork(NAMES.container)
    .remove()
    .catch(() => {});
  await hospital?.remove();
  await removeTopics();
  if (dir !== undefined) await rm(dir, { recursive: true, force: true });
});

describe('a facility that streams', () => {
  test('is healthy, by a heartbeat that was read back from Kafka', async () => {
    const answer = await ask('status');
    expect(troubles(answer)).toEqual([]);
    expect(answer.exit).toBe(0);
    expect(answer.json).toMatchObject({
      health: 'healthy',
      container: { name: NAMES.container, status: 'running' },
      connector: { name: NAMES.connector, state: 'RUNNING' },
      tasks: [{ id: 0, state: 'RUNNING' }],
      heartbeat: { ageSeconds: expect.any(Number) },
    });
    expect(answer.json).toHaveProperty(['topics', `${TOPIC_PREFIX}.${DATABASE}.dbo.Patients`]);
  });

  test('gives doctor nothing to find but what the login may not see', async () => {
    const answer = await ask('doctor');
    expect(troubles(answer)).toEqual([
      'unknown sql-tempdb-no-right',
      'unknown sql-retention-no-right',
      'unknown sql-jobs-exist-no-right',
      'unknown sql-scan-errors-no-right',
      'unknown sql-scan-latency-no-right',
      'unknown sql-disk-free-no-right',
      'unknown sql-change-table-size-no-right',
    ]);
    expect(answer.exit).toBe(0);
    expect((await ask('doctor', '--strict')).exit).toBe(4);
    expect(JSON.stringify(answer.json)).not.toContain(
      JSON.stringify(hospital.database.password).slice(1, -1),
    );
  });
});

describe('a facility that does not', () => {
  test('is told why though its task says RUNNING: SQL Server is gone', async () => {
    await hospital.standin.stop();
    let answer = await ask('status');
    for (const end = Date.now() + 180_000; answer.json.health !== 'down' && Date.now() < end; ) {
      await wait(5000);
      answer = await ask('status');
    }
    expect(answer.json).toMatchObject({ connector: { state: 'RUNNING' }, tasks: [{ state: 'RUNNING' }] });
    expect(troubles(answer)).toEqual(['fail heartbeat-fresh-sql-unreachable']);
    expect(answer.exit).toBe(3);
    expect(troubles(await ask('doctor', '--only', 'sqlserver'))).toEqual(['fail sql-tcp-refused']);
  });

  test('is told that its container was stopped, and how to start it', async () => {
    await docker.getContainer(NAMES.container).stop({ t: 60 });
    const answer = await ask('status');
    expect(answer.exit).toBe(3);
    const { verdict } = answer.json.checks.find(({ id }) => id === 'docker-container-state')!;
    expect(verdict).toMatchObject({
      code: 'docker-container-state-stopped',
      remedy: { commands: [`docker start ${NAMES.container}`], who: 'you' },
    });
  });
});
