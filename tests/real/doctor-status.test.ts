import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { docker } from '../../sandbox/src/provision/docker.ts';
import type { Finding } from '../../src/checks/health/words.ts';
import type { CheckResult } from '../../src/checks/types.ts';
import { TOPIC_PREFIX } from '../../src/connector/names.ts';
import { DATABASE } from './support/hospital.ts';
import { type InstalledFacility, installFacility, jsonOf } from './support/installed-facility.ts';

const HEARTBEAT_MS = 3000;

interface Answer {
  exit: number;
  json: Record<string, never> & { health: string; findings: Finding[]; checks: CheckResult[] };
}

let facility: InstalledFacility;

/** A command's `--json` answer. Progress and warnings go to stderr and are not part of it. */
async function ask(...argv: string[]): Promise<Answer> {
  const run = await facility.ask(...argv, '--json');
  return { exit: run.exitCode, json: jsonOf(run) };
}

const findings = ({ json }: Answer) => json.findings.map(({ code }) => code);

/** What the machine of the tests is like (no systemd, busy processors) is not the facility's trouble. */
const troubles = ({ json }: Answer) =>
  json.checks
    .filter(
      ({ area, verdict }) => area !== 'host' && verdict.outcome !== 'pass' && verdict.outcome !== 'skip',
    )
    .map(({ verdict }) => `${verdict.outcome} ${verdict.code}`);

beforeAll(async () => {
  facility = await installFacility({
    code: 'WATCHED',
    instance: 'watched',
    restPort: 18776,
    storage: 'doctor_status',
    patient: 'Achen',
    heartbeatMs: HEARTBEAT_MS,
    verified: true,
  });
});

afterAll(() => facility?.remove());

describe('a facility that streams', () => {
  test('is healthy, by a heartbeat that was read back from Kafka', async () => {
    const answer = await ask('status');
    expect(troubles(answer)).toEqual([]);
    expect(answer.exit).toBe(0);
    expect(answer.json).toMatchObject({
      health: 'healthy',
      container: { name: facility.names.container, status: 'running' },
      connector: { name: facility.names.connector, state: 'RUNNING' },
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
      'unknown sql-disk-free-no-right',
    ]);
    expect(answer.exit).toBe(0);
    expect((await ask('doctor', '--strict')).exit).toBe(4);
    expect(JSON.stringify(answer.json)).not.toContain(
      JSON.stringify(facility.hospital.database.password).slice(1, -1),
    );
  });
});

describe('a facility that does not', () => {
  test('is told why though its task says RUNNING: SQL Server is gone', async () => {
    await facility.hospital.standin.stop();
    let answer = await ask('status');
    for (
      const end = Date.now() + 180_000;
      answer.json.health !== 'stalled' && answer.json.health !== 'lost' && Date.now() < end;
    ) {
      await wait(5000);
      answer = await ask('status');
    }
    expect(answer.json).toMatchObject({
      health: 'stalled',
      connector: { state: 'RUNNING' },
      tasks: [{ state: 'RUNNING' }],
    });
    expect(findings(answer)).toEqual(['heartbeat-fresh-sql-unreachable', 'sql-login-broken']);
    expect(answer.exit).toBe(3);
    expect(troubles(await ask('doctor', '--only', 'sqlserver'))).toEqual(['fail sql-tcp-refused']);
  });

  test('is told that its container was stopped, and how to start it', async () => {
    await docker.getContainer(facility.names.container).stop({ t: 60 });
    const answer = await ask('status');
    expect(answer.exit).toBe(3);
    expect(answer.json).toMatchObject({ health: 'stopped' });
    const { verdict } = answer.json.checks.find(({ id }) => id === 'docker-container-state')!;
    expect(verdict).toMatchObject({
      code: 'docker-container-state-stopped',
      remedy: { commands: [`docker start ${facility.names.container}`], who: 'you' },
    });
  });
});
