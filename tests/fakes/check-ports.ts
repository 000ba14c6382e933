import { readFileSync } from 'node:fs';
import type { ConfigProblem, ConnectPort } from '../../src/adapters/connect-port.ts';
import type { ContainerState, DockerPort } from '../../src/adapters/docker-port.ts';
import type { KafkaPort, KafkaRecord, Refusal, TopicView } from '../../src/adapters/kafka-port.ts';
import type { NetworkFailure, NetworkPort, TlsView } from '../../src/adapters/network-port.ts';
import type {
  SqlFailure,
  SqlParameters,
  SqlServerPort,
  SqlValue,
} from '../../src/adapters/sqlserver-port.ts';
import { FIGURES_URL } from '../../src/connector/metrics.ts';
import { CONNECTOR_CLASS, CONNECTOR_VERSION, OUR_TRANSFORM } from '../../src/connector/plugins.ts';
import { storedLog } from './log-lines.ts';

export const WORKER_FIGURES = readFileSync(new URL('worker-figures.txt', import.meta.url), 'utf8');

const FIVE_HOURS_MS = 5 * 3_600_000;

/** Those of a real worker, whose task has run since then. */
function figuresOf(startMs: number): string {
  return WORKER_FIGURES.replace(/^(cdc_producer_start_time_ms) .+$/m, `$1 ${startMs}`);
}

/** What surrounds a facility, as data that a test changes. It begins as a facility that streams well. */
export interface World {
  nowMs: number;
  /** Called for each sleep, after its time has passed; throw to end a watch. */
  slept?: (ms: number) => void;
  /** Somebody sits at the terminal and answers yes or no. */
  confirm?: (message: string) => boolean;
  /** Ctrl-C. */
  signal?: AbortSignal;
  /** Both outputs are a terminal; nobody is asked all the same. */
  terminal?: boolean;
  /** Of the worker, as its image gives them; those of a real one when absent. */
  figures?: string;
  /** Undefined: no engine answers. */
  docker: { containers: ContainerState[]; log: string } | undefined;
  /** Hosts that cannot be reached, by `host` (name) or `host:port` (TCP). */
  broken: Record<string, NetworkFailure>;
  certificate: TlsView;
  sql: {
    login: SqlFailure | undefined;
    /** Of the certificate, where it is another one than a well-kept server has. */
    /** Instances that SQL Server Browser tells of, where there are others than the default one. */
    instances?: { name: string; version: string; port?: number }[];
    certificate?: { chainError?: string; selfSigned?: boolean };
    rows: (text: string, bound: SqlParameters) => Record<string, SqlValue>[] | SqlFailure;
  };
  kafka: {
    login: 'ok' | 'refused';
    advertised: { id: number; host: string; port: number }[];
    members: { clientId: string; clientHost: string; memberId: string }[];
    ends: Record<string, number>;
    heartbeat: KafkaRecord | null;
    /** Of the offsets topic. */
    positions?: KafkaRecord[];
    /** Kafka has thrown the history of the tables away. */
    historyEmpty?: true;
    /** As the sink may, and no facility. */
    mayReadData: boolean;
    /** An ACL lets the facility remove its own topics. */
    mayDelete?: true;
  };
  connect: {
    health: 'healthy' | 'starting' | 'unreachable';
    states: { connector: 'RUNNING' | 'FAILED'; task: 'RUNNING' | 'FAILED'; trace?: string } | undefined;
    config: Record<string, string>;
    offset: Record<string, unknown> | null;
    /** No worker listens. */
    silent?: true;
    /** What Connect has against a configuration. */
    problems: ConfigProblem[];
    /** A restart does not help. */
    stuck?: true;
  };
  /** Of the container, as `docker inspect` words it. */
  configuration: {
    Env: string[];
    StopTimeout: number;
    HostConfig: Record<string, unknown> & { RestartPolicy: { Name: string } };
  };
  /** Everything that was changed, in order. */
  writes: string[];
  /** What the person at the terminal will answer; undefined: nobody sits there. */
  answers?: boolean[];
  asked: string[];
}

