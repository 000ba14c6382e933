import { rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Admin } from 'kafkajs';
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
import { absentAsUndefined, docker } from '../provision/docker.ts';
import { DEMO_DIR } from './facilities.ts';

/** As the compose files have it. */
const STOP_GRACE_SECONDS = 60;
/** Longer than a worker's session: then the member of one that was killed is gone. */
const EMPTY_GROUP_TIMEOUT_MS = 90_000;
/** Compose files and `init` name their networks so. */
const NETWORK_PREFIX = 'clinicmasterwarehouse';
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

/**
 * Removes the demo's Connect containers and the networks that were made for them. Workers that run are stopped first, so
 * that they leave their groups: a killed one counts as alive for a minute, and `init` would refuse its code.
 */
export async function removeDemoContainers(): Promise<void> {
  const networks = new Set<string>();
  await Promise.all(
    (await demoContainers()).map(async (name) => {
      const container = docker.getContainer(name);
      const { State, NetworkSettings } = await container.inspect();
      for (const network of Object.keys(NetworkSettings.Networks)) networks.add(network);
      if (State.Running) await container.stop({ t: STOP_GRACE_SECONDS });
      await container.remove({ force: true });
    }),
  );
  for (const network of networks) await removeIfUnused(network);
}

/** Removes the demo's installations: containers, networks, and the facility folders, which hold passwords. */
export async function removeInstallations(): Promise<void> {
  await removeDemoContainers();
  await rm(DEMO_DIR, { recursive: true, force: true });
}

async function removeIfUnused(network: string): Promise<void> {
  const made = await absentAsUndefined(docker.getNetwork(network).inspect());
  const isOurs = made !== undefined && network.startsWith(NETWORK_PREFIX);
  if (isOurs && Object.keys(made.Containers ?? {}).length === 0) await docker.getNetwork(network).remove();
}

/**
 * Empties what an earlier demo left in Kafka and in the warehouse. Kafka and PostgreSQL must run. Table topics of any database
 * go, whoever wrote them: one sink reads them all into one set of tables, so that a stranger's `Patients` with a key of
 * another type would stop it.
 */
export async function emptyKafkaAndWarehouse(facilityIds: readonly string[]): Promise<void> {
  const prefixes = [`${TOPIC_PREFIX}.`, CENTRAL_PREFIX, ...facilityIds.map((id) => facilityNames(id).prefix)];
  const isOurs = (name: string) => prefixes.some((prefix) => name.startsWith(prefix));
  await withAdmin(async (admin) => {
    const groups = (await admin.listGroups()).groups.map(({ groupId }) => groupId);
    const old = groups.filter((group) => group === SINK_GROUP || isOurs(group));
    if (old.length > 0) await deleteGroups(admin, old);
    const topics = (await admin.listTopics()).filter((topic) => topic === DLQ_TOPIC || isOurs(topic));
    if (topics.length > 0) await admin.deleteTopics({ topics });
  });
  const { warehouse } = (await loadSandbox()).postgres;
  await dropDatabase(warehouse.database);
  await ensureDatabase(warehouse);
}

/** Deletes groups; waits for those that still count a worker as their member. */
async function deleteGroups(admin: Admin, groups: readonly string[]): Promise<void> {
  const deadline = Date.now() + EMPTY_GROUP_TIMEOUT_MS;
  for (;;) {
    const described = (await admin.describeGroups([...groups])).groups;
    if (described.every(({ members }) => members.length === 0) || Date.now() > deadline) break;
    await sleep(1_000);
  }
  await admin.deleteGroups([...groups]);
}
