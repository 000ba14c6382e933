import { createServer, type Server } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { CENTRAL_IMAGE } from '../../../sandbox/src/images/recipes.ts';
import { enrolFacility } from '../../../sandbox/src/kafka/enrol.ts';
import { withAdmin } from '../../../sandbox/src/kafka/topics.ts';
import { loadSandbox, type PostgresLogin, type Sandbox } from '../../../sandbox/src/load.ts';
import { dropDatabase, ensureDatabase } from '../../../sandbox/src/postgres/server.ts';
import { serverCertificate } from '../../../sandbox/src/tls/servers.ts';
import type { ConnectorConfig } from '../../../src/adapters/connect-port.ts';
import { facilityNames } from '../../../src/connector/names.ts';
import type { Values } from '../../../src/settings/field.ts';
import { DATABASE, type Hospital, startHospital } from './hospital.ts';
import { type Provoker, poll, provoker } from './provoked-worker.ts';
import { startWorker, type WorkerContainer } from './worker-container.ts';

const CODE = 'PROVOKED';
export const SINK_CODE = 'PROVOKED-SINK';
/** Whose offsets topic was made by hand with the broker's defaults. */
const SPOILED_CODE = 'PROVOKED-HAND';
const WAREHOUSE = 'messages_provoked_warehouse';
export const NAMES = facilityNames(CODE);

/** A database of the same server with one table `A`. */
export const OTHERS = {
  /** CDC on, nothing captured yet, no table enabled. */
  empty: `${DATABASE}Empty`,
  /** The login may read neither tables nor changes. */
  shut: `${DATABASE}Shut`,
  /** Snapshot isolation off. */
  plain: `${DATABASE}Plain`,
  /** Capture will be switched off. */
  off: `${DATABASE}Off`,
  /** Will be dropped. */
  gone: `${DATABASE}Gone`,
} as const;

/** A real worker with Debezium, one with the sink, one that cannot start, and a hospital to spoil. */
export interface ProvokedSite {
  sandbox: Sandbox;
  hospital: Hospital;
  /** The worker of the facility's image. */
  at: Provoker;
  /** The sink's image, working for a facility of its own. */
  sink: Provoker;
  spoiled: Provoker;
  warehouse: PostgresLogin;
  /** Ports of this machine: a listener that never answers, one that hangs up after TLS. */
  ports: { mute: number; hangsUp: number };
  /** T-SQL as sysadmin. */
  sql(database: string, ...batches: string[]): Promise<void>;
  /** A connector beside the facility's: its own topics, all under the facility's prefix. An empty value takes a setting away. */
  variant(name: string, changes: Record<string, string>): ConnectorConfig;
  remove(): Promise<void>;
}

