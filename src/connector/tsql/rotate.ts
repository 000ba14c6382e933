import { PASSWORD_PLACEHOLDER, type SqlBatch, whenPasswordGiven } from './batch.ts';
import { bracketed, quoted } from './quote.ts';

/** A new password for the connector's login. */
export function rotateBatch(login: string): SqlBatch {
  return {
    id: 'password',
    title: `Give the login ${login} a new password`,
    cost: 'Connections that are open go on; every new one needs the new password.',
    undo: 'The same with the former password.',
    sql: [
      'USE [master];',
      whenPasswordGiven(`    ALTER LOGIN ${bracketed(login)} WITH PASSWORD = N'${PASSWORD_PLACEHOLDER}';`),
    ].join('\n'),
  };
}

/**
 * The login changes its own password; it needs no right for that but the former one (domain.md P6).
 * @returns a statement that holds both: never shown, never written anywhere
 */
export function ownPassword(login: string, next: string, former: string): string {
  return `ALTER LOGIN ${bracketed(login)} WITH PASSWORD = ${quoted(next)} OLD_PASSWORD = ${quoted(former)};`;
}

/** Error numbers of ALTER LOGIN about the new password itself, in words. */
export const PASSWORD_REFUSED: Readonly<Record<number, string>> = {
  15114: 'the present one was set too recently (minimum age of the password policy)',
  15115: 'it was used before (history of the password policy)',
  15116: 'it is too short for the password policy',
  15117: 'it is too long for the password policy',
  15118: 'it is not complex enough for the password policy',
};
