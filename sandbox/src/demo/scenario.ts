import { enrolFacility, enrolSink } from '../kafka/enrol.ts';
import type { Login, Sandbox } from '../load.ts';
import { step } from '../progress.ts';
import { newPassword } from '../state.ts';
import { type Comparison, compareAll } from './compare.ts';
import { watchArguments } from './exposure.ts';
import { awkwardPassword, type DemoFacility } from './facilities.ts';
import { buildHospital, enableCapture, type Hospital } from './hospital.ts';
import { assertNoLeaks, inspectContainers, inspectTopics } from './inspection.ts';
import { installCentral, installFacility } from './install.ts';
import type { DemoOptions } from './options.ts';
import { awaitQuiet, markTables } from './quiet.ts';
import { scheduleFor } from './schedule.ts';
import { SecretScan } from './secrets.ts';
import type { DemoServers } from './servers.ts';
import type { Stage } from './stage.ts';
import { putToWork, streamChanges } from './stream.ts';
import { Warehouse } from './warehouse.ts';

/** Connections that change data at one hospital. */
const WRITERS = 4;
const SNAPSHOT_TIMEOUT_MS = 600_000;
const QUIET_TIMEOUT_MS = 300_000;

type Play = Stage & { options: DemoOptions };

/**
 * The demo from two empty SQL Servers to the last comparison. Kafka, PostgreSQL and the servers must run and hold nothing of
 * an earlier demo.
 * @throws an error with a sentence for people when anything but a difference goes wrong
 */
export async function runScenario(play: Play): Promise<Comparison> {
  const hospitals = await openHospitals(play);
  const warehouse = await Warehouse.open(play.sandbox.postgres.warehouse);
  try {
    const scan = await install(play);
    const ready = play.facilities.map((facility, i) => ({ facility, hospital: at(hospitals, i) }));
    await step('Everything that was there has arrived (first snapshot)', (report) =>
      awaitRows(ready, warehouse, (missing) => report(`${missing} rows to go`)),
    );
    const [first, second] = ready;
    if (first === undefined || second === undefined) throw new Error('The demo needs two hospitals.');
    await streamChanges(
      [putToWork(first.facility, first.hospital), putToWork(second.facility, second.hospital)],
      scheduleFor(play.options.rows),
      warehouse,
    );
    await step('Quiet: the last change of every table has arrived', async (report) => {
      const marked = [];
      for (const { facility, hospital } of ready) {
        marked.push({ code: facility.code, markers: await markTables(hospital) });
      }
      await awaitQuiet(marked, warehouse, {
        timeoutMs: QUIET_TIMEOUT_MS,
        onWait: (tables) => report(`${tables} tables to go`),
      });
    });
    await inspect(play, scan);
    if (play.options.spoil) {
      await step('--break: one value in PostgreSQL is altered', () =>
        warehouse.spoil('Staff', 'FullName', first.facility.code),
      );
    }
    return await compare(ready, warehouse);
  } finally {
    await warehouse.close();
    for (const { source } of hospitals) await source.close();
  }
}

async function openHospitals({ options, servers, facilities }: Play): Promise<Hospital[]> {
  const hospitals = await step(`Two hospitals with ${options.rows} rows together`, (report) => {
    const done = [0, 0];
    return Promise.all(
      facilities.map((facility, i) => {
        const rows = Math.ceil(options.rows / facilities.length);
        const seed = `${options.seed}/${facility.code}`;
        return buildHospital(
          at(servers.servers, i),
          { edition: facility.edition, seed, rows, writers: WRITERS },
          (count) => {
            done[i] = count;
            report(`${done.reduce((a, b) => a + b, 0)} rows`);
          },
        );
      }),
    );
  });
  await step('CDC on, all tables captured, a login that may read those alone', () =>
    Promise.all(hospitals.map((hospital, i) => enableCapture(hospital, at(facilities, i).password))),
  );
  return hospitals;
}