const answer = <T>(value: T) => ({ ok: true as const, value });
const unused = () => Promise.reject(new Error('not part of this fake'));

/** What a well-kept SQL Server shows of itself; the clock of the world is in 2026. */
const SQL_TLS = {
  chain: [],
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
    firstBytes: async () => answer(new Uint8Array()),
    sqlInstances: async () =>
      answer(world.sql.instances ?? [{ name: 'MSSQLSERVER', version: '15.0.4198.2', port: 1433 }]),
    isPortFree: async () => false,
  };
}

export function fakeSqlServer(world: World, address: string): SqlServerPort {
  return {
    address,
    tls: async () => answer({ ...SQL_TLS, ...world.sql.certificate }),
    open: async () => (world.sql.login === undefined ? answer([]) : { ok: false, failure: world.sql.login }),
    query: async (text, bound) => {
      const rows = world.sql.rows(text, bound);
      return Array.isArray(rows) ? answer(rows as never) : { ok: false, failure: rows };
    },
    close: async () => {},
  };
}

/** Enough of Kafka 4's requests to be known by. */
const KAFKA_4 = { 1: { minVersion: 4, maxVersion: 17 }, 3: { minVersion: 0, maxVersion: 13 } };

/** As Debezium names what a position is of. */
const PARTITION = { server: 'clinicmasterwarehouse-sqlserver', database: 'ClinicMasterMOH' };

const COMPACT = /\.(configs|offsets|status)$/;

function settingsOf(topic: string): Record<string, string> {
  return {
    'cleanup.policy': COMPACT.test(topic) ? 'compact' : 'delete',
    'retention.ms': '-1',
    'retention.bytes': '-1',
    'max.message.bytes': '1048588',
    'min.insync.replicas': '1',
    'message.timestamp.after.max.ms': '3600000',
  };
}

function refusal(code: string, message: string | null, tookMs: number): Refusal {
  return { code, message, sentMs: 0, tookMs, bytes: 1_000_000, throttleMs: 0 };
}

export function fakeKafka(world: World): KafkaPort {
  const { kafka } = world;
  const rights = (name: string): TopicView['operations'] => {
    if (name.includes('-another.')) return [];
    const data = name.startsWith('clinicmasterwarehouse-sqlserver.');
    const read: TopicView['operations'] = data && !kafka.mayReadData ? [] : ['READ'];
    return [...read, 'WRITE', 'CREATE', 'DESCRIBE', 'DESCRIBE_CONFIGS'];
  };
  return {
    versions: async () => answer(KAFKA_4),
    mechanisms: async () => answer({ code: null, offered: ['SCRAM-SHA-256'] }),
    largeRequest: async () => answer({ smallMs: 12, largeMs: 14, bytes: 16_456 }),
    afterIdle: async () => answer(null),
    configs: async (topics) =>
      answer(topics.map((name) => ({ name, refused: null, values: settingsOf(name) }))),
    refusedTime: async () =>
      answer(refusal('INVALID_TIMESTAMP', `should be within [-1, ${world.nowMs + 3_600_000}]`, 20)),
    refusedLoad: async () => answer(refusal('CORRUPT_MESSAGE', null, 1000)),
    throttledMs: () => 0,
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
    cluster: async () =>
      answer({ clusterId: 'Abc', controllerId: 1, brokers: kafka.advertised, operations: [] }),
    topics: async (names) =>
      answer(
        names.map((name) => ({
          name,
          exists: !name.includes('rights_sample'),
          partitions: 1,
          layout: [{ partition: 0, leader: 1, replicas: 1, inSync: 1 }],
          operations: rights(name),
        })),
      ),
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
    lastRecord: async (topic) => {
      if (!topic.endsWith('.schema-history')) return answer(kafka.heartbeat);
      return answer(kafka.historyEmpty ? null : { offset: '0', key: null, value: '{}', timestampMs: 0 });
    },
    groupPositions: async () => answer([]),
    recordsFrom: async () => answer({ records: [], whole: true }),
    deleteTopics: async (names) => {
      const refused = kafka.mayDelete === true ? null : 'TOPIC_AUTHORIZATION_FAILED';
      if (refused === null) for (const name of names) delete kafka.ends[name];
      return answer(names.map((name) => ({ name, refused })));
    },
    newestRecords: async () => answer({ records: kafka.positions ?? [], whole: true }),
    createTopic: async (name) => {
      world.writes.push(`topic ${name}`);
      return answer(null);
    },
    append: async (topic, { key, value }) => {
      world.writes.push(`${topic}: ${key} = ${value}`);
      return answer(null);
    },
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
    offsets: async () => {
      if (connect.silent) throw new Error('connect ECONNREFUSED');
      return [{ partition: PARTITION, offset: connect.offset }];
    },
    plugins: async () => [
      { class: CONNECTOR_CLASS, type: 'source', version: CONNECTOR_VERSION },
      { class: OUR_TRANSFORM, type: 'transformation', version: '0.1.0' },
    ],
    validate: async () => connect.problems,
    putConfig: async (name, config) => {
      connect.config = config;
      world.writes.push(`config of ${name}`);
    },
    restart: async (name) => {
      if (connect.states !== undefined && connect.stuck !== true)
        connect.states = { connector: 'RUNNING', task: 'RUNNING' };
      world.writes.push(`restart ${name}`);
    },
    pause: unused,
    resume: unused,
    stop: unused,
    remove: unused,
    alterOffsets: unused,
    resetOffsets: unused,
  };
}

