import type { SqlServerPort } from '../../adapters/sqlserver-port.ts';
import { qualified } from '../../connector/table-selection.ts';
import { bracketed } from '../sqlserver/answers.ts';
import type { ColumnFacts, TableFacts } from './facts.ts';
import { reason } from './questions.ts';

/** How many bytes one change of a table weighs in Kafka, before compression. */
export interface ChangeSize {
  bytes: number;
  /** `sample`: the largest of some rows; `types`: what the column types allow at most. */
  from: 'sample' | 'types';
  /** Rows looked at. */
  rows: number;
}

/** Rows of one table that a sample may touch: no table is ever scanned. */
const SAMPLE_ROWS = 200;
/** The hospital's own work waits for none of this: a row that is locked is passed over, a lock is waited for this long. */
const LOCK_LIMIT_MS = 1000;
const SAMPLING_LIMIT_MS = 8000;

/** What came of the samples. */
export interface Sampled {
  /** By `schema.table`. */
  sizes: ReadonlyMap<string, ChangeSize>;
  /** Why some have none, in words. */
  unanswered: readonly string[];
}

/**
 * The size of a change of each table. Lengths alone leave SQL Server, never a value.
 * @param left columns of a table that do not stream
 */
export async function sampleChanges(
  tables: readonly TableFacts[],
  left: (table: TableFacts, column: string) => boolean,
  sql: SqlServerPort,
  clock: { now(): number },
  signal: AbortSignal,
): Promise<Sampled> {
  const sizes = new Map<string, ChangeSize>();
  const refused = new Map<string, string[]>();
  const refuse = (why: string, name: string) => refused.set(why, [...(refused.get(why) ?? []), name]);
  const end = clock.now() + SAMPLING_LIMIT_MS;
  for (const table of tables) {
    const name = qualified(table);
    const columns = table.columns.filter((column) => !left(table, column.name));
    const question = sampleQuestion(table, columns);
    const fixed = frameBytes(table, columns);
    if (question !== undefined && table.rows !== 0 && clock.now() > end) {
      refuse('not asked, after 8 seconds of asking', name);
    } else if (question !== undefined && table.rows !== 0) {
      const answer = await sql.query<{ largest: string | number | null; sampled: number }>(
        question,
        {},
        signal,
      );
      if (answer.ok) {
        const [row] = answer.value;
        if (row !== undefined && row.largest !== null) {
          sizes.set(name, { bytes: fixed + Number(row.largest), from: 'sample', rows: row.sampled });
          continue;
        }
      } else {
        refuse(reason(answer.failure), name);
      }
    }
    const most = declaredBytes(columns);
    if (most !== undefined) sizes.set(name, { bytes: fixed + most, from: 'types', rows: 0 });
  }
  const unanswered = [...refused].map(
    ([why, names]) =>
      `Size of a change of ${names.slice(0, 5).join(', ')}${names.length > 5 ? ' and more' : ''}: ${why}`,
  );
  return { sizes, unanswered };
}

/** Kinds of column by how their length turns into bytes of JSON. */
const ONE_BYTE_TEXT = new Set(['char', 'varchar', 'text', 'xml']);
const TWO_BYTE_TEXT = new Set(['nchar', 'nvarchar', 'ntext']);
const BINARY = new Set(['binary', 'varbinary', 'image']);

/**
 * The question for the largest of a few rows, in bytes of JSON; undefined when all columns have a fixed length.
 * Text in nvarchar is counted as Latin; base64 makes four bytes of three.
 */
export function sampleQuestion(table: TableFacts, columns: readonly ColumnFacts[]): string | undefined {
  const lengths = columns.flatMap(({ name, base }) => {
    const length = `ISNULL(CAST(DATALENGTH(${bracketed(name)}) AS bigint), 0)`;
    if (base === null) return [];
    if (ONE_BYTE_TEXT.has(base)) return [length];
    if (TWO_BYTE_TEXT.has(base)) return [`${length} / 2`];
    return BINARY.has(base) ? [`${length} * 4 / 3`] : [];
  });
  if (lengths.length === 0) return undefined;
  return `SET LOCK_TIMEOUT ${LOCK_LIMIT_MS};
SELECT MAX(r.bytes) AS largest, COUNT(*) AS sampled FROM (
  SELECT TOP (${SAMPLE_ROWS}) ${lengths.join(' + ')} AS bytes
  FROM ${bracketed(table.schema)}.${bracketed(table.table)} WITH (READPAST)) AS r`;
}