/** Enrols and installs. @returns the scan for what was found so far, or undefined with `--no-scan` */
async function install({ options, sandbox, servers, facilities }: Play): Promise<SecretScan> {
  const logins = await step('Each facility gets its own Kafka user', async () => {
    const made: Login[] = [];
    for (const { code } of facilities) made.push(await enrolFacility(code, awkwardPassword()));
    return made;
  });
  const sink = await enrolSink(newPassword());
  const scan = new SecretScan(secretsOf(sandbox, servers, facilities, [...logins, sink]));
  const watch = watchArguments(scan);
  try {
    const one = (i: 0 | 1) => {
      const facility = facilities[i];
      return step(`init of ${facility.name}`, async (report) => {
        const run = await installFacility(
          facility,
          servers.servers[i],
          at(logins, i),
          sandbox,
          servers.standIns,
          report,
        );
        scan.look('output of', run.command, run.output);
      });
    };
    // The first one builds the image; what comes after it finds its layers.
    await one(0);
    await Promise.all([
      one(1),
      step('central init', async (report) => {
        const run = await installCentral(sandbox, sink, report);
        scan.look('output of', run.command, run.output);
      }),
    ]);
  } finally {
    await watch.stop();
  }
  if (options.scan) assertNoLeaks(scan);
  return scan;
}

async function inspect({ options, facilities }: Play, scan: SecretScan): Promise<void> {
  await step('Every record in Kafka carries its facility', async (report) => {
    await inspectTopics(facilities, options.scan ? scan : undefined, report);
  });
  if (!options.scan) return;
  await step('No password in topics, REST answers, logs, labels or process arguments', async () => {
    await inspectContainers(facilities, scan);
    assertNoLeaks(scan);
  });
}

async function awaitRows(
  ready: readonly { facility: DemoFacility; hospital: Hospital }[],
  warehouse: Warehouse,
  onWait: (missing: number) => void,
): Promise<void> {
  const deadline = Date.now() + SNAPSHOT_TIMEOUT_MS;
  for (;;) {
    let missing = 0;
    for (const { facility, hospital } of ready) {
      for (const { ledger } of hospital.tables.values()) {
        missing += Math.max(0, ledger.size - (await warehouse.count(ledger.table.name, facility.code)));
      }
    }
    if (missing === 0) return;
    if (Date.now() > deadline) {
      throw new Error(
        `After ${SNAPSHOT_TIMEOUT_MS / 1000} s PostgreSQL still lacks ${missing} rows of the snapshot.`,
      );
    }
    onWait(missing);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
  }
}

function compare(
  ready: readonly { facility: DemoFacility; hospital: Hospital }[],
  warehouse: Warehouse,
): Promise<Comparison> {
  return step('Every value compared: ledger, SQL Server, PostgreSQL', (report) =>
    compareAll(
      ready.map(({ facility: { code, name }, hospital }) => ({
        code,
        name,
        source: hospital.source,
        ledgers: [...hospital.tables.values()].map(({ ledger }) => ledger),
      })),
      warehouse,
      (code, table, rows) => report(`${code} ${table}: ${rows} rows`),
    ),
  );
}

function secretsOf(
  sandbox: Sandbox,
  servers: DemoServers,
  facilities: readonly DemoFacility[],
  logins: readonly Login[],
): { name: string; value: string }[] {
  const { warehouse, superuser } = sandbox.postgres;
  return [
    ...facilities.map(({ code, password }) => ({ name: `SQL Server password of ${code}`, value: password })),
    ...logins.map(({ username, password }) => ({ name: `Kafka password of ${username}`, value: password })),
    ...servers.servers.map(({ port, password }) => ({
      name: `administrator at port ${port}`,
      value: password,
    })),
    { name: 'Kafka administrator', value: sandbox.kafka.admin.password },
    { name: 'warehouse', value: warehouse.password },
    { name: 'PostgreSQL superuser', value: superuser.password },
  ];
}

function at<T>(items: readonly T[], index: number): T {
  const item = items[index];
  if (item === undefined) throw new RangeError(`No element ${index} in a list of ${items.length}.`);
  return item;
}
