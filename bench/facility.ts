import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCli } from '../sandbox/src/demo/cli.ts';
import { enrolFacility } from '../sandbox/src/kafka/enrol.ts';
import { withAdmin } from '../sandbox/src/kafka/topics.ts';
import { loadSandbox } from '../sandbox/src/load.ts';
import { type Report, step } from '../sandbox/src/progress.ts';
import { absentAsUndefined, docker, removeContainer } from '../sandbox/src/provision/docker.ts';
import { type FacilityNames, facilityNames } from '../src/connector/names.ts';
import { envValues, parseEnv } from '../src/settings/env-file.ts';
import { startHospital } from '../tests/real/support/hospital.ts';

/** A small hospital that is ready to be installed: database, Kafka user, folder; nothing of the product runs yet. */
export interface BenchSite {
  /** The facility folder. */
  dir: string;
  /** Runs `init` to its end; `report` gets its lines as they come. */
  init(report: Report): Promise<void>;
  /** Removes what `init` has made, the position in Kafka included, so that the next `init` begins anew. */
  forget(): Promise<void>;
  remove(): Promise<void>;
}

/** A facility that streams. */
export interface BenchFacility {
  dir: string;
  /** Its `.env`. */
  settings: Readonly<Record<string, string>>;
  remove(): Promise<void>;
}

/**
 * @param name tells the facilities of the benchmarks apart: instance, code and database derive from it
 * @param restPort free on this machine
 */
export async function prepareSite(name: string, restPort: number): Promise<BenchSite> {
  const code = name.toUpperCase();
  const names = facilityNames(code, name);
  const dir = await mkdtemp(join(tmpdir(), 'cdc-bench-'));
  const sandbox = await loadSandbox();
  const forget = () => forgetFacility(names, dir);
  await forget();
  const login = await enrolFacility(code);
  const hospital = await startHospital(name.replaceAll('-', '_'));
  await hospital.prepare();
  const { host, port, user, password, name: database } = hospital.database;
  const flags = {
    '--dir': dir,
    '--instance': name,
    '--rest-port': String(restPort),
    '--name': 'Bench',
    '--code': code,
    '--db-host': host,
    '--db-port': String(port),
    '--db-user': user,
    '--db-name': database,
    '--db-trust-server-certificate': 'true',
    '--key-columns': 'dbo.AuditTrail:At,What;dbo.Stock:ItemCode',
    '--kafka': sandbox.kafka.bootstrap,
    '--kafka-user': login.username,
    '--kafka-ca': sandbox.caFile,
  };
  const passwords = { DB_PASS: password, KAFKA_PASS: login.password };
  return {
    dir,
    init: async (report) => {
      await runCli(['init', '--yes', ...Object.entries(flags).flat()], passwords, report);
    },
    forget,
    remove: async () => {
      await forget();
      await hospital.remove();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** Installs {@link prepareSite} once. */
export async function startFacility(name: string, restPort: number): Promise<BenchFacility> {
  const site = await prepareSite(name, restPort);
  try {
    await step('Install a facility', (report) => site.init(report));
    const settings = envValues(parseEnv(await readFile(join(site.dir, '.env'), 'utf8')));
    return { dir: site.dir, settings, remove: site.remove };
  } catch (error) {
    await site.remove();
    throw error;
  }
}

async function forgetFacility({ container, prefix }: FacilityNames, dir: string): Promise<void> {
  // In order, so that Kafka does not take the worker for one that still works elsewhere.
  await absentAsUndefined(docker.getContainer(container).stop({ t: 60 }));
  await removeContainer(container);
  await absentAsUndefined(docker.getNetwork(container).remove());
  await withAdmin(async (admin) => {
    const own = (await admin.listTopics()).filter((topic) => topic.startsWith(prefix));
    if (own.length > 0) await admin.deleteTopics({ topics: own });
  });
  for (const entry of await readdir(dir)) await rm(join(dir, entry), { recursive: true, force: true });
}
