import { DLQ_TOPIC, TOPIC_PREFIX } from '../../../src/connector/names.ts';
import type { TopicRecord } from '../kafka/topics.ts';

const TABLE_TOPIC = new RegExp(`^${TOPIC_PREFIX}\\..+\\.dbo\\..+$`);
const HEARTBEAT_TOPIC = /^cdc\.(.+)\.heartbeat$/;

type Fault = (what: string) => void;
type KeyValue = Pick<TopicRecord, 'key' | 'value'>;

interface FacilityIdentity {
  code: string;
  name: string;
}

/** What was found in Kafka, record by record. */
export interface RecordFindings {
  /** Records of tables by facility code. */
  tableRecords: Map<string, number>;
  /** Tombstones by facility code: deletes, and the old keys of rows that moved. */
  tombstones: Map<string, number>;
  heartbeats: Map<string, number>;
  /** What must not be, one line each, the first ones only. */
  faults: string[];
  faultCount: number;
}

const MOST_FAULTS = 20;

/**
 * Judges each record as it lies in Kafka: the facility's code in the key and, unless it is a tombstone, code and name in
 * the value of every table record; the code in the key of every heartbeat; nothing but table records on shared topics; no dead letters.
 */
export class RecordInspector {
  readonly findings: RecordFindings = {
    tableRecords: new Map(),
    tombstones: new Map(),
    heartbeats: new Map(),
    faults: [],
    faultCount: 0,
  };
  private readonly names: Map<string, string>;

  constructor(facilities: readonly FacilityIdentity[]) {
    this.names = new Map(facilities.map(({ code, name }) => [code, name]));
  }

  look(topic: string, record: Pick<TopicRecord, 'partition' | 'offset' | 'key' | 'value'>): void {
    const fault: Fault = (what) => this.fault(`${topic}/${record.partition}@${record.offset} ${what}`);
    if (TABLE_TOPIC.test(topic)) this.lookAtTable(record, fault);
    else if (HEARTBEAT_TOPIC.test(topic)) this.lookAtHeartbeat(record, fault);
    else if (topic === DLQ_TOPIC) fault('was given up by the sink');
    else if (topic.startsWith(TOPIC_PREFIX)) fault('is no table record, yet lies on a shared topic');
  }

  private lookAtTable(record: KeyValue, fault: Fault): void {
    const code = payload(record.key)?.facility_dhis2_code;
    if (typeof code !== 'string' || !this.names.has(code)) {
      fault(`has the facility code ${JSON.stringify(code)} in its key`);
      return;
    }
    count(this.findings.tableRecords, code);
    if (record.value === null) {
      count(this.findings.tombstones, code);
      return;
    }
    const value = payload(record.value);
    if (value === null) {
      fault('has a value that only looks like a tombstone: its payload is null');
      return;
    }
    if (value?.facility_dhis2_code !== code) {
      fault(`has code ${code} in its key and ${JSON.stringify(value?.facility_dhis2_code)} in its value`);
    }
    if (value?.facility_name !== this.names.get(code)) {
      fault(`has the facility name ${JSON.stringify(value?.facility_name)}`);
    }
  }

  private lookAtHeartbeat(record: KeyValue, fault: Fault): void {
    const code = payload(record.key)?.facility_dhis2_code;
    if (typeof code === 'string' && this.names.has(code)) count(this.findings.heartbeats, code);
    else fault(`is a heartbeat with the facility code ${JSON.stringify(code)} in its key`);
  }

  private fault(what: string): void {
    this.findings.faultCount += 1;
    if (this.findings.faults.length < MOST_FAULTS) this.findings.faults.push(what);
  }
}

/** Payload of JSON with a schema; undefined when there is none at all. */
function payload(bytes: Buffer | null): Record<string, unknown> | null | undefined {
  if (bytes === null) return undefined;
  try {
    const parsed: unknown = JSON.parse(bytes.toString('utf8'));
    return (parsed as { payload?: Record<string, unknown> | null } | null)?.payload;
  } catch {
    return undefined;
  }
}

function count(map: Map<string, number>, code: string): void {
  map.set(code, (map.get(code) ?? 0) + 1);
}
