import { setTimeout as sleep } from 'node:timers/promises';
import { connectRest } from '../../../src/adapters/connect-rest.ts';
import { facilityNames } from '../../../src/connector/names.ts';
import { restartBroker } from '../kafka/broker.ts';
import { type Report, step } from '../progress.ts';
import { addedColumn } from '../sample/schema.ts';
import { readCredentials } from '../state.ts';
import { addColumn, awaitColumn, retireFirstInstance } from './evolution.ts';
import type { DemoFacility } from './facilities.ts';
import { awaitHealthy, awaitStoredPosition, killContainer } from './faults.ts';
import type { Hospital } from './hospital.ts';
import { type Counts, KINDS } from './operations.ts';
import type { Schedule } from './schedule.ts';
import type { Warehouse } from './warehouse.ts';
import { Workload } from './workload.ts';

/** A facility while it is at work. */
export interface AtWork {
  facility: DemoFacility;
  hospital: Hospital;
  workload: Workload;
}

/** Between two transactions of a writer: long enough that the storm hits the workload in its middle. */
const STORM_PAUSE_MS = 40;
/** Shares of the storm's changes after which the container is killed and the broker restarts. */
const KILL_AT = 0.15;
const RESTART_AT = 0.4;
const HEALTHY_TIMEOUT_MS = 180_000;
/** Connect stores positions every 30 s. */
const POSITION_TIMEOUT_MS = 120_000;
const COLUMN_TIMEOUT_MS = 180_000;

export function putToWork(facility: DemoFacility, hospital: Hospital): AtWork {
  return { facility, hospital, workload: new Workload(hospital) };
}

/**
 * The part of the demo in which data flows: calm, then a storm (the first facility's container is killed, the broker
 * restarts), then a column more at the first facility while the second goes on as before.
 */
export async function streamChanges(
  atWork: readonly [AtWork, AtWork],
  schedule: Schedule,
  warehouse: Warehouse,
): Promise<void> {
  const [updated] = atWork;
  await step(`Both hospitals at work: ${describe(schedule.calm)}`, (report) =>
    work(atWork, schedule.calm, 0, report),
  );
  await step(`${updated.facility.code} has stored its position behind the first copy`, () =>
    awaitStoredPosition(
      connectRest(`http://127.0.0.1:${updated.facility.restPort}`),
      facilityNames(updated.facility.code).connector,
      POSITION_TIMEOUT_MS,
    ),
  );
  await workThroughStorm(atWork, schedule.storm);
  const column = `${addedColumn.table}.${addedColumn.column.name}`;
  await step(`Column ${column} added at ${updated.facility.code}, with a second capture instance`, () =>
    addColumn(updated.hospital),
  );
  await step(`At work with it: ${describe(schedule.evolved)}`, (report) =>
    work(atWork, schedule.evolved, 0, report),
  );
  await step('The connector has gone over to the second instance; the first is ended', async () => {
    await awaitColumn(updated.facility.code, warehouse, COLUMN_TIMEOUT_MS);
    await retireFirstInstance(updated.hospital);
  });
  await step(`At work to the end: ${describe(schedule.last)}`, (report) =>
    work(atWork, schedule.last, 0, report),
  );
}

async function workThroughStorm(atWork: readonly AtWork[], counts: Counts): Promise<void> {
  const [struck] = atWork;
  if (struck === undefined) return;
  const container = facilityNames(struck.facility.code, struck.facility.instance).container;
  const before = changesOf(atWork);
  const share = () => (changesOf(atWork) - before) / (sum(counts) * atWork.length);
  const failed = new AbortController();
  const storm = async () => {
    await until(() => share() > KILL_AT, failed.signal);
    await step(`  SIGKILL to ${container}`, () => killContainer(container));
    await until(() => share() > RESTART_AT, failed.signal);
    await step('  Broker restarted', async () => {
      const credentials = await readCredentials();
      if (credentials === undefined) throw new Error('The sandbox has no credentials.');
      await restartBroker(credentials);
    });
  };
  await step(`At work through a storm: ${describe(counts)}`, async (report) => {
    const working = work(atWork, counts, STORM_PAUSE_MS, report).catch((error: unknown) => {
      failed.abort();
      throw error;
    });
    await Promise.all([working, storm()]);
  });
  await step('Both containers healthy again', async () => {
    for (const { facility } of atWork) {
      await awaitHealthy(facilityNames(facility.code, facility.instance).container, HEALTHY_TIMEOUT_MS);
    }
  });
}

async function work(
  atWork: readonly AtWork[],
  counts: Counts,
  pauseMs: number,
  report: Report,
): Promise<void> {
  const before = changesOf(atWork);
  const total = sum(counts) * atWork.length;
  const telling = setInterval(() => report(`${changesOf(atWork) - before} of ${total} changes`), 1_000);
  try {
    await Promise.all(atWork.map(({ workload }) => workload.run(counts, pauseMs)));
  } finally {
    clearInterval(telling);
  }
}

function describe(counts: Counts): string {
  const plural: Record<keyof Counts, string> = {
    insert: 'inserts',
    update: 'updates',
    delete: 'deletes',
    move: 'key changes',
  };
  return `2 × ${KINDS.map((kind) => `${counts[kind]} ${plural[kind]}`).join(', ')}`;
}

const sum = (counts: Counts): number => KINDS.reduce((total, kind) => total + counts[kind], 0);

const changesOf = (atWork: readonly AtWork[]): number =>
  atWork.reduce((total, { workload }) => total + workload.changes, 0);

async function until(condition: () => boolean, signal: AbortSignal): Promise<void> {
  while (!condition()) {
    signal.throwIfAborted();
    await sleep(50);
  }
}
