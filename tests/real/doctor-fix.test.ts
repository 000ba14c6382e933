import { createHash } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import kafkajs from 'kafkajs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { withAdmin } from '../../sandbox/src/kafka/topics.ts';
import { docker } from '../../sandbox/src/provision/docker.ts';
import { connectRest } from '../../src/adapters/connect-rest.ts';
import type { FixReport } from '../../src/checks/fix.ts';
import type { CheckResult } from '../../src/checks/types.ts';
import { facilityNames } from '../../src/connector/names.ts';
import { type InstalledFacility, installFacility, jsonOf } from './support/installed-facility.ts';

const CODE = 'CURED';
const INSTANCE = 'cured';
const NAMES = facilityNames(CODE, INSTANCE);
const REST_PORT = 18778;
const worker = connectRest(`http://127.0.0.1:${REST_PORT}`);
const container = docker.getContainer(NAMES.container);

interface Answer {
  exit: number;
  checks: CheckResult[];
  fixes?: FixReport[];
  fixable?: { check: string; code: string; risk: string }[];
}

let facility: InstalledFacility;

async function doctor(...flags: string[]): Promise<Answer> {
  const run = await facility.ask('doctor', ...flags, '--json');
  return { exit: run.exitCode, ...jsonOf<Omit<Answer, 'exit'>>(run) };
}

/** What is wrong with container and connector; the machine that runs the tests is another matter. */
const troubles = ({ checks }: Answer) =>
  checks
    .filter(
      ({ area, verdict }) => area === 'connect' && verdict.outcome !== 'pass' && verdict.outcome !== 'skip',
    )
    .map(({ verdict }) => `${verdict.outcome} ${verdict.code}`);
const cures = ({ fixes = [] }: Answer) => fixes.map(({ code, outcome }) => `${code} ${outcome}`);

/** Everything that a cure could change: the container, its network, the connector, the facility's topics. */
async function everything() {
  // ExecIDs: a look of Docker's own health check may be under way.
  const { State, Config, ExecIDs, ...rest } = await container.inspect();
  // It holds the passwords: a failing comparison would print them.
  const environment = createHash('sha256').update(JSON.stringify(Config.Env)).digest('hex');
  const [network, config, status, topics] = await Promise.all([
    docker.getNetwork(NAMES.container).inspect(),
    worker.config(NAMES.connector),
    worker.status(NAMES.connector),
    withAdmin(async (admin) =>
      (await admin.listTopics()).filter((name) => name.startsWith(NAMES.prefix)).sort(),
    ),
  ]);
  return {
    rest,
    config: { ...Config, Env: environment },
    started: [State.StartedAt, State.Pid],
    network,
    connector: config,
    status,
    topics,
  };
}

async function until(what: string, seconds: number, holds: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + seconds * 1000; !(await holds()); await wait(500)) {
    if (Date.now() > end) throw new Error(`not in ${seconds} s: ${what}`);
  }
}

const running = async () => {
  const status = await worker.status(NAMES.connector);
  return status?.connector.state === 'RUNNING' && status.tasks[0]?.state === 'RUNNING';
};
/** What stands in the status right after a change is of before it. */
const settled = async () => {
  await wait(2000);
  await until('it runs again', 60, running);
  await wait(3000);
  await until('it still runs', 60, running);
};
const taskState = async () => (await worker.status(NAMES.connector))?.tasks[0]?.state;

beforeAll(async () => {
  facility = await installFacility({
    code: CODE,
    instance: INSTANCE,
    restPort: REST_PORT,
    storage: 'doctor_fix',
    patient: 'Achen',
    heartbeatMs: 3000,
  });
});

afterAll(() => facility?.remove());

describe('doctor on a facility that streams', () => {
  test('finds nothing at the container and the connector, and cures nothing', async () => {
    const answer = await doctor('--fix', '--yes');
    expect(troubles(answer)).toEqual([]);
    expect(answer.fixes).toEqual([]);
  });

  test('looks at the real machine, engine, container and worker', async () => {
    const { checks } = await doctor();
    const facts = Object.fromEntries(checks.map(({ id, facts }) => [id, facts]));
    expect(facts).toMatchObject({
      'docker-permission': { refused: null },
      'docker-endpoint': { ok: true, guarded: true },
      'docker-api': { osType: 'linux' },
      'docker-engine-kind': { rootless: false, platform: 'linux' },
      'docker-disk': { from: 'machine', totalBytes: expect.any(Number) },
      'docker-memory': { container: { limitBytes: 768 * 2 ** 20, heapBytes: 384 * 2 ** 20 } },
      'docker-time': { differenceMs: 0 },
      'docker-ip-forward': { forwarding: true, unmasked: [] },
      'docker-port': { publishedBy: NAMES.container, addresses: ['127.0.0.1'] },
      'docker-image': { image: { architecture: 'amd64' } },
      'docker-log': {
        log: { driver: 'json-file', options: { 'max-size': '20m' } },
        bytes: expect.any(Number),
      },
      'docker-clean-shutdown': { seconds: 60 },
      'docker-env-secrets': { places: [], literals: [], connectorSeen: true, envMode: 0o600 },
      'docker-plugin-version': { found: [{ type: 'source' }, { type: 'transformation' }] },
    });
    expect(facts['docker-subnet-clash']).toMatchObject({
      networks: expect.arrayContaining([expect.objectContaining({ name: NAMES.container })]),
    });
    expect(facts['host-power']).toMatchObject({ uptimeSeconds: expect.any(Number) });
  });
});

