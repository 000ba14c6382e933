import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { enrol, sinkGrants } from '../../../sandbox/src/kafka/enrol.ts';
import { loadSandbox, type PostgresLogin } from '../../../sandbox/src/load.ts';
import { dropDatabase, ensureDatabase } from '../../../sandbox/src/postgres/server.ts';
import { TOPIC_PREFIX } from '../../../src/connector/names.ts';
import { mergeEnv } from '../../../src/settings/env-write.ts';
import { DATABASE } from './hospital.ts';
import { startWorker, type WorkerContainer } from './worker-container.ts';

/** A real sink of the product with a warehouse of its own, and the folder that the commands of the central site read. */
export interface OwnSink {
  worker: WorkerContainer;
  login: PostgresLogin;
  warehouse: pg.Client;
  dir: string;
  remove(): Promise<void>;
}

/**
 * It sees the topics of this test's hospital alone, so that nobody else's tables come into its warehouse. There is one sink at
 * a time, since its container and its group have fixed names: another test that has one is waited for.
 * @param name of its PostgreSQL database and, with hyphens, of its Kafka user
 */
export async function startOwnSink(name: string, restPort: number): Promise<OwnSink> {
  const leave = await alone();
  const sandbox = await loadSandbox();
  const grants = sinkGrants().map((grant) =>
    grant.name === `${TOPIC_PREFIX}.` ? { ...grant, name: `${TOPIC_PREFIX}.${DATABASE}.` } : grant,
  );
  const kafka = await enrol(name.replaceAll('_', '-'), grants);
  await dropDatabase(name);
  const login = await ensureDatabase({ ...sandbox.postgres.standin(1), database: name });
  const values = {
    WAREHOUSE_HOST: login.host,
    WAREHOUSE_PORT: String(login.port),
    WAREHOUSE_DB: login.database,
    WAREHOUSE_USER: login.user,
    WAREHOUSE_PASS: login.password,
    KAFKA_BOOTSTRAP_SERVERS: sandbox.kafka.bootstrap,
    KAFKA_USER: kafka.username,
    KAFKA_PASS: kafka.password,
    REST_PORT: String(restPort),
  };
  const dir = await mkdtemp(join(tmpdir(), 'own-sink-'));
  await mkdir(join(dir, 'ca'));
  await writeFile(join(dir, '.env'), mergeEnv('', values, 'Written by a test'));
  await writeFile(join(dir, 'ca', 'kafka-ca.pem'), sandbox.ca);
  const warehouse = new pg.Client(login);
  await warehouse.connect();
  const worker = await startWorker('docker-compose.central.yml', values, { 'kafka-ca.pem': sandbox.ca });
  const remove = async () => {
    await warehouse.end();
    await worker.remove();
    await dropDatabase(name);
    await rm(dir, { recursive: true, force: true });
    leave();
  };
  return { worker, login, warehouse, dir, remove };
}

const SINK_TURN_PORT = 18898;

/** Waits for its turn. A port is let go whenever its process ends, however it ends. */
async function alone(): Promise<() => void> {
  for (;;) {
    const server = createServer();
    const mine = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false)).listen(SINK_TURN_PORT, '127.0.0.1', () => resolve(true));
    });
    if (mine) return () => server.close();
    await sleep(500);
  }
}
