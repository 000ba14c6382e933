import { PASSWORD_PLACEHOLDER, type SqlBatch, whenPasswordGiven } from './batch.ts';
import { bracketed } from './quote.ts';

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