/** The most that the types allow; undefined when one of them has no limit worth naming. */
function declaredBytes(columns: readonly ColumnFacts[]): number | undefined {
  let sum = 0;
  for (const { base, maxLength } of columns) {
    const text = base !== null && (ONE_BYTE_TEXT.has(base) || TWO_BYTE_TEXT.has(base));
    const binary = base !== null && BINARY.has(base);
    if (!text && !binary) continue;
    if (maxLength === -1 || ['text', 'ntext', 'image', 'xml'].includes(base)) return undefined;
    sum += TWO_BYTE_TEXT.has(base) ? maxLength / 2 : binary ? Math.ceil((maxLength * 4) / 3) : maxLength;
  }
  return sum;
}

/** What Debezium makes of a type, and the longest text of a value of fixed length. */
const SHAPES: Record<string, readonly [schema: object, value: number]> = {
  bit: [{ type: 'boolean' }, 5],
  tinyint: [{ type: 'int16' }, 3],
  smallint: [{ type: 'int16' }, 6],
  int: [{ type: 'int32' }, 11],
  bigint: [{ type: 'int64' }, 20],
  real: [{ type: 'float' }, 14],
  float: [{ type: 'double' }, 22],
  date: [named('int32', 'io.debezium.time.Date'), 6],
  time: [named('int64', 'io.debezium.time.MicroTime'), 11],
  datetime: [named('int64', 'io.debezium.time.MicroTimestamp'), 17],
  smalldatetime: [named('int64', 'io.debezium.time.MicroTimestamp'), 17],
  datetime2: [named('int64', 'io.debezium.time.MicroTimestamp'), 18],
  datetimeoffset: [named('string', 'io.debezium.time.ZonedTimestamp'), 35],
  uniqueidentifier: [{ type: 'string' }, 38],
  timestamp: [{ type: 'bytes' }, 14],
  xml: [named('string', 'io.debezium.data.Xml'), 2],
};

function named(type: string, name: string): object {
  return { type, name, version: 1 };
}

/** Everything of a record but the text and bytes in it: schema and payload as JSON, of key and value. */
function frameBytes(table: TableFacts, columns: readonly ColumnFacts[]): number {
  const name = `clinicmasterwarehouse-sqlserver.database.${qualified(table)}.Value`;
  const facility = ['facility_dhis2_code', 'facility_name'].map((field) =>
    shape(field, { type: 'string' }, 26),
  );
  const value = [...columns.map(columnShape), ...facility];
  const key = value.filter(
    ({ field }) => table.primaryKey.includes(field) || field === 'facility_dhis2_code',
  );
  return [value, key].reduce((sum, fields) => sum + recordBytes(name, fields), 0);
}

interface Shape {
  field: string;
  schema: object;
  value: number;
}

function shape(field: string, schema: object, value: number): Shape {
  return { field, schema: { ...schema, optional: true, field }, value };
}

function columnShape({ name, base, precision, scale }: ColumnFacts): Shape {
  const known = base === null ? undefined : SHAPES[base];
  if (known !== undefined) return shape(name, known[0], known[1]);
  if (base !== null && /^(decimal|numeric|money|smallmoney)$/.test(base)) {
    const parameters = { scale: String(scale), 'connect.decimal.precision': String(precision) };
    const decimal = { ...named('bytes', 'org.apache.kafka.connect.data.Decimal'), parameters };
    return shape(name, decimal, 2 + 4 * Math.ceil(Math.ceil((precision * 3.33 + 1) / 8) / 3));
  }
  return shape(name, { type: base !== null && BINARY.has(base) ? 'bytes' : 'string' }, 2);
}

function recordBytes(name: string, fields: readonly Shape[]): number {
  const schema = { type: 'struct', fields: fields.map((field) => field.schema), optional: false, name };
  const payload = fields.reduce((sum, { field, value }) => sum + bytes(JSON.stringify(field)) + value + 2, 2);
  return bytes(JSON.stringify({ schema, payload: 0 })) - 1 + payload;
}

function bytes(text: string): number {
  return new TextEncoder().encode(text).length;
}
