import { setTimeout as wait } from 'node:timers/promises';
import { readTopic, type TopicRecord, withAdmin } from '../../../sandbox/src/kafka/topics.ts';
import { TOPIC_PREFIX } from '../../../src/connector/names.ts';
import { DATABASE, type Hospital } from './hospital.ts';

type Row = Record<string, unknown>;

const topicOf = (table: string) => `${TOPIC_PREFIX}.${DATABASE}.dbo.${table}`;

/** All records of a table's topic; none where there is no topic. */
export async function recordsOf(table: string): Promise<TopicRecord[]> {
  const there = (await withAdmin((admin) => admin.listTopics())).includes(topicOf(table));
  return there ? readTopic(topicOf(table)) : [];
}

/** The value of a record of Connect's JSON converter. */
export function payloadOf(bytes: Buffer | null): Row | null {
  return bytes === null ? null : (JSON.parse(bytes.toString()).payload as Row | null);
}

/** A table of the hospital, row by row. */
async function rowsOf(hospital: Hospital, table: string): Promise<Row[]> {
  const pool = await hospital.standin.pool(DATABASE);
  try {
    return (await pool.request().query<Row>(`SELECT * FROM dbo.${table}`)).recordset;
  } finally {
    await pool.close();
  }
}

/** Rows of a table by their key that are not, column by column, what the last record of their key in Kafka holds. */
async function rowsAstray(
  hospital: Hospital,
  code: string,
  table: string,
  key: readonly string[],
): Promise<string[]> {
  const last = new Map<string, Row | null>();
  for (const { key: bytes, value } of await recordsOf(table)) {
    const identity = payloadOf(bytes);
    if (identity?.facility_dhis2_code !== code) continue;
    last.set(keyOf(identity, key), payloadOf(value));
  }
  const rows = await rowsOf(hospital, table);
  const keys = new Set(rows.map((row) => keyOf(row, key)));
  return [
    ...rows.flatMap((row) => {
      const arrived = last.get(keyOf(row, key));
      const same = Object.keys(row).every((column) => text(arrived?.[column]) === text(row[column]));
      return arrived != null && same ? [] : [`${table} ${keyOf(row, key)}`];
    }),
    // A deleted row ends in a record without a value.
    ...[...last].flatMap(([one, value]) =>
      value !== null && !keys.has(one) ? [`${table} ${one} is gone`] : [],
    ),
  ];
}

/** The same until nothing is astray, or the time is up. */
export async function untilArrived(
  hospital: Hospital,
  code: string,
  tables: Readonly<Record<string, readonly string[]>>,
  patienceMs = 30_000,
): Promise<string[]> {
  for (const end = Date.now() + patienceMs; ; await wait(500)) {
    const astray: string[] = [];
    for (const [table, key] of Object.entries(tables)) {
      astray.push(...(await rowsAstray(hospital, code, table, key)));
    }
    if (astray.length === 0 || Date.now() > end) return astray.sort();
  }
}

function keyOf(row: Row, key: readonly string[]): string {
  return key.map((column) => text(row[column])).join('|');
}

/** Numbers, texts and nothing, as both sides have them; a moment as Kafka carries it: microseconds. */
function text(value: unknown): string {
  if (value instanceof Date) return String(value.getTime() * 1000);
  return value === null || value === undefined ? 'NULL' : String(value);
}
