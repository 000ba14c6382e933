import { setTimeout as wait } from 'node:timers/promises';
import { readTopic } from '../../../sandbox/src/kafka/topics.ts';
import { TOPIC_PREFIX } from '../../../src/connector/names.ts';
import { DATABASE, type Hospital } from './hospital.ts';

/** So many changes a second, one after the other. */
const PER_SECOND = 20;
const FIRST = 1_000;
/** Every so manyth change is of a row that is there already. */
const UPDATE_EVERY = 4;

/** Patients who are admitted and renamed in a hospital, while something else happens. */
export interface Load {
  /** Ends it. @returns every version of every row that was written, as `PatientNo FullName` */
  stop(): Promise<string[]>;
  /** Changes so far. */
  written(): number;
}

/** Writes to dbo.Patients until it is stopped. */
export async function startLoad(hospital: Hospital, first = FIRST): Promise<Load> {
  const pool = await hospital.standin.pool(DATABASE);
  const versions: string[] = [];
  let ended = false;
  let admitted = 0;
  const work = (async () => {
    for (let change = 1; !ended; change++) {
      const begun = Date.now();
      const no = change % UPDATE_EVERY === 0 ? first + (change % admitted) : first + admitted++;
      const name = `Akello ${change}`;
      const sql =
        change % UPDATE_EVERY === 0
          ? `UPDATE dbo.Patients SET FullName = N'${name}' WHERE PatientNo = ${no}`
          : `INSERT INTO dbo.Patients VALUES (${no}, N'${name}')`;
      await pool.request().batch(sql);
      versions.push(`${no} ${name}`);
      await wait(Math.max(0, 1000 / PER_SECOND - (Date.now() - begun)));
    }
  })();
  // Whoever stops it hears of a failure.
  work.catch(() => {});
  return {
    written: () => versions.length,
    stop: async () => {
      ended = true;
      await work.finally(() => pool.close());
      return versions;
    },
  };
}

/** What of the written versions arrived in the topic, and how often. */
export interface Arrival {
  lost: string[];
  /** Records beyond one for each version. */
  again: number;
  /** Rows whose last record is not the row as it stands in SQL Server. */
  different: string[];
}

/** Compares the table and its versions with the topic until nothing is missing, or the time is up. */
export async function compareLoad(
  hospital: Hospital,
  code: string,
  versions: readonly string[],
  patienceMs = 30_000,
): Promise<Arrival> {
  for (const end = Date.now() + patienceMs; ; await wait(1_000)) {
    const found = await arrival(hospital, code, versions);
    if ((found.lost.length === 0 && found.different.length === 0) || Date.now() > end) return found;
  }
}

async function arrival(hospital: Hospital, code: string, versions: readonly string[]): Promise<Arrival> {
  const records = await readTopic(`${TOPIC_PREFIX}.${DATABASE}.dbo.Patients`);
  const counts = new Map<string, number>();
  const last = new Map<number, string>();
  for (const { key, value } of records) {
    const row = payload(value);
    if (row === null || payload(key)?.facility_dhis2_code !== code) continue;
    const version = `${row.PatientNo} ${row.FullName}`;
    counts.set(version, (counts.get(version) ?? 0) + 1);
    last.set(row.PatientNo as number, version);
  }
  const pool = await hospital.standin.pool(DATABASE);
  const { recordset } = await pool
    .request()
    .query<{ PatientNo: number; FullName: string }>('SELECT PatientNo, FullName FROM dbo.Patients')
    .finally(() => pool.close());
  return {
    lost: versions.filter((version) => !counts.has(version)),
    again: versions.reduce((sum, version) => sum + Math.max(0, (counts.get(version) ?? 0) - 1), 0),
    different: recordset
      .filter(({ PatientNo, FullName }) => last.get(PatientNo) !== `${PatientNo} ${FullName}`)
      .map(({ PatientNo }) => String(PatientNo)),
  };
}

function payload(bytes: Buffer | null): Record<string, unknown> | null {
  return bytes === null ? null : (JSON.parse(bytes.toString()).payload as Record<string, unknown> | null);
}
