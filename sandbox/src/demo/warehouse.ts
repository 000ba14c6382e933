import pg from 'pg';
import type { SampleTable } from '../sample/types.ts';
import { type Canonical, canonical, fromWarehouse, warehouseExpression } from './canonical.ts';

/** How to reach the warehouse's PostgreSQL. */
export interface WarehouseAddress {
  host: string;
  port: number;
  database: string;
  user: string;
  password: string;
}

export const CODE_COLUMN = 'facility_dhis2_code';
export const NAME_COLUMN = 'facility_name';
const FETCH = 5_000;

/** A column as PostgreSQL's catalogue describes it. */
export interface WarehouseColumn {
  name: string;
  /** `format_type`, such as `numeric(19,4)`. */
  type: string;
  notNull: boolean;
  hasDefault: boolean;
  inPrimaryKey: boolean;
}

/**
 * The name of a table in the warehouse. It is the end of the topic's name, and Debezium writes `_` for every character that
 * Kafka does not allow there: `Lab Results` becomes `Lab_Results`.
 */
export function warehouseTable(table: string): string {
  return table.replaceAll(/[^A-Za-z0-9._-]/g, '_');
}

const quote = (name: string): string => `"${name.replaceAll('"', '""')}"`;
const qualified = (table: string): string => `public.${quote(warehouseTable(table))}`;

/** The warehouse, read as exact text. */
export class Warehouse {
  private readonly client: pg.Client;

  private constructor(client: pg.Client) {
    this.client = client;
  }

  static async open(address: WarehouseAddress): Promise<Warehouse> {
    const client = new pg.Client({ ...address, application_name: 'clinicmaster-cdc demo' });
    // A broken link shows at the next query; without a listener it would end the process.
    client.on('error', () => undefined);
    await client.connect();
    return new Warehouse(client);
  }

  close(): Promise<void> {
    return this.client.end();
  }

  /** Columns in order; empty when the table does not exist. */
  async columns(table: string): Promise<WarehouseColumn[]> {
    const result = await this.client.query<WarehouseColumn>(
      `SELECT a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type, a.attnotnull AS "notNull",
              a.atthasdef AS "hasDefault", coalesce(a.attnum = ANY (i.indkey), false) AS "inPrimaryKey"
         FROM pg_attribute a LEFT JOIN pg_index i ON i.indrelid = a.attrelid AND i.indisprimary
        WHERE a.attrelid = to_regclass($1) AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum`,
      [qualified(table)],
    );
    return result.rows;
  }

  /** Rows of one facility; 0 when the table does not exist yet. */
  async count(table: string, code: string): Promise<number> {
    if ((await this.columns(table)).length === 0) return 0;
    const result = await this.client.query<{ count: string }>(
      `SELECT count(*) AS count FROM ${qualified(table)} WHERE ${CODE_COLUMN} = $1`,
      [code],
    );
    return Number(result.rows[0]?.count ?? 0);
  }

  /** How many rows of a facility hold a value in a column; 0 when the table or the column does not exist yet. */
  async countFilled(table: string, column: string, code: string): Promise<number> {
    if (!(await this.columns(table)).some(({ name }) => name === column)) return 0;
    const result = await this.client.query<{ count: string }>(
      `SELECT count(${quote(column)}) AS count FROM ${qualified(table)} WHERE ${CODE_COLUMN} = $1`,
      [code],
    );
    return Number(result.rows[0]?.count ?? 0);
  }

  /**
   * The row of one facility that has the same key as `row`.
   * @returns canonical values in the order of the table's columns; undefined when there is none, or no such table or column
   */
  async find(table: SampleTable, code: string, row: readonly unknown[]): Promise<Canonical[] | undefined> {
    const there = new Set((await this.columns(table.name)).map(({ name }) => name));
    if (table.columns.some(({ name }) => !there.has(name))) return undefined;
    const conditions: string[] = [];
    const values: (string | null)[] = [code];
    table.columns.forEach((column, i) => {
      if (!table.rowKey.includes(column.name)) return;
      values.push(canonical(column.type, (row[i] ?? null) as Parameters<typeof canonical>[1]));
      conditions.push(`${warehouseExpression(column.type, quote(column.name))} = $${values.length}`);
    });
    const list = table.columns.map(({ name, type }) => warehouseExpression(type, quote(name)));
    const result = await this.client.query<(string | null)[]>({
      text: `SELECT ${list.join(', ')} FROM ${qualified(table.name)} WHERE ${CODE_COLUMN} = $1 AND ${conditions.join(' AND ')}`,
      values,
      rowMode: 'array',
    });
    return result.rows[0]?.map((text, i) => fromWarehouse(typeOf(table, i), text));
  }

  /**
   * Streams the rows of one facility.
   * @param strangers columns that the facility does not have: what they hold comes last, as text
   * @param onRow canonical values, the facility's name, and the names of strangers that are not NULL
   */
  async stream(
    table: SampleTable,
    code: string,
    strangers: readonly string[],
    onRow: (values: Canonical[], facilityName: string | null, filled: string[]) => void,
  ): Promise<void> {
    const list = [
      ...table.columns.map(({ name, type }) => warehouseExpression(type, quote(name))),
      NAME_COLUMN,
      ...strangers.map((name) => `${quote(name)}::text`),
    ];
    await this.client.query('BEGIN READ ONLY');
    try {
      await this.client.query(
        `DECLARE demo_rows NO SCROLL CURSOR FOR SELECT ${list.join(', ')} FROM ${qualified(table.name)} WHERE ${CODE_COLUMN} = $1`,
        [code],
      );
      for (;;) {
        const { rows } = await this.client.query<(string | null)[]>({
          text: `FETCH ${FETCH} FROM demo_rows`,
          rowMode: 'array',
        });
        if (rows.length === 0) break;
        const width = table.columns.length;
        for (const row of rows) {
          const values = row.slice(0, width).map((text, i) => fromWarehouse(typeOf(table, i), text));
          const filled = strangers.filter((_, i) => row[width + 1 + i] !== null);
          onRow(values, row[width] ?? null, filled);
        }
      }
    } finally {
      await this.client.query('ROLLBACK');
    }
  }

  /** Facility codes that a table holds. */
  async codes(table: string): Promise<string[]> {
    const result = await this.client.query<{ code: string }>(
      `SELECT DISTINCT ${CODE_COLUMN} AS code FROM ${qualified(table)}`,
    );
    return result.rows.map(({ code }) => code);
  }

  /** Spoils one value, to prove that the comparison sees it. @returns what it did */
  async spoil(table: string, column: string, code: string): Promise<string> {
    const { rowCount } = await this.client.query(
      `UPDATE ${qualified(table)} SET ${quote(column)} = ${quote(column)} || '!' WHERE ctid = (
         SELECT ctid FROM ${qualified(table)} WHERE ${CODE_COLUMN} = $1 AND ${quote(column)} IS NOT NULL LIMIT 1)`,
      [code],
    );
    if (rowCount !== 1) throw new Error(`There is no ${table}.${column} of facility ${code} to spoil.`);
    return `one ${table}.${column} of facility ${code}`;
  }
}

function typeOf(table: SampleTable, index: number): SampleTable['columns'][number]['type'] {
  const column = table.columns[index];
  if (column === undefined) throw new RangeError(`${table.name} has no column ${index}.`);
  return column.type;
}
