import { setTimeout as wait } from 'node:timers/promises';
import { readTopic } from '../../../sandbox/src/kafka/topics.ts';
import { TOPIC_PREFIX } from '../../../src/connector/names.ts';
import { DATABASE, type Hospital } from './hospital.ts';

/** A table of the hospital as it stands in Kafka, beside itself as it stands in SQL Server. */
export interface Compared {
  rows: number;
  /** Keys of rows that Kafka does not have, or has with other values. */
  different: string[];
  /** Keys whose last record holds a row that SQL Server does not have. */
  ghosts: string[];
  /** Records of this facility so far. */
  records: number;
}

/** Column that tells the rows of each table apart, and all that are compared. */
const TABLES = {
  Patients: ['PatientNo', 'FullName'],
  Stock: ['ItemCode', 'Quantity'],
} as const;

/** Every row and value of a table against the last record of its key. */
export async function compared(
  hospital: Hospital,
  code: string,
  table: keyof typeof TABLES,
): Promise<Compared> {
  const [key, ...values] = TABLES[table];
  const last = new Map<string, string | null>();
  let records = 0;
  for (const record of await readTopic(`${TOPIC_PREFIX}.${DATABASE}.dbo.${table}`)) {
    const named = payload(record.key);
    if (named?.facility_dhis2_code !== code) continue;
    records++;
    const row = payload(record.value);
    last.set(
      String(named[key]),
      row === null ? null : JSON.stringify(values.map((name) => row[name] ?? null)),
    );
  }
  const pool = await hospital.standin.pool(DATABASE);
  const { recordset } = await pool
    .request()
    .query<Record<string, unknown>>(`SELECT ${[key, ...values].join(', ')} FROM dbo.${table}`)
    .finally(() => pool.close());
  const source = new Map(
    recordset.map((row) => [String(row[key]), JSON.stringify(values.map((name) => row[name] ?? null))]),
  );
  return {
    rows: source.size,
    different: [...source]
      .filter(([no, row]) => last.get(no) !== row)
      .map(([no]) => no)
      .sort(),
    ghosts: [...last]
      .filter(([no, row]) => row !== null && !source.has(no))
      .map(([no]) => no)
      .sort(),
    records,
  };
}

/** The same, once nothing differs or the time is up. */
export async function comparedInTime(
  hospital: Hospital,
  code: string,
  table: keyof typeof TABLES,
  patienceMs = 20_000,
): Promise<Compared> {
  for (const end = Date.now() + patienceMs; ; await wait(500)) {
    const found = await compared(hospital, code, table);
    if (found.different.length === 0 || Date.now() > end) return found;
  }
}

function payload(bytes: Buffer | null): Record<string, unknown> | null {
  return bytes === null ? null : (JSON.parse(bytes.toString()).payload as Record<string, unknown> | null);
}
