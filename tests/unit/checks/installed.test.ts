import { describe, expect, it } from 'vitest';
import type { RunState } from '../../../src/adapters/connect-port.ts';
import { connectorConfig } from '../../../src/checks/connect/connector-config.ts';
import { connectorForeign } from '../../../src/checks/connect/connector-foreign.ts';
import { connectorState } from '../../../src/checks/connect/connector-state.ts';
import { dockerConnectRest } from '../../../src/checks/connect/docker-connect-rest.ts';
import {
  type ContainerFacts,
  dockerContainerState,
} from '../../../src/checks/connect/docker-container-state.ts';
import type { CheckContext } from '../../../src/checks/context.ts';
import { heartbeatFresh } from '../../../src/checks/pipeline/heartbeat-fresh.ts';
import { streamPosition } from '../../../src/checks/pipeline/stream-position.ts';
import { streamTopics } from '../../../src/checks/pipeline/stream-topics.ts';
import { facility, gist, judge } from './fixtures.ts';

const NOW = Date.parse('2026-11-24T08:00:00Z');
const kafkaFault = {
  ok: false as const,
  failure: { kind: 'timeout' as const, code: 'ETIMEDOUT', message: 'm', broker: 'k:9093' },
};

describe('docker-container-state', () => {
  const name = 'clinicmasterwarehouse';
  const running = {
    id: '0123',
    image: 'clinicmaster-cdc/connect-facility:0.1.0',
    status: 'running',
    health: 'healthy',
    exitCode: 0,
    oomKilled: false,
    restartCount: 0,
    startedAt: '2026-11-24T07:00:00Z',
    version: '0.1.0',
    facility: facility().facilityCode,
  };
  const facts = (changes: Partial<NonNullable<ContainerFacts['container']>>) => ({
    name,
    container: { ...running, ...changes },
  });
  it.each([
    [facts({}), 'pass ok'],
    [facts({ health: null }), 'pass ok'],
    [facts({ restartCount: 7 }), 'warn docker-container-state-restarts you'],
    [facts({ status: 'exited', exitCode: 143 }), 'fail docker-container-state-stopped you'],
    [facts({ status: 'exited', exitCode: 137, oomKilled: true }), 'fail docker-container-state-memory you'],
    [facts({ status: 'paused' }), 'fail docker-container-state-paused you'],
    [facts({ status: 'exited', exitCode: 2 }), 'fail docker-container-state-failing you'],
    [facts({ status: 'restarting', exitCode: 1 }), 'fail docker-container-state-failing you'],
    [facts({ facility: 'OTHER' }), 'fail docker-container-state-foreign you'],
    [{ name, container: null }, 'fail docker-container-state-absent you'],
  ])('%#', (given, expected) => {
    expect(gist(judge(dockerContainerState, given))).toBe(expected);
  });
});

describe('docker-connect-rest', () => {
  it.each([
    ['healthy', 'pass ok'],
    ['starting', 'warn docker-connect-rest-starting you'],
    ['unhealthy', 'fail docker-connect-rest-unhealthy you'],
    ['unreachable', 'fail docker-connect-rest-unreachable you'],
    ['silent', 'fail docker-connect-rest-silent you'],
  ] as const)('%s', (state, expected) => {
    const facts = {
      url: 'http://127.0.0.1:8083',
      container: 'c',
      state,
      message: 'm',
      version: '4.3.1',
      error: null,
    };
    expect(gist(judge(dockerConnectRest, facts))).toBe(expected);
  });
});

it('docker-connect-rest does not wait for a worker that keeps the question', async () => {
  const context = {
    connect: { url: 'http://127.0.0.1:8083', health: () => new Promise(() => {}) },
    names: { container: 'c' },
    docker: () => Promise.reject(new Error('no Docker')),
  } as unknown as CheckContext;
  const began = Date.now();
  const facts = await dockerConnectRest.probe(context, AbortSignal.timeout(9000));
  expect(facts).toMatchObject({ state: 'silent', message: 'no answer within 2.5 s', version: null });
  expect(Date.now() - began).toBeLessThan(5000);
});

