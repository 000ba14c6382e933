import { setTimeout as sleep } from 'node:timers/promises';
import type sql from 'mssql';
import { startTestStandin, type TestStandin } from './standin.ts';

const PATIENCE_MS = 20_000;

/** A stand-in with one database, and short words for what tests do with it as `sa`. */
export interface Clinic {
  standin: TestStandin;
  batch(text: string): Promise<void>;
  rows<T = Record<string, unknown>>(text: string): Promise<T[]>;
  /** Number of the error that a batch ends with; undefined when it does not. */
  refusal(text: string): Promise<number | undefined>;
  /** Waits until a query's first row satisfies `done`. */
  until<T>(what: string, text: string, done: (row: T) => boolean): Promise<T>;
  /** Waits until a change table has that many rows. */
  captured(instance: string, count: number): Promise<void>;
  /** Rows of a change table in order: operation, mask, and the captured columns asked for. */
  changes(instance: string, columns: string): Promise<Record<string, unknown>[]>;
  enable(table: string, more?: string): Promise<void>;
  /** Stops and starts the stand-in on its storage. */
  restart(): Promise<void>;
  remove(): Promise<void>;
}

/** Starts a stand-in with an empty database `Clinic`. @param storage name of its PostgreSQL database */
export async function openClinic(storage: string): Promise<Clinic> {
  const standin = await startTestStandin(storage);
  const master = await standin.pool();
  await master.request().batch('CREATE DATABASE Clinic');
  await master.close();
  let pool: sql.ConnectionPool = await standin.pool('Clinic');

  const rows = async <T>(text: string) => (await pool.request().batch<T>(text)).recordset as T[];
  const batch = async (text: string) => void (await pool.request().batch(text));
  const until = async <T>(what: string, text: string, done: (row: T) => boolean): Promise<T> => {
    for (const deadline = Date.now() + PATIENCE_MS; ; await sleep(100)) {
      const [row] = await rows<T>(text);
      if (row !== undefined && done(row)) return row;
      if (Date.now() > deadline) throw new Error(`Not in time: ${what}; last seen ${JSON.stringify(row)}`);
    }
  };
  return {
    standin,
    batch,
    rows,
    until,
    async refusal(text) {
      try {
        await batch(text);
        return undefined;
      } catch (error) {
        return (error as { number?: number }).number;
      }
    },
    async captured(instance, count) {
      await until<{ n: number }>(
        `${count} rows in cdc.${instance}_CT`,
        `SELECT COUNT(*) AS n FROM cdc.[${instance}_CT]`,
        ({ n }) => n >= count,
      );
    },
    changes: (instance, columns) =>
      rows(`SELECT __$operation AS op, CONVERT(varchar(20), __$update_mask, 1) AS mask, ${columns}
        FROM cdc.[${instance}_CT] ORDER BY __$start_lsn, __$seqval, __$operation`),
    enable: (table, more = '') =>
      batch(
        `EXEC sys.sp_cdc_enable_table @source_schema = N'dbo', @source_name = N'${table}', @role_name = NULL ${more}`,
      ),
    async restart() {
      await pool.close();
      await standin.restart();
      pool = await standin.pool('Clinic');
    },
    async remove() {
      await pool.close();
      await standin.remove();
    },
  };
}

/** Enables CDC, with a table `First`, and has the capture job run without a pause. */
export async function enableCapture(clinic: Clinic): Promise<void> {
  await clinic.batch('EXEC sys.sp_cdc_enable_db');
  await clinic.batch('CREATE TABLE First (id int NOT NULL PRIMARY KEY)');
  await clinic.enable('First');
  await captureWithoutPause(clinic);
}

export async function captureWithoutPause(clinic: Clinic): Promise<void> {
  await clinic.batch(
    `EXEC sys.sp_cdc_change_job N'capture', @pollinginterval = 0; EXEC sys.sp_cdc_stop_job N'capture';
     EXEC sys.sp_cdc_start_job N'capture'`,
  );
}
