import type { PostgresPort } from '../../adapters/postgres-port.ts';
import { CliError } from '../../errors.ts';

/** The column that tells the rows of one facility from those of another. */
export const FACILITY_COLUMN = 'facility_dhis2_code';

/** The warehouse, for commands: whoever asks gets rows, or an error that says what to do. */
export interface Warehouse {
  ask<Row extends object>(text: string, parameters?: readonly (string | number)[]): Promise<Row[]>;
}

/** Large tables are read once from end to end. */
const STATEMENT_TIMEOUT = '30min';
/** The sink changes a table rarely and waits for whoever holds it: neither of us shall wait for the other for long. */
const LOCK_TIMEOUT = '5s';

/** @throws CliError when the warehouse does not answer */
export async function openWarehouse(port: PostgresPort, signal: AbortSignal): Promise<Warehouse> {
  const ask: Warehouse['ask'] = async (text, parameters = []) => {
    const answer = await port.query(text, parameters, signal);
    if (answer.ok) return answer.value as never[];
    throw refusal(port.address, answer.failure);
  };
  await ask(`SET statement_timeout = '${STATEMENT_TIMEOUT}'`);
  await ask(`SET lock_timeout = '${LOCK_TIMEOUT}'`);
  return { ask };
}

/** PostgreSQL's message names columns and constraints; a detail, which could quote a row, is not taken. */
function refusal(address: string, { code, message }: { code: string; message: string }): CliError {
  const rights = code === '42501';
  const locked = code === '55P03';
  return new CliError(`warehouse.${rights ? 'rights' : locked ? 'locked' : 'refused'}`, WHAT(address), {
    seen: `${code} ${message}`,
    needed: rights
      ? 'The right for the user of WAREHOUSE_USER.'
      : locked
        ? 'Nobody who holds the table or its rows for seconds. Try again in a minute.'
        : 'A warehouse that answers the user of WAREHOUSE_USER.',
    commands: ['clinicmaster-cdc central init   # checks it, and changes nothing that fits'],
    who: rights ? 'dba' : 'central-team',
  });
}

const WHAT = (address: string) => `The warehouse at ${address} did not take a statement.`;
