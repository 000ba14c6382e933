import type { SqlFailure } from '../adapters/sqlserver-port.ts';

/** What SQL Server or its driver said, with the number by which a DBA finds it. */
export function failureText({ number, message }: Pick<SqlFailure, 'number' | 'message'>): string {
  return number === undefined ? message : `error ${number}: ${message}`;
}