/** As busybox prints it: every name has one address. */
export function nslookup(words: readonly string[]): string {
  const names = words.slice(words.indexOf('-c') + 3);
  return names
    .map(
      (name) =>
        `@ ${name}\nServer:\t\t127.0.0.11\nAddress:\t127.0.0.11:53\n\nName:\t${name}\nAddress: 10.8.0.1\n`,
    )
    .join('');
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
      securityOptions: ['name=seccomp,profile=default'],
      components: ['Engine', 'containerd', 'runc'],
      ipv4Forwarding: true,
    }),
    origin: 'default socket',
    guarded: true,
    image: async (reference) => ({
      id: 'sha256:0123456789abcdef',
      tags: [reference],
      digests: [],
      architecture: 'amd64',
      sizeBytes: 153e6,
      createdAt: '',
      labels: { 'org.clinicmaster.cdc.version': '0.1.0' },
      environment: [],
    }),
    allNetworks: async () => [
      {
        name: 'bridge',
        driver: 'bridge',
        bridge: 'docker0',
        subnets: ['172.17.0.0/16'],
        addresses: ['172.17.0.2'],
      },
    ],
    configuration: async (name) =>
      containers().some((one) => one.name === name) ? world.configuration : undefined,
    start: async (name) => {
      const found = containers().find((one) => one.name === name);
      if (found !== undefined) Object.assign(found, { running: true, status: 'running' });
      world.connect.health = 'healthy';
      world.writes.push(`start ${name}`);
    },
    setRestartPolicy: async (name, policy) => {
      world.configuration.HostConfig.RestartPolicy.Name = policy;
      world.writes.push(`restart policy of ${name}: ${policy}`);
    },
    exec: async (_, [, ...words]) => ({
      exitCode: 0,
      output: words.includes('date')
        ? String(Math.floor(world.nowMs / 1000))
        : words.at(-1)?.includes(FIGURES_URL)
          ? (world.figures ?? figuresOf(world.nowMs - FIVE_HOURS_MS))
          : nslookup(words),
    }),
    containersByLabel: async (labels) =>
      containers().filter((container) =>
        Object.entries(labels).every(([key, value]) => container.labels[key] === value),
      ),
    container: async (name) => containers().find((container) => container.name === name),
    logs: async () => world.docker?.log ?? '',
    followLogs: (_, wish) => storedLog(world.docker?.log ?? '', wish),
    containerPublishing: async (port) =>
      containers().find((container) => container.ports.some(({ hostPort }) => hostPort === port)),
  };
  return new Proxy(known, {
    get: (target, name) => Reflect.get(target, name) ?? (name === 'then' ? undefined : unused),
  }) as DockerPort;
}
