import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  CENTRAL_PREFIX,
  DLQ_TOPIC,
  facilityNames,
  SINK_GROUP,
  TOPIC_PREFIX,
} from '../../../src/connector/names.ts';
import { withAdmin } from '../kafka/topics.ts';
import { loadSandbox } from '../load.ts';
import { dropDatabase, ensureDatabase } from '../postgres/server.ts';
import { docker } from '../provision/docker.ts';
import { writePrivate } from '../state.ts';
import { DEMO_DIR } from './facilities.ts';
import { DATABASE } from './hospital.ts';
import { openSource, type SourceServer } from './source.ts';

const ROLE_LABEL = 'org.clinicmaster.cdc.role';

/**
 * Removes the Connect containers of the demo: those whose folder lies in the sandbox's state. A facility that is installed
 * for real on the same machine carries the same labels and is left alone.
 * @returns their names
 */
export async function removeDemoContainers(): Promise<string[]> {
  const containers = await docker.listContainers({ all: true, filters: { label: [ROLE_LABEL] } });
  const ours = containers.filter(({ Mounts }) => Mounts.some(({ Source }) => Source?.startsWith(DEMO_DIR)));
  for (const { Id } of ours) await docker.getContainer(Id).remove({ force: true });
  return ours.map(({ Names, Id }) => Names[0]?.replace(/^\//, '') ?? Id);
}

/** Removes the facility folders, which hold passwords. */
export function removeDemoFolders(): Promise<void> {
  return rm(DEMO_DIR, { recursive: true, force: true });
}

/** Empties what an earlier demo left in Kafka and in the warehouse. Kafka and PostgreSQL must run. */
export async function emptyKafkaAndWarehouse(facilityIds: readonly string[]): Promise<void> {
  const prefixes = [
    `${TOPIC_PREFIX}.${DATABASE}.`,
    CENTRAL_PREFIX,
    ...facilityIds.map((id) => facilityNames(id).prefix),
  ];
  const isOurs = (name: string) => prefixes.some((prefix) => name.startsWith(prefix));
  await withAdmin(async (admin) => {
    const groups = (await admin.listGroups()).groups.map(({ groupId }) => groupId);
    const old = groups.filter((group) => group === SINK_GROUP || isOurs(group));
    if (old.length > 0) await admin.deleteGroups(old);
    const topics = (await admin.listTopics()).filter((topic) => topic === DLQ_TOPIC || isOurs(topic));
    if (topics.length > 0) await admin.deleteTopics({ topics });
  });
  const { warehouse } = (await loadSandbox()).postgres;
  await dropDatabase(warehouse.database);
  await ensureDatabase(warehouse);
}

/** Databases that a demo made on real servers: only those may ever be dropped there. */
const MADE = join(DEMO_DIR, '..', 'demo-databases.json');

/** Remembers that the demo made its database on this server. */
export async function rememberDatabase(server: SourceServer): Promise<void> {
  const known = await rememberedServers();
  if (!known.includes(addressOf(server)))
    await writePrivate(MADE, JSON.stringify([...known, addressOf(server)]));
}

/**
 * Drops the demo's database on a real server, if a demo made it.
 * @returns false when the database exists but no demo of this checkout made it: it is not ours to touch
 */
export async function dropDemoDatabase(server: SourceServer): Promise<boolean> {
  const master = await openSource(server, 'master', 1);
  try {
    const there = await master.rows<{ name: string }>(
      `SELECT name FROM sys.databases WHERE name = N'${DATABASE}'`,
    );
    if (there.length === 0) return true;
    if (!(await rememberedServers()).includes(addressOf(server))) return false;
    await master.batch(`ALTER DATABASE [${DATABASE}] SET SINGLE_USER WITH ROLLBACK IMMEDIATE`);
    await master.batch(`DROP DATABASE [${DATABASE}]`);
    return true;
  } finally {
    await master.close();
  }
}

const addressOf = ({ host, port }: SourceServer): string => `${host}:${port}`;

async function rememberedServers(): Promise<string[]> {
  const text = await readFile(MADE, 'utf8').catch(() => '[]');
  return JSON.parse(text) as string[];
}
