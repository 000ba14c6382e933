import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCli } from '../sandbox/src/demo/cli.ts';
import { enrolFacility } from '../sandbox/src/kafka/enrol.ts';
import { withAdmin } from '../sandbox/src/kafka/topics.ts';
import { loadSandbox } from '../sandbox/src/load.ts';
import { step } from '../sandbox/src/progress.ts';
import { absentAsUndefined, docker, removeContainer } from '../sandbox/src/provision/docker.ts';
import { facilityNames } from '../src/connector/names.ts';
import { envValues, parseEnv } from '../src/settings/env-file.ts';
import { startHospital } from '../tests/real/support/hospital.ts';

const CODE = 'BENCH-DOCTOR';
const NAMES = facilityNames(CODE, 'bench-doctor');

/** A facility that streams: a small hospital, the product's container, the sandbox's Kafka. */
export interface BenchFacility {
  /** The facility folder. */
  dir: string;
  /** Its `.env`. */
  settings: Readonly<Record<string, string>>;
  remove(): Promise<void>;
}

export async function startFacility(): Promise<BenchFacility> {
  const dir = await mkdtemp(join(tmpdir(), 'cdc-bench-'));
  const sandbox = await loadSandbox();
  await forget();
  const login = await enrolFacility(CODE);
  const hospital = await startHospital('bench_doctor');
  const remove = async () => {
    await forget();
    await hospital.remove();
    await rm(dir, { recursive: true, force: true });
  };
  try {
    await hospital.prepare();
    const { host, port, user, password, name } = hospital.database;
    const flags = {
      '--dir': dir,
      '--instance': 'bench-doctor',
      '--rest-port': '18284',
      '--name': 'Bench',
      '--code': CODE,
      '--db-host': host,
      '--db-port': String(port),
      '--db-user': user,
      '--db-name': name,
      '--db-trust-server-certificate': 'true',
      '--key-columns': 'dbo.AuditTrail:At,What;dbo.Stock:ItemCode',
      '--kafka': sandbox.kafka.bootstrap,
      '--kafka-user': login.username,
      '--kafka-ca': sandbox.caFile,
    };
    const passwords = { DB_PASS: password, KAFKA_PASS: login.password };
    await step('Install a facility', (report) =>
      runCli(['init', '--yes', ...Object.entries(flags).flat()], passwords, report),
    );
    const settings = envValues(parseEnv(await readFile(join(dir, '.env'), 'utf8')));
    return { dir, settings, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

async function forget(): Promise<void> {
  await removeContainer(NAMES.container);
  await absentAsUndefined(docker.getNetwork(NAMES.container).remove());
  await withAdmin(async (admin) => {
    const own = (await admin.listTopics()).filter((name) => name.startsWith(NAMES.prefix));
    if (own.length > 0) await admin.deleteTopics({ topics: own });
  });
}
