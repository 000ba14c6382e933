import { pgIdentifier, pgLiteral } from './pg-quote.ts';

/** A facility's new name, and what writes it into the rows that the warehouse has already. */
export interface Renamed {
  was: string;
  is: string;
  /** One for each table, for the central team; empty where Kafka did not tell the tables. */
  sql: string[];
}

/**
 * PostgreSQL statements that give a facility's rows another name. Each can be run again and touches only rows that differ.
 * @param tables as the sink names them
 */
export function renameStatements(code: string, name: string, tables: readonly string[]): string[] {
  return [...tables]
    .sort()
    .map(
      (table) =>
        `UPDATE public.${pgIdentifier(table)} SET facility_name = ${pgLiteral(name)} ` +
        `WHERE facility_dhis2_code = ${pgLiteral(code)} AND facility_name IS DISTINCT FROM ${pgLiteral(name)};`,
    );
}