export async function startProvokedSite(): Promise<ProvokedSite> {
  const sandbox = await loadSandbox();
  await removeTopics();
  const hospital = await startHospital('messages_provoked');
  await hospital.prepare();
  await hospital.dba(
    "INSERT INTO dbo.Patients VALUES (1, N'Achen')",
    "INSERT INTO dbo.AuditTrail VALUES ('0001-01-01', N'the beginning')",
  );
  const sql = async (database: string, ...batches: string[]) => {
    const pool = await hospital.standin.pool(database);
    try {
      for (const batch of batches) await pool.request().batch(batch);
    } finally {
      await pool.close();
    }
  };
  for (const [kind, name] of Object.entries(OTHERS)) {
    await sql('master', `CREATE DATABASE [${name}]`);
    await sql(name, ...contents(kind as keyof typeof OTHERS));
  }
  const values = async (code: string, port: string): Promise<Values> => {
    const login = await enrolFacility(code);
    return {
      FACILITY_NAME: 'Provoked',
      FACILITY_DHIS2_CODE: code,
      INSTANCE: `-${code.toLowerCase()}`,
      REST_PORT: port,
      DB_HOST: hospital.database.host,
      DB_PORT: String(hospital.database.port),
      DB_USER: hospital.database.user,
      DB_PASS: hospital.database.password,
      DB_NAME: hospital.database.name,
      DB_TRUST_SERVER_CERTIFICATE: 'true',
      HEARTBEAT_INTERVAL_MS: '1000',
      KAFKA_BOOTSTRAP_SERVERS: sandbox.kafka.bootstrap,
      KAFKA_USER: login.username,
      KAFKA_PASS: login.password,
    };
  };
  const start = async (of: Values, otherwise = {}) =>
    startWorker('docker-compose.facility.yml', of, { 'kafka-ca.pem': sandbox.ca }, otherwise);
  const asFacility = ['/bin/busybox', 'sh', '-c', 'CDC_ROLE=facility exec /opt/connect/entrypoint'];
  const offsets = facilityNames(SPOILED_CODE).topics.offsets;
  await withAdmin((admin) =>
    admin.createTopics({
      topics: [{ topic: offsets, configEntries: [{ name: 'cleanup.policy', value: 'delete' }] }],
    }),
  );
  const workers: WorkerContainer[] = await Promise.all([
    start(await values(CODE, '18840')),
    start({ ...(await values(SINK_CODE, '18841')), IMAGE: CENTRAL_IMAGE.tag }, { Entrypoint: asFacility }),
    start(await values(SPOILED_CODE, '18842')),
  ]);
  const [at, sink, spoiled] = workers.map(provoker) as [Provoker, Provoker, Provoker];
  const base = await poll('the connector is there', 90, () =>
    at.worker.connect.config(NAMES.connector).catch(() => undefined),
  );
  await poll('the sink worker is healthy', 60, async () =>
    (await sink.worker.connect.health()).state === 'healthy' ? true : undefined,
  );
  const warehouse = await ensureDatabase({ ...sandbox.postgres.warehouse, database: WAREHOUSE });
  const { ports, close } = await strangers(sandbox.gateway);
  return {
    sandbox,
    hospital,
    at,
    sink,
    spoiled,
    warehouse,
    ports,
    sql,
    variant: (name, changes) => {
      const all = {
        ...base,
        name: `p-${name}`,
        'topic.prefix': `${NAMES.prefix}${name}`,
        'topic.heartbeat.name': `${NAMES.prefix}beat-${name}`,
        'schema.history.internal.kafka.topic': historyOf(name),
        'signal.enabled.channels': 'source',
        ...changes,
      };
      return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== ''));
    },
    async remove() {
      await Promise.all(workers.map((worker) => worker.remove()));
      close();
      await hospital.remove();
      await dropDatabase(WAREHOUSE);
      await removeTopics();
    },
  };
}

export const historyOf = (name: string) => `${NAMES.prefix}history-${name}`;

function contents(kind: keyof typeof OTHERS): string[] {
  const table = ['CREATE TABLE dbo.A (id int NOT NULL PRIMARY KEY)', 'INSERT INTO dbo.A VALUES (1)'];
  const user = ['CREATE USER cdc_reader FOR LOGIN cdc_reader', 'EXEC sys.sp_cdc_enable_db'];
  const capture =
    "EXEC sys.sp_cdc_enable_table @source_schema = N'dbo', @source_name = N'A', @role_name = NULL, @supports_net_changes = 0";
  const prompt = "EXEC sys.sp_cdc_change_job @job_type = N'capture', @pollinginterval = 1";
  const rights = ['GRANT SELECT ON SCHEMA::dbo TO cdc_reader', 'GRANT SELECT ON SCHEMA::cdc TO cdc_reader'];
  if (kind === 'empty') return [...table, ...user, ...rights];
  if (kind === 'shut') return [...table, ...user, capture];
  return [...table, ...user, capture, prompt, ...rights];
}

/** Listeners that a worker will not get along with. */
async function strangers(host: string) {
  const { key, certificate: cert } = await serverCertificate('kafka', host);
  const mute = createServer((socket) => socket.on('error', () => {}));
  const hangsUp = createTlsServer({ key, cert }, (socket) => {
    socket.on('error', () => {}).on('data', () => socket.destroy());
  }).on('tlsClientError', () => {});
  const listen = (server: Server) =>
    new Promise<number>((resolve) => {
      server.listen(0, host, () => resolve((server.address() as { port: number }).port));
    });
  const ports = { mute: await listen(mute), hangsUp: await listen(hangsUp) };
  const close = () => {
    mute.close();
    hangsUp.close();
  };
  return { ports, close };
}

async function removeTopics(): Promise<void> {
  await withAdmin(async (admin) => {
    const own = (await admin.listTopics()).filter(
      (name) => name.startsWith('cdc.PROVOKED') || name.includes(DATABASE),
    );
    if (own.length > 0) await admin.deleteTopics({ topics: own });
  });
}
