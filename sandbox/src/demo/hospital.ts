import * as cdc from '../sample/cdc.ts';
import { createTableSql } from '../sample/ddl.ts';
import { insertSql } from '../sample/literals.ts';
import { createLogin, grantTables, READER_ROLE } from '../sample/login.ts';
import { Random } from '../sample/random.ts';
import { distribute, RowMaker } from '../sample/rows.ts';
import { type Edition, sampleSchema } from '../sample/schema.ts';
import type { Row } from '../sample/types.ts';
import { TableLedger } from './ledger.ts';
import { insertable, type LiveTable } from './operations.ts';
import { openSource, runBatches, type Source, type SourceServer } from './source.ts';

/** Both hospitals call their database the same, as ClinicMaster installations do. */
export const DATABASE = 'ClinicMasterMOH';

const ROWS_PER_STATEMENT = 100;
/** Statements of more than this many characters help nobody. */
const LONGEST_STATEMENT = 400_000;

/** A hospital's database as the demo knows it: how to change it, and what must be in it. */
export interface Hospital {
  server: SourceServer;
  source: Source;
  random: Random;
  /** By table name. */
  tables: Map<string, LiveTable>;
  /** Connections that change data at a time. */
  writers: number;
}

/**
 * Makes the database with its tables and fills it; the ledger counts along.
 * @param rows how many rows in all, about
 * @param onProgress called with the rows that stand in the database
 */
export async function buildHospital(
  server: SourceServer,
  options: { edition: Edition; seed: string; rows: number; writers: number },
  onProgress: (rows: number) => void,
): Promise<Hospital> {
  await runBatches(server, cdc.createDatabase(DATABASE));
  const source = await openSource(server, DATABASE, options.writers + 2);
  const schema = sampleSchema(options.edition);
  const random = new Random(options.seed);
  const counts = distribute(schema, options.rows);
  const tables = new Map<string, LiveTable>();
  for (const table of schema) {
    await source.batch(createTableSql(table));
    const maker = new RowMaker(table, random, counts.get('Patients') ?? 1);
    tables.set(table.name, { ledger: new TableLedger(table), maker });
  }
  let done = 0;
  const waiting = [...tables.values()];
  const fillers = Array.from({ length: options.writers }, async () => {
    for (let live = waiting.shift(); live !== undefined; live = waiting.shift()) {
      await fill(source, live, counts.get(live.ledger.table.name) ?? 0, (count) => {
        done += count;
        onProgress(done);
      });
    }
  });
  await Promise.all(fillers);
  return { server, source, random, tables, writers: options.writers };
}

/**
 * What the DBA does, after the data is there as in any hospital: CDC, the jobs, a login that can read what is captured
 * and nothing else.
 */
export async function enableCapture(hospital: Hospital, password: string): Promise<void> {
  const schema = [...hospital.tables.values()].map(({ ledger }) => ledger.table);
  await runBatches(hospital.server, [
    ...createLogin(DATABASE, password),
    ...cdc.enableDatabase(DATABASE),
    ...cdc.enableTables(DATABASE, schema, READER_ROLE),
    ...cdc.tuneJobs(DATABASE),
    ...grantTables(DATABASE, schema),
  ]);
}

async function fill(
  source: Source,
  { ledger, maker }: LiveTable,
  rows: number,
  onRows: (count: number) => void,
): Promise<void> {
  const columns = insertable(ledger.table);
  let batch: Row[] = [];
  const send = async () => {
    if (batch.length === 0) return;
    await source.batch(insertSql(ledger.table, columns, batch));
    onRows(batch.length);
    batch = [];
  };
  let size = 0;
  for (let i = 0; i < rows; i += 1) {
    const row = maker.next();
    ledger.insert(row);
    batch.push(row);
    size += row.reduce<number>((sum, value) => sum + sizeOf(value), 0);
    if (batch.length === ROWS_PER_STATEMENT || size > LONGEST_STATEMENT) {
      await send();
      size = 0;
    }
  }
  await send();
}

function sizeOf(value: Row[number]): number {
  if (typeof value === 'string') return value.length;
  return Buffer.isBuffer(value) ? value.length * 2 : 8;
}
