import { createHash } from 'node:crypto';

const LIMIT = 63;

/**
 * A name as PostgreSQL can hold it: at most 63 bytes. A longer one keeps its start and gets a hash, so that it stays the
 * same at every start. T-SQL names are case-insensitive but kept as first written.
 */
export function physicalName(name: string): string {
  if (Buffer.byteLength(name) <= LIMIT) return name;
  const hash = createHash('sha256').update(name).digest('hex').slice(0, 12);
  let start = name;
  while (Buffer.byteLength(start) > LIMIT - 13) start = start.slice(0, -1);
  return `${start}~${hash}`;
}

/** PostgreSQL schema that holds the tables of a T-SQL schema. */
export function physicalSchema(database: string, schema: string): string {
  return physicalName(`${database}.${schema}`);
}
