import { TsqlError } from '../types.ts';

/**
 * The error for T-SQL that is right on SQL Server but unknown here. Numbers 40510 and 40517 are the ones by which
 * SQL Server editions refuse a statement or an option that they lack.
 */
export function unsupportedStatement(what: string): TsqlError {
  return new TsqlError(40510, `Statement '${what}' is not supported by this stand-in of SQL Server.`);
}

/** As {@link unsupportedStatement}, for a clause, function, type or option. */
export function unsupported(what: string): TsqlError {
  return new TsqlError(
    40517,
    `Keyword or statement option '${what}' is not supported by this stand-in of SQL Server.`,
  );
}
