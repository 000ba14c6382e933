import pg from 'pg';
import { toTsqlError } from '../../tsql/errors/from-postgres.ts';
import { TsqlError } from '../../types.ts';
import type { SessionContext } from './context.ts';
import { errorNames } from './error-names.ts';

const { DatabaseError } = pg;

/**
 * Errors after which SQL Server gives up the rest of the batch: names that do not resolve, conversions, deadlock victims,
 * objects that exist already. After the others (constraint violations, truncation, overflow, refusals) it goes on.
 */
const BATCH_ENDING = new Set([
  102, 137, 156, 195, 201, 206, 207, 208, 209, 226, 241, 242, 245, 260, 295, 402, 911, 916, 1205, 1801, 2714,
  3960, 4104, 4121, 8114, 8144, 8145, 8169,
]);

const FATAL_CLASS = 17;

export function endsBatch(error: TsqlError): boolean {
  return error.severity >= FATAL_CLASS || BATCH_ENDING.has(error.number) || error instanceof ThrownError;
}

/** A deadlock victim or a lost update under snapshot isolation loses its whole transaction. */
export function undoesTransaction(error: TsqlError): boolean {
  return error.number === 1205 || error.number === 3960;
}

/** THROW: ends the batch whatever its number is. */
export class ThrownError extends TsqlError {}

/**
 * The T-SQL error for what a statement threw: PostgreSQL's errors are translated, anything else is a bug and thrown on.
 * @param verb the statement's word in upper case, for messages such as `INSERT fails.`
 */
export function asTsqlError(thrown: unknown, context: SessionContext, verb: string): TsqlError {
  if (thrown instanceof TsqlError) return thrown;
  if (thrown instanceof DatabaseError) return toTsqlError(thrown, errorNames(context.catalogue, verb));
  throw thrown;
}
