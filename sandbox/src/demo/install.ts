import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Login, Sandbox } from '../load.ts';
import type { Report } from '../progress.ts';
import { LOGIN } from '../sample/login.ts';
import { messageKeyColumns, sampleSchema } from '../sample/schema.ts';
import { type CliRun, runCli } from './cli.ts';
import { CENTRAL_DIR, CENTRAL_REST_PORT, type DemoFacility } from './facilities.ts';
import { DATABASE } from './hospital.ts';
import type { SourceServer } from './source.ts';

/** Often enough that a short run sees some. */
const HEARTBEAT_MS = 5_000;

/**
 * Installs one facility by the real `init`, without questions: settings and passwords come by the environment, the
 * certificates stand in the facility's folder.
 * @param standIn its certificate is signed by the sandbox's own authority
 */
export async function installFacility(
  facility: DemoFacility,
  server: SourceServer,
  login: Login,
  sandbox: Sandbox,
  standIn: boolean,
  report: Report,
): Promise<CliRun> {
  await placeCertificates(facility.dir, {
    'kafka-ca.pem': sandbox.ca,
    ...(standIn && facility.encrypt ? { 'sqlserver-ca.pem': sandbox.ca } : {}),
  });
  return runCli(
    ['init', '--yes', '--dir', facility.dir, '--instance', facility.instance],
    {
      FACILITY_NAME: facility.name,
      FACILITY_DHIS2_CODE: facility.code,
      DB_HOST: server.host,
      DB_PORT: String(server.port),
      DB_NAME: DATABASE,
      DB_USER: LOGIN,
      DB_PASS: facility.password,
      DB_ENCRYPT: String(facility.encrypt || !standIn),
      DB_TRUST_SERVER_CERTIFICATE: String(!standIn),
      ...kafkaSettings(sandbox, login),
      MESSAGE_KEY_COLUMNS: messageKeyColumns(sampleSchema(facility.edition)),
      HEARTBEAT_INTERVAL_MS: String(HEARTBEAT_MS),
      REST_PORT: String(facility.restPort),
    },
    report,
  );
}

/** Brings up the sink by the real `central init`. */
export async function installCentral(sandbox: Sandbox, login: Login, report: Report): Promise<CliRun> {
  const { host, port, database, user, password } = sandbox.postgres.warehouse;
  await placeCertificates(CENTRAL_DIR, { 'kafka-ca.pem': sandbox.ca });
  return runCli(
    ['central', 'init', '--yes', '--dir', CENTRAL_DIR],
    {
      WAREHOUSE_HOST: host,
      WAREHOUSE_PORT: String(port),
      WAREHOUSE_DB: database,
      WAREHOUSE_USER: user,
      WAREHOUSE_PASS: password,
      ...kafkaSettings(sandbox, login),
      REST_PORT: String(CENTRAL_REST_PORT),
    },
    report,
  );
}

function kafkaSettings({ kafka }: Sandbox, login: Login): Record<string, string> {
  return {
    KAFKA_BOOTSTRAP_SERVERS: kafka.bootstrap,
    KAFKA_USER: login.username,
    KAFKA_PASS: login.password,
  };
}

async function placeCertificates(dir: string, files: Readonly<Record<string, string>>): Promise<void> {
  const folder = join(dir, 'ca');
  await mkdir(folder, { recursive: true });
  for (const [name, content] of Object.entries(files))
    await writeFile(join(folder, name), content, { mode: 0o644 });
}