describe('docker-connect-rest with a cause in the log', () => {
  const facts = {
    url: 'http://127.0.0.1:8083',
    container: 'c',
    state: 'unreachable' as const,
    message: 'm',
    version: null,
  };
  it('says the cause', () => {
    const error =
      'x.SaslAuthenticationException: Authentication failed during authentication due to invalid credentials';
    expect(gist(judge(dockerConnectRest, { ...facts, error }))).toMatch(
      /^fail docker-connect-rest-kafka-sasl-auth /,
    );
  });
  it('lets a worker begin to listen after the start of its container', () => {
    const error = 'x.Y: something';
    expect(gist(judge(dockerConnectRest, { ...facts, error, runningMs: 59_000 }))).toBe(
      'warn docker-connect-rest-starting you',
    );
    expect(gist(judge(dockerConnectRest, { ...facts, error, runningMs: 60_000 }))).toMatch(/^fail /);
    expect(gist(judge(dockerConnectRest, { ...facts, error, runningMs: null }))).toMatch(/^fail /);
  });
  it('does not guess', () => {
    expect(gist(judge(dockerConnectRest, { ...facts, error: 'x.Y: something' }))).toBe(
      'fail docker-connect-rest-unreachable you',
    );
  });
});

describe('connector-foreign', () => {
  const other = (name: string, source: boolean, halted = false) => ({ name, source, halted });
  const facts = (...others: ReturnType<typeof other>[]) => ({
    ours: 'cdc-X',
    url: 'http://127.0.0.1:8083',
    others,
  });
  it.each([
    [[], 'pass ok'],
    [[other('St. Mary’s', true)], 'fail connector-foreign-source you'],
    [[other('St. Mary’s', true, true)], 'fail connector-foreign-source you'],
    [[other('a-file', false)], 'warn connector-foreign-other you'],
    [[other('a-file', false), other('Mulago', true)], 'fail connector-foreign-source you'],
  ])('%j', (others, expected) => {
    expect(gist(judge(connectorForeign, facts(...others)))).toContain(expected);
  });

  it('names what is to go, in a command that survives a name with blanks and an apostrophe', () => {
    const verdict = judge(connectorForeign, facts(other("St. Mary's", true, true), other('a-file', false)));
    expect(verdict.current).toBe("St. Mary's (halted)");
    expect(verdict.remedy?.commands).toEqual([
      "curl -X DELETE 'http://127.0.0.1:8083/connectors/St.%20Mary%27s'",
    ]);
  });

  it('keeps no setting of another connector', async () => {
    const connect = {
      url: 'http://127.0.0.1:8083',
      connectors: async () => ['cdc-X', 'Mulago'],
      config: async () => ({
        'connector.class': 'io.debezium.connector.sqlserver.SqlServerConnector',
        'database.password': 's3cret',
      }),
      status: async () => ({ connector: { state: 'RUNNING' }, tasks: [] }),
    };
    const context = { connect, names: { connector: 'cdc-X' } } as unknown as CheckContext;
    const found = await connectorForeign.probe(context, new AbortController().signal);
    expect(found).toEqual({
      ours: 'cdc-X',
      url: connect.url,
      others: [{ name: 'Mulago', source: true, halted: false }],
    });
  });
});

describe('connector-state', () => {
  const facts = (connector: RunState, tasks: RunState[], trace?: string) => ({
    name: 'cdc-X',
    url: 'http://127.0.0.1:8083',
    status: {
      connector: { state: connector, workerId: 'w' },
      tasks: tasks.map((state, id) => ({
        id,
        state,
        workerId: 'w',
        ...(trace === undefined ? {} : { trace }),
      })),
    },
  });
  it.each([
    [facts('RUNNING', ['RUNNING']), 'pass ok'],
    [facts('RUNNING', []), 'fail connector-state-no-task you'],
    [facts('RUNNING', ['UNASSIGNED']), 'warn connector-state-starting you'],
    [facts('RESTARTING', []), 'warn connector-state-starting you'],
    [facts('PAUSED', ['PAUSED']), 'fail connector-state-paused you'],
    [facts('STOPPED', []), 'fail connector-state-stopped you'],
    [
      facts('RUNNING', ['FAILED'], 'x\nCaused by: y: Login failed for user'),
      'fail connector-state-sql-login you',
    ],
    [facts('FAILED', [], ''), 'fail connector-state-unrecognised central-team'],
    [{ name: 'cdc-X', url: '', status: null }, 'fail connector-state-absent you'],
  ])('%#', (given, expected) => {
    expect(gist(judge(connectorState, given))).toBe(expected);
  });
  it('shows the deciding line and how to restart what failed', () => {
    const { current, remedy } = judge(
      connectorState,
      facts('RUNNING', ['FAILED'], 'a.B: wrap\n\tat x\nCaused by: c.D: deadlocked on lock resources'),
    );
    expect(current).toBe('connector RUNNING, task 0 FAILED; task 0: D: deadlocked on lock resources');
    expect(remedy?.commands?.at(-1)).toBe(
      "curl -X POST 'http://127.0.0.1:8083/connectors/cdc-X/restart?includeTasks=true&onlyFailed=true'",
    );
  });
});

