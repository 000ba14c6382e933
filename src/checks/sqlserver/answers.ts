import type { SqlFailure } from '../../adapters/sqlserver-port.ts';
import { failureText } from '../../connector/sql-failure.ts';
import type { Verdict } from '../types.ts';
import { unknown } from '../verdicts.ts';

export { bracketed, quoted } from '../../connector/tsql/quote.ts';

/** SQL Server's numbers for "this login may not": permission on an object, on a database, on the server, to see it. */
const NO_RIGHT = new Set([229, 230, 262, 297, 300, 371, 916]);

/** True when the failure is a missing right, which says nothing about the thing that was asked after. */
export function isMissingRight(failure: SqlFailure): boolean {
  return failure.kind === 'sql' && (failure.numbers ?? []).some((number) => NO_RIGHT.has(number));
}

/**
 * The verdict for a question that SQL Server did not answer: cannot tell, and what would make it tell.
 * @param id of the check
 * @param grant T-SQL that gives the login the right to look
 */
export function cannotTell(id: string, failure: SqlFailure, grant: readonly string[] = []): Verdict {
  const current = failureText(failure);
  if (isMissingRight(failure) && grant.length > 0) {
    return unknown(`${id}-no-right`, 'The login may not look.', {
      current,
      required: 'A right to look, which changes nothing else.',
      remedy: { text: 'Give the login the right to look, then run this again.', sql: grant, who: 'dba' },
    });
  }
  if (failure.kind === 'timeout' || failure.number === 1222 || failure.number === 1205) {
    return unknown(`${id}-busy`, 'SQL Server was too busy to answer.', {
      current,
      remedy: { text: 'Run it again in a few minutes.', who: 'you' },
    });
  }
  return unknown(`${id}-unanswered`, 'SQL Server did not answer the question.', {
    current,
    remedy: { text: 'Show this line to the DBA.', who: 'dba' },
  });
}
