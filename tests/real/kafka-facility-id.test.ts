import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { kafkaFor } from '../../sandbox/src/kafka/client.ts';
import { enrolFacility } from '../../sandbox/src/kafka/enrol.ts';
import { withAdmin } from '../../sandbox/src/kafka/topics.ts';
import { type Login, loadSandbox, type Sandbox } from '../../sandbox/src/load.ts';
import { findDocker } from '../../src/adapters/docker.ts';
import type { DockerPort } from '../../src/adapters/docker-port.ts';
import { facilityNames } from '../../src/connector/names.ts';
import type { FacilitySettings } from '../../src/settings/facility.ts';
import { facility } from '../unit/checks/fixtures.ts';
import { checkIn } from './support/facility-checks.ts';

const ID = 'SLUG-2F01';
const CODE = 'SLUG/01';
const topic = facilityNames(ID).topics.heartbeat;
const NEIGHBOUR = 'clinicmaster-cdc-test-neighbour';
const IMAGE = 'clinicmaster-cdc/connect-facility:0.1.0';

let sandbox: Sandbox;
let login: Login;
let docker: DockerPort;

beforeAll(async () => {
  sandbox = await loadSandbox();
  login = await enrolFacility(ID);
  docker = await findDocker({ platform: 'linux', privileged: true, home: '/root', cwd: '/', env: {} });
  await tidy();
});
afterAll(() => tidy());

async function tidy(): Promise<void> {
  await docker.remove(NEIGHBOUR).catch(() => {});
  await withAdmin(async (admin) => {
    if ((await admin.listTopics()).includes(topic)) await admin.deleteTopics({ topics: [topic] });
  });
}

async function verdict(changes: Partial<FacilitySettings> = {}) {
  const settings = facility({
    facilityCode: CODE,
    facilityId: ID,
    instance: 'slug',
    kafka: {
      brokers: [sandbox.kafka.bootstrap],
      user: login.username,
      password: login.password,
      securityProtocol: 'SASL_SSL',
      mechanism: 'SCRAM-SHA-256',
      ca: sandbox.ca,
    },
    ...changes,
  });
  const checked = await checkIn({}, settings, { when: 'before-install', only: ['kafka-facility-id'] });
  return checked.verdict('kafka-facility-id');
}

/** A heartbeat as the connector of a facility sends it: the code in the key, schema and all. */
async function beat(code: string): Promise<void> {
  const schema = { type: 'struct', fields: [{ type: 'string', field: 'facility_dhis2_code' }] };
  const producer = (await kafkaFor(login)).producer();
  await producer.connect();
  const key = JSON.stringify({ schema, payload: { serverName: 'x', facility_dhis2_code: code } });
  await producer.send({ topic, messages: [{ key, value: '{}' }] });
  await producer.disconnect();
}

describe('kafka-facility-id at a real broker and a real Docker', () => {
  test('passes where nobody has streamed under the id', async () => {
    expect(await verdict()).toMatchObject({ outcome: 'pass', summary: `nobody has used the id ${ID} yet` });
  });

  test('fails where the last heartbeat carries another code, and passes where it is ours', async () => {
    await withAdmin((admin) => admin.createTopics({ topics: [{ topic, numPartitions: 1 }] }));
    await beat('SLUG.01');
    expect(await verdict()).toMatchObject({
      outcome: 'fail',
      code: 'kafka-facility-id-taken',
      current: `the last heartbeat in ${topic} carries facility_dhis2_code SLUG.01`,
    });
    await beat(CODE);
    expect((await verdict()).outcome).toBe('pass');
  });

  test('fails where a running container of this machine has the code, spelled in base64, or the id', async () => {
    await docker.createContainer(NEIGHBOUR, {
      Image: IMAGE,
      Entrypoint: ['/bin/busybox', 'sleep', '300'],
      Env: ['FACILITY_DHIS2_CODE=', `FACILITY_DHIS2_CODE_B64=${btoa(CODE)}`, 'FACILITY_ID=ANOTHER'],
      Labels: { 'org.clinicmaster.cdc.role': 'facility' },
    });
    // One that stands still shares nothing.
    expect((await verdict()).outcome).toBe('pass');
    await docker.start(NEIGHBOUR);
    expect(await verdict()).toMatchObject({
      code: 'kafka-facility-id-on-this-machine',
      current: `${NEIGHBOUR}: code ${CODE}, id ANOTHER`,
    });
    expect((await verdict({ facilityCode: 'X', facilityId: 'ANOTHER' })).code).toBe(
      'kafka-facility-id-on-this-machine',
    );
    expect((await verdict({ facilityCode: 'X' })).code).toBe('kafka-facility-id-taken');
  });
});
