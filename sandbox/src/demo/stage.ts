import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { CENTRAL_CONTAINER } from '../../../src/connector/names.ts';
import type { Sandbox } from '../load.ts';
import { KAFKA_CONTAINER, POSTGRES_CONTAINER } from '../names.ts';
import { say } from '../output.ts';
import { PROJECT } from '../paths.ts';
import { step } from '../progress.ts';
import { docker, inspectContainer, tailOf } from '../provision/docker.ts';
import { pingEngine } from '../provision/engine.ts';
import { bringUp, ensureConnectImages } from '../up.ts';
import { claimDatabase, dropDemoDatabase } from './databases.ts';
import { type DemoFacility, demoFacilities } from './facilities.ts';
import { type DemoServers, realServers } from './servers.ts';
import { startStandIn, stopStandIn } from './stand-ins.ts';
import { demoContainers, emptyKafkaAndWarehouse, removeInstallations } from './teardown.ts';

/** Where the demo plays. */
export interface Stage {
  sandbox: Sandbox;
  servers: DemoServers;
  facilities: [DemoFacility, DemoFacility];
  /** Containers that ran before the demo and shall run after it. */
  ranBefore: readonly string[];
}

const SANDBOX_CONTAINERS = [KAFKA_CONTAINER, POSTGRES_CONTAINER];
const STAND_INS = [1, 2] as const;
const STOP_GRACE_SECONDS = 20;
const LOG_LINES = 12;

/** Makes everything run that the demo needs, with nothing in it of an earlier demo. */
export async function setStage(): Promise<Stage> {
  const ranBefore = await runningContainers();
  const sandbox = await bringUp();
  await ensureConnectImages();
  await step('The command line program', buildCli);
  const facilities = demoFacilities();
  await step('What an earlier demo left is removed', async () => {
    await removeInstallations();
    await emptyKafkaAndWarehouse(facilities.map(({ code }) => code));
  });
  const servers = await step('Two SQL Servers', () => sqlServers(sandbox));
  return { sandbox, servers, facilities, ranBefore };
}

/** `npm run build`, which takes a second: what is installed below is what stands in this checkout. */
async function buildCli(): Promise<void> {
  await promisify(execFile)(process.execPath, ['build.mjs'], { cwd: PROJECT });
}

/** Puts away what the demo started; what ran before it runs on, and images stay. */
export async function clearStage({ servers, ranBefore }: Stage): Promise<void> {
  await removeInstallations();
  if (servers.standIns) for (const n of STAND_INS) await stopStandIn(n);
  else for (const server of servers.servers) await dropDemoDatabase(server);
  for (const name of SANDBOX_CONTAINERS) {
    if (!ranBefore.includes(name)) await docker.getContainer(name).stop({ t: STOP_GRACE_SECONDS });
  }
}

/** The last lines of each container's log without the frames of stack traces, for when something went wrong. */
export async function tellLogs(): Promise<void> {
  for (const name of [...new Set([...(await demoContainers()), CENTRAL_CONTAINER])]) {
    const tail = await tailOf(name, LOG_LINES * 20).catch(() => '');
    const telling = tail.split('\n').filter((line) => line.trim() !== '' && !/^\s+(at |\.\.\. )/.test(line));
    if (telling.length > 0) say(`--- ${name}\n${telling.slice(-LOG_LINES).join('\n')}`);
  }
}

/** The real ones where they are named, with room made in them; else two stand-ins, the first in Uganda's time. */
async function sqlServers(sandbox: Sandbox): Promise<DemoServers> {
  const real = realServers(process.env);
  if (real !== undefined) {
    for (const server of real) await claimDatabase(server);
    return { servers: real, standIns: false };
  }
  const [first, second] = STAND_INS;
  const servers: DemoServers['servers'] = [
    await startStandIn(first, sandbox, '+03:00'),
    await startStandIn(second, sandbox, '+00:00'),
  ];
  return { servers, standIns: true };
}

async function runningContainers(): Promise<string[]> {
  if ((await pingEngine()) !== 'yes') return [];
  const running: string[] = [];
  for (const name of SANDBOX_CONTAINERS) {
    if ((await inspectContainer(name))?.State.Running) running.push(name);
  }
  return running;
}
