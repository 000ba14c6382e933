import { rm } from 'node:fs/promises';
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
import { DEMO_DIR } from './facilities.ts';
import { DATABASE } from './hospital.ts';

const ROLE_LABEL = 'org.clinicmaster.cdc.role';

/**
 * Names of the demo's Connect containers: those whose folder lies in the sandbox's state. A facility that is installed for
 * real on the same machine carries the same labels and is left alone.
 */
export async function demoContainers(): Promise<string[]> {
  const containers = await docker.listContainers({ all: true, filters: { label: [ROLE_LABEL] } });
  return containers
    .filter(({ Mounts }) => Mounts.some(({ Source }) => Source?.startsWith(DEMO_DIR)))
    .map(({ Names, Id }) => Names[0]?.replace(/^\//, '') ?? Id);
}

/** Removes the demo's Connect containers and the facility folders, which hold passwords. */
export async function removeInstallations(): Promise<void> {
  for (const name of await demoContainers()) await docker.getContainer(name).remove({ force: true });
  await rm(DEMO_DIR, { recursive: true, force: true });
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
