import type { ConnectPort } from '../../src/adapters/connect-port.ts';
import type { ContainerState, DockerPort } from '../../src/adapters/docker-port.ts';
import type { KafkaPort, KafkaRecord, TopicView } from '../../src/adapters/kafka-port.ts';
import type { NetworkFailure, NetworkPort, TlsView } from '../../src/adapters/network-port.ts';
import type { SqlFailure, SqlServerPort, SqlValue } from '../../src/adapters/sqlserver-port.ts';

/** What surrounds a facility, as data that a test changes. It begins as a facility that streams well. */
export interface World {
  nowMs: number;
  /** Undefined: no engine answers. */
  docker: { containers: ContainerState[]; log: string } | undefined;
  /** Hosts that cannot be reached, by `host` (name) or `host:port` (TCP). */
  broken: Record<string, NetworkFailure>;
  certificate: TlsView;
  sql: { login: SqlFailure | undefined; rows: (text: string) => Record<string, SqlValue>[] | SqlFailure };
  kafka: {
    login: 'ok' | 'refused';
    advertised: { id: number; host: string; port: number }[];
    members: { clientId: string; clientHost: string; memberId: string }[];
    ends: Record<string, number>;
    heartbeat: KafkaRecord | null;
  };
  connect: {
    health: 'healthy' | 'starting' | 'unreachable';
    states: { connector: 'RUNNING' | 'FAILED'; task: 'RUNNING' | 'FAILED'; trace?: string } | undefined;
    config: Record<string, string>;
    offset: Record<string, unknown> | null;
  };
}

const answer = <T>(value: T) => ({ ok: true as const, value });
const unused = () => Promise.reject(new Error('not part of this fake'));

/** What a well-kept SQL Server shows of itself; the clock of the world is in 2026. */
const SQL_TLS = {
  protocol: 'TLSv1.2',
  subject: '192.168.1.100',
  issuer: 'Hospital CA',
  names: ['192.168.1.100'],
  validFrom: '2026-01-01T00:00:00.000Z',
  validTo: '2028-01-01T00:00:00.000Z',
  selfSigned: false,
  nameMatches: true,
  cipher: 'ECDHE-RSA-AES256-GCM-SHA384',
  forwardSecrecy: true,
  keyType: 'RSA' as const,
  keyBits: 2048,
  hash: 'strong' as const,
};

/** Names, TCP and TLS of the world. */
export function fakeNetwork(world: World): NetworkPort {
  const reach = async <T>(key: string, value: T) => {
    const failure = world.broken[key];
    return failure === undefined ? answer(value) : { ok: false as const, failure };
  };
  return {
    resolve: (host) => reach(host, { addresses: ['10.8.0.1'] }),
    connect: (host, port) => reach(`${host}:${port}`, { address: '10.8.0.1', ms: 12 }),
    tls: async () => answer(world.certificate),
    sqlInstances: async () => answer([{ name: 'MSSQLSERVER', version: '15.0.4198.2', port: 1433 }]),
    isPortFree: async () => false,
  };
}

export function fakeSqlServer(world: World, address: string): SqlServerPort {
  return {
    address,
    tls: async () => answer(SQL_TLS),
    open: async () => (world.sql.login === undefined ? answer([]) : { ok: false, failure: world.sql.login }),
    query: async (text) => {
      const rows = world.sql.rows(text);
      return Array.isArray(rows) ? answer(rows as never) : { ok: false, failure: rows };
    },
    close: async () => {},
  };
}

export function fakeKafka(world: World): KafkaPort {
  const { kafka } = world;
  const rights: TopicView['operations'] = ['READ', 'WRITE', 'CREATE', 'DESCRIBE'];
  return {
    login: async ({ host, port }) =>
      kafka.login === 'ok'
        ? answer(null)
        : {
            ok: false,
            failure: {
              kind: 'login',
              code: 'SASL_AUTHENTICATION_FAILED',
              message: 'invalid credentials',
              broker: `${host}:${port}`,
            },
          },
    cluster: async () => answer({ clusterId: 'Abc', controllerId: 1, brokers: kafka.advertised }),
    topics: async (names) =>
      answer(names.map((name) => ({ name, exists: true, partitions: 1, operations: rights }))),
    topicNames: async (prefix) => answer(Object.keys(kafka.ends).filter((name) => name.startsWith(prefix))),
    group: async (id) =>
      answer({
        id,
        state: 'Stable',
        protocolType: 'connect',
        members: kafka.members,
        operations: ['READ' as const],
      }),
    endOffsets: async (topics) =>
      answer(Object.fromEntries(topics.map((topic) => [topic, kafka.ends[topic] ?? 0]))),
    lastRecord: async () => answer(kafka.heartbeat),
    close: async () => {},
  };
}

export function fakeConnect(world: World, url: string): ConnectPort {
  const { connect } = world;
  return {
    url,
    root: async () => ({ version: '4.3.1', commit: 'c', kafkaClusterId: 'Abc' }),
    health: async () => ({
      state: connect.health,
      message: connect.health === 'healthy' ? 'ok' : 'connect ECONNREFUSED',
    }),
    connectors: async () => ['cdc-xY9AbCdEf12'],
    config: async () => connect.config,
    status: async (name) => {
      if (connect.states === undefined) return undefined;
      const { connector, task, trace } = connect.states;
      return {
        name,
        type: 'source',
        connector: { state: connector, workerId: 'w' },
        tasks: [{ id: 0, state: task, workerId: 'w', ...(trace === undefined ? {} : { trace }) }],
      };
    },
    offsets: async () => [{ partition: {}, offset: connect.offset }],
    validate: unused,
    putConfig: unused,
    restart: unused,
    pause: unused,
    resume: unused,
    stop: unused,
    remove: unused,
  };
}

/** Only what the checks ask; anything else is a mistake of the test. */
export function fakeDocker(world: World): DockerPort {
  const containers = () => world.docker?.containers ?? [];
  const known: Partial<DockerPort> = {
    endpoint: 'unix:///var/run/docker.sock',
    info: async () => ({
      serverVersion: '27.1.1',
      apiVersion: '1.46',
      osType: 'linux',
      operatingSystem: 'Ubuntu 24.04',
      architecture: 'x86_64',
      storageDriver: 'overlay2',
      rootDir: '/var/lib/docker',
      cpus: 4,
      memoryBytes: 8e9,
    }),
    containersByLabel: async (labels) =>
      containers().filter((container) =>
        Object.entries(labels).every(([key, value]) => container.labels[key] === value),
      ),
    container: async (name) => containers().find((container) => container.name === name),
    logs: async () => world.docker?.log ?? '',
    containerPublishing: async (port) =>
      containers().find((container) => container.ports.some(({ hostPort }) => hostPort === port)),
  };
  return new Proxy(known, {
    get: (target, name) => Reflect.get(target, name) ?? (name === 'then' ? undefined : unused),
  }) as DockerPort;
}
