import { setTimeout as sleep } from 'node:timers/promises';
import type Docker from 'dockerode';
import { FACILITY_IMAGE } from '../sandbox/src/images/recipes.ts';
import { withAdmin } from '../sandbox/src/kafka/topics.ts';
import type { Sandbox } from '../sandbox/src/load.ts';
import { docker, execIn, removeContainer, tailOf } from '../sandbox/src/provision/docker.ts';
import { USUAL_IMAGE } from './usual-image.ts';

/** How one kind of worker is started. */
export interface WorkerKind {
  options: Docker.ContainerCreateOptions;
  /** Its internal topics start with this. */
  topics: string;
}

export interface Run {
  healthySeconds: number;
  residentMegabytes: number;
}

export const IDLE_SECONDS = 8;
const NAME = 'clinicmaster-cdc-bench-worker';
const REST_PORT = 18283;
const POLL_MS = 20;
const PATIENCE_MS = 120_000;

/**
 * Our facility image, locked down as docker-compose.facility.yml does it.
 * @param caFile the authority of Kafka's certificate, where the container's user may read it
 */
export function ourWorker({ gateway, kafka }: Sandbox, caFile: string, run: number): WorkerKind {
  const code = `BENCH-${run}`;
  return {
    topics: `cdc.${code}.`,
    options: {
      Image: FACILITY_IMAGE.tag,
      Env: [
        'FACILITY_NAME=Bench',
        `FACILITY_DHIS2_CODE=${code}`,
        `DB_HOST=${gateway}`,
        'DB_PORT=9',
        'DB_USER=bench',
        'DB_PASS=bench',
        `KAFKA_BOOTSTRAP_SERVERS=${kafka.bootstrap}`,
        `KAFKA_USER=${kafka.admin.username}`,
        `KAFKA_PASS=${kafka.admin.password}`,
      ],
      HostConfig: {
        Binds: [`${caFile}:/etc/clinicmaster-cdc/ca/kafka-ca.pem:ro`],
        Init: true,
        ReadonlyRootfs: true,
        Tmpfs: { '/tmp': 'size=64m,noexec,nosuid,nodev' },
        CapDrop: ['ALL'],
        SecurityOpt: ['no-new-privileges:true'],
      },
    },
  };
}

/** The usual image with nothing set but how to reach Kafka. */
export function usualWorker({ kafka }: Sandbox, caFile: string, run: number): WorkerKind {
  const group = `bench-usual-${run}`;
  const { username, password } = kafka.admin;
  const login = `username="${username}" password="${password}";`;
  return {
    topics: `${group}.`,
    options: {
      Image: USUAL_IMAGE.tag,
      Env: [
        `WORKER_GROUP=${group}`,
        `KAFKA_BOOTSTRAP_SERVERS=${kafka.bootstrap}`,
        `KAFKA_JAAS_CONFIG=org.apache.kafka.common.security.scram.ScramLoginModule required ${login}`,
      ],
      HostConfig: { Binds: [`${caFile}:/etc/kafka/ca/kafka-ca.pem:ro`] },
    },
  };
}

/** Starts a worker, waits until it is healthy, lets it idle, reads its memory, removes it and its topics. */
export function runWorker(kind: WorkerKind): Promise<Run> {
  return started(kind, '/health', async (healthySeconds) => {
    await sleep(IDLE_SECONDS * 1000);
    return { healthySeconds, residentMegabytes: await residentMegabytes() };
  });
}

/** Seconds from the creation of a worker until its REST interface answers; removes it and its topics. */
export function timeToRest(kind: WorkerKind): Promise<number> {
  return started(kind, '/', async (seconds) => seconds);
}

/** @param path answers 200 when the worker is as far as is waited for */
async function started<T>(
  { options, topics }: WorkerKind,
  path: string,
  use: (seconds: number) => Promise<T>,
): Promise<T> {
  await forget(topics);
  const start = performance.now();
  const container = await docker.createContainer({
    ...options,
    name: NAME,
    ExposedPorts: { '8083/tcp': {} },
    HostConfig: {
      ...options.HostConfig,
      PortBindings: { '8083/tcp': [{ HostIp: '127.0.0.1', HostPort: String(REST_PORT) }] },
    },
  });
  try {
    await container.start();
    while (!(await answers(path))) {
      if (performance.now() - start > PATIENCE_MS) {
        throw new Error(
          `The worker does not answer ${path} after ${PATIENCE_MS / 1000} s:\n${await tailOf(NAME, 40)}`,
        );
      }
      await sleep(POLL_MS);
    }
    return await use((performance.now() - start) / 1000);
  } finally {
    await forget(topics);
  }
}

async function forget(topics: string): Promise<void> {
  await removeContainer(NAME);
  await withAdmin(async (admin) => {
    const left = (await admin.listTopics()).filter((topic) => topic.startsWith(topics));
    if (left.length > 0) await admin.deleteTopics({ topics: left });
  });
}

async function answers(path: string): Promise<boolean> {
  try {
    return (await fetch(`http://127.0.0.1:${REST_PORT}${path}`)).ok;
  } catch {
    return false;
  }
}

async function residentMegabytes(): Promise<number> {
  const { output } = await execIn(NAME, ['sh', '-c', 'grep -h VmRSS /proc/[0-9]*/status']);
  const kilobytes = [...output.matchAll(/VmRSS:\s+(\d+) kB/g)].map(([, amount]) => Number(amount));
  return kilobytes.reduce((sum, amount) => sum + amount, 0) / 1024;
}
