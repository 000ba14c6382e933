import { READER_ROLE } from '../own-schema.ts';
import {
  block,
  PASSWORD_PLACEHOLDER,
  remember,
  rememberIf,
  type SqlBatch,
  use,
  whenPasswordGiven,
} from './batch.ts';
import type { DatabaseFacts } from './facts.ts';
import { bracketed, quoted } from './quote.ts';
import type { DatabaseWish } from './wish.ts';

/** An owner of the database and a sysadmin are let in as dbo, who cannot be put into a role. */
export function isOwner(facts: DatabaseFacts): boolean {
  return facts.user === 'dbo' || facts.login.sysadmin;
}

/** The connector's user in the database. */
export function userName(wish: DatabaseWish, facts: DatabaseFacts): string {
  return facts.user ?? wish.login;
}

/** CREATE LOGIN, where there is none. */
export function loginBatches(wish: DatabaseWish, facts: DatabaseFacts): SqlBatch[] {
  if (facts.login.exists === true) return [];
  const login = bracketed(wish.login);
  const create = block([
    `    CREATE LOGIN ${login} WITH PASSWORD = N'${PASSWORD_PLACEHOLDER}', CHECK_POLICY = ON,`,
    `        CHECK_EXPIRATION = OFF, DEFAULT_DATABASE = ${bracketed(wish.database)};`,
    ...rememberIf(`SUSER_ID(${quoted(wish.login)}) IS NOT NULL`, 'login', wish.ownSchema),
  ]);
  return [
    {
      id: 'login',
      title: `Make the login ${wish.login}`,
      cost: 'None. The login may do nothing until it is given rights below.',
      undo: `DROP LOGIN ${login};`,
      sql: [use(wish.database), `IF SUSER_ID(${quoted(wish.login)}) IS NULL`, whenPasswordGiven(create)].join(
        '\n',
      ),
    },
  ];
}

/** The login's user in the database, and its place in our role. */
export function userBatches(wish: DatabaseWish, facts: DatabaseFacts): SqlBatch[] {
  if (isOwner(facts)) return [];
  return [...databaseUser(wish, facts), ...readerRole(wish, facts)];
}

function databaseUser(wish: DatabaseWish, facts: DatabaseFacts): SqlBatch[] {
  if (facts.user !== null) return [];
  const name = bracketed(wish.login);
  return [
    {
      id: 'user',
      title: `Let ${wish.login} into the database`,
      cost: 'None.',
      undo: `USE ${bracketed(wish.database)}; DROP USER ${name};`,
      sql: [
        use(wish.database),
        `IF USER_ID(${quoted(wish.login)}) IS NULL`,
        block([`    CREATE USER ${name} FOR LOGIN ${name};`, ...remember('user', wish.ownSchema)]),
        // A restored database brings the user of another server's login along.
        `ELSE IF EXISTS (SELECT 1 FROM sys.database_principals WHERE name = ${quoted(wish.login)} AND sid <> SUSER_SID(${quoted(wish.login)}))`,
        `    ALTER USER ${name} WITH LOGIN = ${name};`,
      ]
        .join('\n')
        .replace('END;\nELSE', 'END\nELSE'),
    },
  ];
}

function readerRole(wish: DatabaseWish, facts: DatabaseFacts): SqlBatch[] {
  const user = userName(wish, facts);
  const role = facts.principals.find(({ name, type }) => name === READER_ROLE && type === 'R');
  const member = facts.principals.find(({ name }) => name === user);
  const isMember = facts.members.some(
    (row) => row.role_principal_id === role?.principal_id && row.member_principal_id === member?.principal_id,
  );
  if (isMember) return [];
  return [
    {
      id: 'role',
      title: `Make the role ${READER_ROLE} with ${user} in it`,
      cost: 'None. All rights below are given to the role, so that dropping it takes them all back.',
      undo: `ALTER ROLE ${bracketed(READER_ROLE)} DROP MEMBER ${bracketed(user)}; DROP ROLE ${bracketed(READER_ROLE)};`,
      sql: [
        use(wish.database),
        `IF DATABASE_PRINCIPAL_ID(${quoted(READER_ROLE)}) IS NULL`,
        `    CREATE ROLE ${bracketed(READER_ROLE)};`,
        `ALTER ROLE ${bracketed(READER_ROLE)} ADD MEMBER ${bracketed(user)};`,
      ].join('\n'),
    },
  ];
}
