import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CliFailed, type CliRun, runCli } from '../../../sandbox/src/demo/cli.ts';
import { enrolFacility } from '../../../sandbox/src/kafka/enrol.ts';
import { withAdmin } from '../../../sandbox/src/kafka/topics.ts';
import { loadSandbox } from '../../../sandbox/src/load.ts';
import { docker, removeContainer } from '../../../sandbox/src/provision/docker.ts';
import { type FacilityNames, facilityNames, TOPIC_PREFIX } from '../../../src/connector/names.ts';
import { DATABASE, type Hospital, startHospital } from './hospital.ts';

/** What tells one facility of the tests from another; names and ports are free for one test file alone. */
export interface FacilityWish {
  code: string;
  instance: string;
  restPort: number;
  /** Of the hospital's stand-in. */
  storage: string;
  /** The one patient. */
  patient: string;
  heartbeatMs: number;
  /** Checks SQL Server's certificate against the sandbox's authority, instead of taking it as it is. */
  verified?: boolean;
  kafkaPassword?: string;
  /** The patient was there before the capture began, and nothing has changed since. */
  quiet?: boolean;
}

/** A facility that `init` has installed, and that streams. */
export interface InstalledFacility {
  hospital: Hospital;
  names: FacilityNames;
  /** A temporary folder; the facility folder is in it. */
  home: string;
  dir: string;
  /** A command at the facility; its exit code counts as an answer. */
  ask(...argv: string[]): Promise<CliRun>;
  remove(): Promise<void>;
}

/** A facility that `init` could install at once. */
export interface PreparedFacility {
  hospital: Hospital;
  names: FacilityNames;
  home: string;
  /** Not there yet. */
  dir: string;
  /** The flags of `init`. */
  flags: string[];
  passwords: { DB_PASS: string; KAFKA_PASS: string };
  remove(): Promise<void>;
}

/** Builds the program and installs with it. */
export async function installFacility(wish: FacilityWish): Promise<InstalledFacility> {
  const { hospital, names, home, dir, flags, passwords, remove } = await prepareFacility(wish);
  try {
    await runCli(['init', ...flags], passwords, () => {});
  } catch (error) {
    await remove();
    throw error;
  }
  const ask = (...argv: string[]) =>
    runCli([...argv, '--dir', dir], {}, () => {}).catch((error: unknown) => {
      if (error instanceof CliFailed) return error.run;
      throw error;
    });
  return { hospital, names, home, dir, ask, remove };
}

/** Builds the program, and makes all that a facility needs before it is installed. */
export async function prepareFacility(wish: FacilityWish): Promise<PreparedFacility> {
  const names = facilityNames(wish.code, wish.instance);
  const sandbox = await loadSandbox();
  await removeTopics(names);
  const login = await enrolFacility(wish.code, wish.kafkaPassword);
  const hospital = await startHospital(wish.storage);
  const admit = `INSERT INTO dbo.Patients VALUES (1, N'${wish.patient}')`;
  if (wish.quiet === true) await hospital.dba(admit);
  await hospital.prepare();
  if (wish.quiet !== true) await hospital.dba(admit);
  const home = await mkdtemp(join(tmpdir(), `${wish.instance}-`));
  const dir = join(home, 'facility');
  const { host, port, user, password, name } = hospital.database;
  const flags = {
    '--dir': dir,
    '--instance': wish.instance,
    '--rest-port': String(wish.restPort),
    '--name': `Hospital ${wish.instance}`,
    '--code': wish.code,
    '--db-host': host,
    '--db-port': String(port),
    '--db-user': user,
    '--db-name': name,
    ...(wish.verified ? { '--db-ca': sandbox.caFile } : { '--db-trust-server-certificate': 'true' }),
    '--key-columns': 'dbo.AuditTrail:At,What;dbo.Stock:ItemCode',
    '--heartbeat-ms': String(wish.heartbeatMs),
    '--kafka': sandbox.kafka.bootstrap,
    '--kafka-user': login.username,
    '--kafka-ca': sandbox.caFile,
  };
  const remove = async () => {
    await removeContainer(names.container);
    await docker
      .getNetwork(names.container)
      .remove()
      .catch(() => {});
    await hospital.remove();
    await removeTopics(names);
    await rm(home, { recursive: true, force: true });
  };
  const passwords = { DB_PASS: password, KAFKA_PASS: login.password };
  return { hospital, names, home, dir, flags: ['--yes', ...Object.entries(flags).flat()], passwords, remove };
}

/** The JSON document among the lines of a run. */
export function jsonOf<T>({ output }: CliRun): T {
  return JSON.parse(output.slice(output.indexOf('{\n'), output.lastIndexOf('\n}') + 2));
}

async function removeTopics(names: FacilityNames): Promise<void> {
  await withAdmin(async (admin) => {
    const own = (await admin.listTopics()).filter(
      (name) => name.startsWith(names.prefix) || name.startsWith(`${TOPIC_PREFIX}.${DATABASE}.`),
    );
    if (own.length > 0) await admin.deleteTopics({ topics: own });
  });
}