describe('connector-config', () => {
  it.each([
    [{ differences: [] }, 'pass ok'],
    [{ differences: ['tasks.max'] }, 'warn connector-config-differs you'],
    [{ differences: null }, 'unknown connector-config-absent'],
  ])('%#', (facts, expected) => {
    expect(gist(judge(connectorConfig, facts))).toBe(expected);
  });
});

describe('heartbeat-fresh', () => {
  const key = JSON.stringify({ payload: { serverName: 's', facility_dhis2_code: facility().facilityCode } });
  const beat = (ageMs: number, from = key) => ({
    topic: 'cdc.X.heartbeat',
    record: { ok: true as const, value: { offset: '7', timestampMs: NOW - ageMs, key: from, value: null } },
    nowMs: NOW,
    startedAt: '2026-11-24T07:00:00Z',
    error: null,
  });
  const error = "x.SQLServerException: Login failed for user 'cdc'.";
  it.each([
    [beat(12_000), 'pass ok'],
    [{ ...beat(12_000), error }, 'pass ok'],
    [{ ...beat(200_000), error }, 'fail heartbeat-fresh-sql-login you'],
    [{ ...beat(0), record: { ok: true as const, value: null }, error }, 'fail heartbeat-fresh-sql-login you'],
    [beat(-3000), 'pass ok'],
    [beat(120_000), 'pass ok'],
    [beat(121_000), 'warn heartbeat-fresh-late you'],
    [beat(16 * 60_000), 'fail heartbeat-fresh-silent you'],
    [beat(1000, '{"facility_dhis2_code":"OTHER"}'), 'fail heartbeat-fresh-foreign central-team'],
    [{ ...beat(0), record: { ok: true as const, value: null } }, 'warn heartbeat-fresh-none you'],
    [{ ...beat(0), record: kafkaFault }, 'unknown heartbeat-fresh-unanswered central-team'],
  ])('%#', (facts, expected) => {
    expect(gist(judge(heartbeatFresh, facts))).toBe(expected);
  });
});

describe('stream-position and stream-topics', () => {
  it.each([
    [{ commitLsn: '00000027:00000ac0:0001', copying: false, runningMs: 1 }, 'pass ok'],
    [{ commitLsn: null, copying: true, runningMs: 900_000 }, 'pass ok'],
    [{ commitLsn: null, copying: false, runningMs: 30_000 }, 'pass ok'],
    [{ commitLsn: null, copying: false, runningMs: 900_000 }, 'warn stream-position-none you'],
    [{ commitLsn: null, copying: false, runningMs: null }, 'warn stream-position-none you'],
  ])('position %#', (facts, expected) => {
    expect(gist(judge(streamPosition, { again: [], ...facts }))).toBe(expected);
  });
  it.each([
    [{ ends: { ok: true as const, value: { a: 3, b: 4 } } }, 'pass ok'],
    [{ ends: { ok: true as const, value: { a: 0 } } }, 'warn stream-topics-empty you'],
    [{ ends: kafkaFault }, 'unknown stream-topics-unanswered central-team'],
  ])('topics %#', (facts, expected) => {
    expect(gist(judge(streamTopics, facts))).toBe(expected);
  });
});
