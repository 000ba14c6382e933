import { physicalSchema } from '../catalogue/physical-names.ts';
import { identifier, literal } from '../postgres/quote.ts';

/**
 * The change log of one T-SQL database: what the capture job harvests. It lives in PostgreSQL schema `<database>.log`:
 * one staging table per capture instance (written by triggers, in the transaction that changes the source table) and
 * `transaction`, one row per open or committed but not yet harvested transaction.
 */

/** Key of the lock under which a database's transactions get their LSN. */
export const COMMIT_LOCK = 0x434443;

/** Key of the lock that keeps harvesting and changes of capture instances apart. Taken before COMMIT_LOCK, never after. */
export const HARVEST_LOCK = 0x484152;

/** Waits for the lock of a database, until the end of the transaction. */
export function lockText(key: number, databaseId: number): string {
  return `SELECT pg_advisory_xact_lock(${key}, ${databaseId})`;
}

export interface CapturedColumn {
  /** Name of the column in PostgreSQL, in the change table and in the staging table. */
  physical: string;
  pgType: string;
  /** Its name in the source table; undefined once that has lost the column: NULL is captured from then on. */
  source: string | undefined;
}

export interface CaptureTarget {
  /** object_id of the change table; names the staging table. */
  changeTableId: number;
  columns: CapturedColumn[];
}

export interface CapturedTable {
  objectId: number;
  /** Quoted PostgreSQL name of the source table. */
  source: string;
  /** Physical names of the primary key's columns; empty without a key. */
  key: string[];
  targets: CaptureTarget[];
}

/** PostgreSQL schema of the log of a T-SQL database, quoted. */
export function logSchema(database: string): string {
  return identifier(`${database}.log`);
}

/** PostgreSQL schema of a database's `cdc` tables, quoted. */
export function cdcSchema(database: string): string {
  return identifier(physicalSchema(database, 'cdc'));
}

/** Quoted name of `cdc.change_tables` of a database with CDC. */
export function changeTablesOf(database: string): string {
  return `${cdcSchema(database)}.change_tables`;
}

/** Quoted name of the staging table of one capture instance. */
export function stagingTable(database: string, changeTableId: number): string {
  return `${logSchema(database)}.c${changeTableId}`;
}

/** Creates the log of a database. Every T-SQL database has one from its birth: its LSNs never start again. */
export function createLog(database: string, databaseId: number): string {
  const log = logSchema(database);
  return `
CREATE SCHEMA ${log};
CREATE SEQUENCE ${log}.lsn START 16;
CREATE TABLE ${log}.transaction (
  xid xid8 PRIMARY KEY,
  begin_time timestamptz NOT NULL,
  first_seq bigint NOT NULL,
  commit_no bigint,
  commit_time timestamptz
);
CREATE INDEX ON ${log}.transaction (commit_no);

-- Runs at commit, after everything else of the transaction: whoever holds the lock commits before the next one gets
-- a number, so numbers become visible in their order. PostgreSQL frees the lock after the commit is visible.
CREATE FUNCTION ${log}.number_transaction() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(${COMMIT_LOCK}, ${databaseId});
  UPDATE ${log}.transaction SET commit_no = nextval(${literal(`${log}.lsn`)}), commit_time = clock_timestamp()
   WHERE xid = NEW.xid;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER number_transaction AFTER INSERT ON ${log}.transaction
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ${log}.number_transaction();
`;
}

/** Creates the staging table of a capture instance. */
export function createStaging(database: string, target: CaptureTarget): string {
  const staging = stagingTable(database, target.changeTableId);
  const columns = target.columns.map((column) => `  ${identifier(column.physical)} ${column.pgType}`);
  return `
CREATE TABLE ${staging} (
  "standin_xid" xid8 NOT NULL,
  "standin_seq" bigint NOT NULL,
  "standin_op" smallint NOT NULL,
  "standin_mask" bytea NOT NULL,
${columns.join(',\n')}
);
CREATE INDEX ON ${staging} ("standin_xid");
`;
}
