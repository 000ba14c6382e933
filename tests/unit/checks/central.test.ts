import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { KafkaPort } from '../../../src/adapters/kafka-port.ts';
import type { PostgresAnswer } from '../../../src/adapters/postgres-port.ts';
import { CENTRAL_CHECKS } from '../../../src/central/checks/registry.ts';
import { runChecks } from '../../../src/checks/runner.ts';
import { centralFields, toCentralSettings } from '../../../src/settings/central.ts';
import { fakeKafka, fakeNetwork } from '../../fakes/check-ports.ts';
import { dockerEngine } from '../../fakes/docker-engine.ts';
import { fakeMachine } from '../../fakes/machine.ts';
import { streamingFacility } from '../../fakes/streaming-facility.ts';

const SETTINGS = toCentralSettings(
  centralFields('0.1.0'),
  {
    WAREHOUSE_HOST: 'pg.example.org',
    WAREHOUSE_DB: 'warehouse',
    WAREHOUSE_USER: 'cdc_sink',
    WAREHOUSE_PASS: 'x',
    KAFKA_BOOTSTRAP_SERVERS: 'kafka-1.example.org:9093',
    KAFKA_USER: 'central-sink',
    KAFKA_PASS: 'y',
  },
  { dir: '/central' },
);

/** What a well-kept central site answers; a test changes one thing. */
function site(kafka: Partial<KafkaPort> = {}) {
  const world = streamingFacility();
  world.kafka.members = [];
  world.kafka.mayReadData = true;
  const warehouse: { login: PostgresAnswer<object>; schema: PostgresAnswer<object> } = {
    login: { ok: true, value: [{ version: '15.8', encrypted: true }] },
    schema: { ok: true, value: [{ encoding: 'UTF8', standby: false, create: true }] },
  };
  const verdicts = async () => {
    const context = {
      settings: SETTINGS,
      names: { container: 'clinicmasterwarehouse-sink' },
      clock: { now: () => world.nowMs, sleep: async () => {} },
      machine: fakeMachine(),
      network: { ...fakeNetwork(world), isPortFree: async () => true },
      kafka: { ...fakeKafka(world), ...kafka },
      docker: async () => dockerEngine(),
      inside: async () => undefined,
      warehouse: {
        address: 'pg.example.org:5432',
        query: async (text: string) =>
          (text.includes('server_version') ? warehouse.login : warehouse.schema) as never,
        close: async () => {},
      },
    };
    const results = await runChecks(CENTRAL_CHECKS, context, SETTINGS, { when: 'before-install' });
    return Object.fromEntries(results.map(({ id, verdict }) => [id, verdict]));
  };
  return { world, warehouse, verdicts };
}

const refusedWith = (code: string, message = 'no') => ({ ok: false as const, failure: { code, message } });

describe('the checks of the sink', () => {
  it('all pass at a well-kept site', async () => {
    const outcomes = Object.entries(await site().verdicts()).map(([id, { outcome }]) => [id, outcome]);
    expect(outcomes).toEqual(CENTRAL_CHECKS.map(({ id }) => [id, 'pass']));
  });

  it.each([
    ['28P01', 'warehouse-login-refused', 'dba'],
    ['28000', 'warehouse-login-hba', 'dba'],
    ['3D000', 'warehouse-login-no-database', 'dba'],
    ['53300', 'warehouse-login-full', 'dba'],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'warehouse-login-tls', 'you'],
    ['XX000', 'warehouse-login-other', 'dba'],
  ])('tell a login that ends with %s', async (code, expected, who) => {
    const { warehouse, verdicts } = site();
    warehouse.login = refusedWith(code, code.startsWith('SELF') ? 'self-signed certificate' : 'no');
    const found = await verdicts();
    expect(found['warehouse-login']).toMatchObject({ outcome: 'fail', code: expected, remedy: { who } });
    expect(found['warehouse-schema']).toMatchObject({ outcome: 'skip' });
  });

  it.each([
    [{ standby: true }, 'warehouse-schema-standby'],
    [{ encoding: 'SQL_ASCII' }, 'warehouse-schema-encoding'],
    [{ create: false }, 'warehouse-schema-rights'],
  ])('tell a warehouse with %j', async (row, code) => {
    const { warehouse, verdicts } = site();
    warehouse.schema = { ok: true, value: [{ encoding: 'UTF8', standby: false, create: true, ...row }] };
    expect((await verdicts())['warehouse-schema']).toMatchObject({ outcome: 'fail', code });
  });

  it('cannot tell what the warehouse does not answer', async () => {
    const { warehouse, verdicts } = site();
    warehouse.schema = refusedWith('57014');
    expect((await verdicts())['warehouse-schema']).toMatchObject({ outcome: 'unknown' });
  });

  it.each([
    ['refused', 'dba'],
    ['timeout', 'network-admin'],
  ] as const)('tell a warehouse whose port is %s', async (kind, who) => {
    const { world, verdicts } = site();
    world.broken['pg.example.org:5432'] = { kind, code: 'E', message: '' };
    expect((await verdicts())['warehouse-tcp']).toMatchObject({
      code: `warehouse-tcp-${kind}`,
      remedy: { who },
    });
  });

  it('name the rights that are missing, and the commands that give them', async () => {
    const topics: KafkaPort['topics'] = async (names) => ({
      ok: true,
      value: names.map((name) => ({
        name,
        exists: false,
        layout: [],
        operations: name === 'sink-dlq' ? ['DESCRIBE'] : ['READ', 'WRITE', 'CREATE'],
      })),
    });
    const found = (await site({ topics }).verdicts())['sink-rights'];
    expect(found).toMatchObject({
      outcome: 'fail',
      current: 'missing: WRITE, CREATE on sink-dlq',
      remedy: { who: 'central-team' },
    });
    expect(found?.remedy?.commands?.at(-1)).toContain("--topic 'sink-dlq'");
  });

  it('find a sink that runs elsewhere', async () => {
    const { world, verdicts } = site();
    world.kafka.members = [
      { clientId: 'cdc.central.worker.ffff00001111', clientHost: '/10.1.1.1', memberId: 'm' },
    ];
    expect((await verdicts())['sink-identity']).toMatchObject({
      code: 'sink-identity-in-use',
      current: expect.stringContaining('10.1.1.1'),
    });
  });
});

describe.each(CENTRAL_CHECKS.map(({ id }) => id))('%s', (id) => {
  it('has a page that says what, why and who', () => {
    const page = new URL(`../../../docs/checks/${id}.md`, import.meta.url);
    expect(existsSync(page), `docs/checks/${id}.md`).toBe(true);
    const text = readFileSync(page, 'utf8');
    expect(text).toMatch(new RegExp(`^# ${id}\n`));
    for (const head of ['## Why it matters', '## What to do']) expect(text).toContain(head);
  });
});
