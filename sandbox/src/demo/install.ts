import type { Login, Sandbox } from '../load.ts';
import { BASE_IMAGE } from '../names.ts';
import type { Report } from '../progress.ts';
import { inspectImage } from '../provision/docker.ts';
import { LOGIN } from '../sample/login.ts';
import { messageKeyColumns, sampleSchema } from '../sample/schema.ts';
import { type CliRun, runCli } from './cli.ts';
import { CENTRAL_DIR, CENTRAL_REST_PORT, type DemoFacility } from './facilities.ts';
import { DATABASE } from './hospital.ts';
import type { SourceServer } from './source.ts';

/** Often enough that a short run sees some. */
const HEARTBEAT_MS = 5_000;

/**
 * Installs one facility by the real `init`, without questions: settings by flags, passwords by the environment.
 * @param standIn its certificate is signed by the sandbox's own authority
 * @throws CliFailed
 */
export async function installFacility(
  facility: DemoFacility,
  server: SourceServer,
  login: Login,
  sandbox: Sandbox,
  standIn: boolean,
  report: Report,
): Promise<CliRun> {
  const { kafka, caFile } = sandbox;
  const settings: Record<string, string> = {
    '--dir': facility.dir,
    '--instance': facility.instance,
    '--rest-port': String(facility.restPort),
    '--name': facility.name,
    '--code': facility.code,
    '--db-host': server.host,
    '--db-port': String(server.port),
    '--db-name': DATABASE,
    '--db-user': LOGIN,
    '--db-encrypt': String(facility.encrypt || !standIn),
    ...(standIn ? {} : { '--db-trust-server-certificate': 'true' }),
    ...(standIn && facility.encrypt ? { '--db-ca': caFile } : {}),
    '--kafka': kafka.bootstrap,
    '--kafka-user': login.username,
    '--kafka-ca': caFile,
    '--key-columns': messageKeyColumns(sampleSchema(facility.edition)),
    '--heartbeat-ms': String(HEARTBEAT_MS),
  };
  const passwords = { DB_PASS: facility.password, KAFKA_PASS: login.password };
  return runCli(
    ['init', '--yes', ...Object.entries(settings).flat()],
    { ...passwords, ...(await base()) },
    report,
  );
}

/**
 * Brings up the sink by the real `central init`; settings by the environment.
 * @throws CliFailed
 */
export async function installCentral(sandbox: Sandbox, login: Login, report: Report): Promise<CliRun> {
  const { host, port, database, user, password } = sandbox.postgres.warehouse;
  return runCli(
    ['central', 'init', '--yes', '--dir', CENTRAL_DIR, '--kafka-ca', sandbox.caFile],
    {
      WAREHOUSE_HOST: host,
      WAREHOUSE_PORT: String(port),
      WAREHOUSE_DB: database,
      WAREHOUSE_USER: user,
      WAREHOUSE_PASS: password,
      KAFKA_BOOTSTRAP_SERVERS: sandbox.kafka.bootstrap,
      KAFKA_USER: login.username,
      KAFKA_PASS: login.password,
      REST_PORT: String(CENTRAL_REST_PORT),
      ...(await base()),
    },
    report,
  );
}

/** The locally made base image, on machines where no registry answers. */
async function base(): Promise<Record<string, string>> {
  return (await inspectImage(BASE_IMAGE)) === undefined ? {} : { BASE_IMAGE };
}
