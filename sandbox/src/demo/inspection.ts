import { CENTRAL_CONTAINER, facilityNames, SINK_CONNECTOR } from '../../../src/connector/names.ts';
import { listTopics, scanTopic } from '../kafka/topics.ts';
import type { Report } from '../progress.ts';
import { lookAtContainer, lookAtRest } from './exposure.ts';
import { CENTRAL_REST_PORT, type DemoFacility } from './facilities.ts';
import { RecordInspector } from './records.ts';
import type { SecretScan } from './secrets.ts';

/** Something else than a difference is not as it must be. */
export class InspectionFailed extends Error {
  constructor(what: string, faults: readonly string[]) {
    super(`${what}:\n  ${faults.join('\n  ')}`);
    this.name = 'InspectionFailed';
  }
}

/**
 * Reads every record of every topic: the facility code must be where it belongs, and no password may be anywhere.
 * @throws InspectionFailed
 */
export async function inspectTopics(
  facilities: readonly DemoFacility[],
  scan: SecretScan | undefined,
  report: Report,
): Promise<RecordInspector['findings']> {
  const inspector = new RecordInspector(facilities);
  let records = 0;
  for (const topic of await listTopics()) {
    await scanTopic(topic, (record) => {
      inspector.look(topic, record);
      if (scan !== undefined) for (const part of partsOf(record)) scan.look('topic', topic, part);
      records += 1;
      if (records % 1_000 === 0) report(`${records} records, ${topic}`);
    });
  }
  const { faults, faultCount } = inspector.findings;
  if (faultCount > 0) throw new InspectionFailed(`${faultCount} records are not as they must be`, faults);
  for (const { code } of facilities) {
    const missing = (['tableRecords', 'tombstones', 'heartbeats'] as const).filter(
      (kind) => !inspector.findings[kind].has(code),
    );
    if (missing.length > 0) throw new InspectionFailed(`Facility ${code} lacks records`, missing);
  }
  return inspector.findings;
}

/** Looks at what Docker and the workers' REST interfaces tell. */
export async function inspectContainers(
  facilities: readonly DemoFacility[],
  scan: SecretScan,
): Promise<void> {
  for (const facility of facilities) {
    const { container, connector } = facilityNames(facility.code, facility.instance);
    await lookAtContainer(scan, container);
    await lookAtRest(scan, facility.restPort, connector);
  }
  await lookAtContainer(scan, CENTRAL_CONTAINER);
  await lookAtRest(scan, CENTRAL_REST_PORT, SINK_CONNECTOR);
}

/** @throws InspectionFailed when the scan has found anything */
export function assertNoLeaks(scan: SecretScan): void {
  if (scan.leaks.length === 0) return;
  throw new InspectionFailed(
    `${scan.leaks.length} passwords can be read where they must not be`,
    scan.leaks.map(({ secret, form, place }) => `${secret} (${form}) in ${place}`),
  );
}

function partsOf(record: {
  key: Buffer | null;
  value: Buffer | null;
  headers: object | undefined;
}): Buffer[] {
  const headers = Object.values(record.headers ?? {}).flat() as (Buffer | string | undefined)[];
  return [record.key, record.value, ...headers.map((header) => header && Buffer.from(header))].filter(
    (part) => Buffer.isBuffer(part),
  );
}
