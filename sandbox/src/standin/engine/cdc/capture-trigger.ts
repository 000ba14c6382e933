import { identifier, literal } from '../postgres/quote.ts';
import {
  type CapturedColumn,
  type CapturedTable,
  type CaptureTarget,
  logSchema,
  stagingTable,
} from './change-log.ts';

/** Names of the three triggers of a captured table; the function of each has the same name and the table's id. */
const EVENTS = ['insert', 'delete', 'update'] as const;

function functionName(database: string, event: string, objectId: number): string {
  return `${logSchema(database)}.${identifier(`capture_${event}_${objectId}`)}`;
}

/**
 * `__$update_mask` with every bit set, as SQL Server writes it for inserts and deletes: one bit per captured column,
 * the last byte holding columns 1 to 8.
 */
function fullMask(columns: number): string {
  const bytes = Math.ceil(columns / 8);
  const first = columns % 8 === 0 ? 0xff : 2 ** (columns % 8) - 1;
  const hex = first.toString(16).padStart(2, '0') + 'ff'.repeat(bytes - 1);
  return `'\\x${hex}'::bytea`;
}

function emptyMask(columns: number): string {
  return `'\\x${'00'.repeat(Math.ceil(columns / 8))}'::bytea`;
}

/** Compared by their bytes: PostgreSQL's `=` overlooks what T-SQL comparison overlooks, such as trailing blanks. */
function changed(source: string): string {
  const name = identifier(source);
  return `record_image_ne(ROW(OLD.${name}), ROW(NEW.${name}))`;
}

function keyChanged(column: string): string {
  const name = identifier(column);
  return `OLD.${name} IS DISTINCT FROM NEW.${name}`;
}

/** SQL expression of the mask of an UPDATE, from OLD and NEW of a row trigger. */
function updateMask(columns: CapturedColumn[]): string {
  const bytes: string[] = [];
  for (let start = 0; start < columns.length; start += 8) {
    const bits = columns
      .slice(start, start + 8)
      .map((column, bit) =>
        column.source ? `CASE WHEN ${changed(column.source)} THEN ${2 ** bit} ELSE 0 END` : '0',
      );
    bytes.unshift(`substr(int4send(${bits.join(' + ')}), 4, 1)`);
  }
  return bytes.join(' || ');
}

function columnNames(target: CaptureTarget): string {
  return target.columns.map((column) => identifier(column.physical)).join(', ');
}

/** Values of the captured columns of a row; `row` is an alias, OLD or NEW. */
function columnValues(target: CaptureTarget, row: string): string {
  return target.columns
    .map((column) => (column.source ? `${row}.${identifier(column.source)}` : 'NULL'))
    .join(', ');
}

function stagingInsert(database: string, target: CaptureTarget): string {
  const staging = stagingTable(database, target.changeTableId);
  return `INSERT INTO ${staging} (standin_xid, standin_seq, standin_op, standin_mask, ${columnNames(target)})`;
}

function noteTransaction(database: string): string {
  const log = logSchema(database);
  return `INSERT INTO ${log}.transaction (xid, begin_time, first_seq)
    VALUES (pg_current_xact_id(), now(), nextval(${literal(`${log}.lsn`)})) ON CONFLICT DO NOTHING;`;
}

/** Statement trigger for INSERT (2) or DELETE (1): one set-based copy per capture instance, however many rows. */
function bulkFunction(database: string, table: CapturedTable, event: 'insert' | 'delete'): string {
  const operation = event === 'insert' ? 2 : 1;
  const log = logSchema(database);
  const inserts = table.targets.map(
    (target) => `${stagingInsert(database, target)}
    SELECT pg_current_xact_id(), changed.standin_seq, ${operation}, ${fullMask(target.columns.length)}, ${columnValues(target, 'changed')}
      FROM changed`,
  );
  const last = inserts.pop();
  const before = inserts.map((insert, index) => `,\n  instance_${index} AS (${insert})`).join('');
  return `
CREATE OR REPLACE FUNCTION ${functionName(database, event, table.objectId)}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM changed_rows) THEN RETURN NULL; END IF;
  ${noteTransaction(database)}
  WITH changed AS MATERIALIZED (
    SELECT nextval(${literal(`${log}.lsn`)}) AS standin_seq${usedColumns(table)} FROM changed_rows)${before}
  ${last};
  RETURN NULL;
END $$;
CREATE TRIGGER standin_capture_${event} AFTER ${event.toUpperCase()} ON ${table.source}
  REFERENCING ${event === 'insert' ? 'NEW' : 'OLD'} TABLE AS changed_rows
  FOR EACH STATEMENT EXECUTE FUNCTION ${functionName(database, event, table.objectId)}();
`;
}

/** Every column that some instance captures, once: the trigger must not depend on the others. */
function usedColumns(table: CapturedTable): string {
  const names = table.targets.flatMap((target) =>
    target.columns.flatMap((column) => (column.source ? [identifier(column.source)] : [])),
  );
  return [...new Set(names)].map((name) => `, changed_rows.${name}`).join('');
}

/**
 * Row trigger for UPDATE: the pair 3 and 4 with one sequence value, or, where the key changes, a delete and an insert
 * (1, 2) with two, as SQL Server logs it. An instance of which no captured column changed gets nothing.
 */
function updateFunction(database: string, table: CapturedTable): string {
  const sequence = literal(`${logSchema(database)}.lsn`);
  const keyTest = table.key.length === 0 ? 'false' : table.key.map(keyChanged).join(' OR ');
  const pairs = table.targets.map((target) => {
    const full = fullMask(target.columns.length);
    const insert = stagingInsert(database, target);
    return `
    IF key_changed THEN
      ${insert} VALUES
        (pg_current_xact_id(), first_seq, 1, ${full}, ${columnValues(target, 'OLD')}),
        (pg_current_xact_id(), second_seq, 2, ${full}, ${columnValues(target, 'NEW')});
    ELSE
      mask := ${updateMask(target.columns)};
      IF mask <> ${emptyMask(target.columns.length)} THEN
        ${insert} VALUES
          (pg_current_xact_id(), first_seq, 3, mask, ${columnValues(target, 'OLD')}),
          (pg_current_xact_id(), first_seq, 4, mask, ${columnValues(target, 'NEW')});
      END IF;
    END IF;`;
  });
  const name = functionName(database, 'update', table.objectId);
  return `
CREATE OR REPLACE FUNCTION ${name}() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  key_changed boolean := ${keyTest};
  first_seq bigint;
  second_seq bigint;
  mask bytea;
BEGIN
  ${noteTransaction(database)}
  first_seq := nextval(${sequence});
  IF key_changed THEN second_seq := nextval(${sequence}); END IF;${pairs.join('')}
  RETURN NULL;
END $$;
CREATE TRIGGER standin_capture_update AFTER UPDATE ON ${table.source}
  FOR EACH ROW WHEN (OLD.* *<> NEW.*) EXECUTE FUNCTION ${name}();
`;
}

/** Removes the capture triggers of a table, if it has any. */
export function dropCapture(database: string, objectId: number, source: string): string {
  return EVENTS.map(
    (event) => `DROP TRIGGER IF EXISTS standin_capture_${event} ON ${source};
DROP FUNCTION IF EXISTS ${functionName(database, event, objectId)}();`,
  ).join('\n');
}

/** (Re)creates the capture triggers of a table for all its capture instances. */
export function createCapture(database: string, table: CapturedTable): string {
  return [
    dropCapture(database, table.objectId, table.source),
    bulkFunction(database, table, 'insert'),
    bulkFunction(database, table, 'delete'),
    updateFunction(database, table),
  ].join('\n');
}