describe('doctor on a facility that does not', () => {
  test('without --fix writes nothing, however much is wrong', async () => {
    await container.update({ RestartPolicy: { Name: 'no', MaximumRetryCount: 0 } });
    const config = (await worker.config(NAMES.connector))!;
    await worker.putConfig(NAMES.connector, {
      ...config,
      'poll.interval.ms': '750',
      'retriable.restart.connector.wait.ms': '9000',
    });
    await settled();
    const before = await everything();
    const answer = await doctor();
    expect(troubles(answer)).toEqual(['fail docker-restart-policy-no', 'warn connector-config-differs']);
    expect(answer.fixable?.map(({ code, risk }) => `${code} ${risk}`)).toEqual([
      'docker-restart-policy-no safe',
      'connector-config-differs safe',
    ]);
    expect(answer.exit).toBe(3);
    expect(await everything()).toEqual(before);
    // Nobody sits at a terminal here: without --yes the cures are named and none is applied.
    expect(cures(await doctor('--fix'))).toEqual([
      'docker-restart-policy-no not-confirmed',
      'connector-config-differs not-confirmed',
    ]);
    expect(await everything()).toEqual(before);
  });

  test('with --fix sets the restart policy and brings the configuration back', async () => {
    const startedAt = (await container.inspect()).State.StartedAt;
    const answer = await doctor('--fix', '--yes');
    expect(cures(answer)).toEqual(['docker-restart-policy-no cured', 'connector-config-differs cured']);
    const { HostConfig, State } = await container.inspect();
    expect(HostConfig.RestartPolicy).toEqual({ Name: 'unless-stopped', MaximumRetryCount: 0 });
    expect(State.StartedAt).toBe(startedAt);
    expect(await worker.config(NAMES.connector)).toMatchObject({ 'poll.interval.ms': '500' });
    expect(await worker.config(NAMES.connector)).not.toHaveProperty(['retriable.restart.connector.wait.ms']);
    await settled();
    expect(troubles(await doctor())).toEqual([]);
  });

  test('with --fix starts a stopped container and waits for its worker', async () => {
    await container.stop({ t: 60 });
    const answer = await doctor('--fix', '--yes');
    expect(cures(answer)).toEqual(['docker-container-state-stopped cured']);
    await settled();
    expect(troubles(await doctor())).toEqual([]);
  });

  test('with --fix restarts a failed task once its cause is gone, and says so while it is not', async () => {
    // A right that is taken away and given back: Connect never restarts what has failed of it.
    const denied = {
      resourceType: kafkajs.AclResourceTypes.TOPIC,
      resourceName: NAMES.topics.heartbeat,
      resourcePatternType: kafkajs.ResourcePatternTypes.LITERAL,
      principal: `User:facility-${CODE}`,
      host: '*',
      operation: kafkajs.AclOperationTypes.WRITE,
      permissionType: kafkajs.AclPermissionTypes.DENY,
    };
    await withAdmin((admin) => admin.createAcls({ acl: [denied] }));
    try {
      await until('the task fails', 90, async () => (await taskState()) === 'FAILED');
      const still = await doctor('--fix', '--yes', '--only', 'connector-state');
      expect(cures(still)).toEqual(['connector-state-kafka-not-allowed not-cured']);
      expect(still.exit).toBe(3);
    } finally {
      await withAdmin((admin) => admin.deleteAcls({ filters: [denied] }));
    }
    const answer = await doctor('--fix', '--yes', '--only', 'connector-state');
    expect(cures(answer)).toEqual(['connector-state-kafka-not-allowed cured']);
    expect(await running()).toBe(true);
  });

  test('lets a connector go on that somebody has halted only when that is allowed by name', async () => {
    await worker.pause(NAMES.connector);
    await until('it is halted', 30, async () => (await taskState()) === 'PAUSED');
    const refused = await doctor('--fix', '--yes', '--only', 'connector-state');
    expect(cures(refused)).toEqual(['connector-state-paused risk-not-accepted']);
    expect(await taskState()).toBe('PAUSED');
    const allowed = await doctor('--fix', '--yes', '--only', 'connector-state', '--accept-risk', 'resume');
    expect(cures(allowed)).toEqual(['connector-state-paused cured']);
    expect(await taskState()).toBe('RUNNING');
  });
});
