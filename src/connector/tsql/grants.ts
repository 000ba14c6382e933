import { HEARTBEAT_TABLE, MADE_TABLE, OWN_SCHEMA, READER_ROLE, SIGNAL_TABLE } from '../own-schema.ts';
import { isOwner, userName } from './access.ts';
import { remember, type SqlBatch, use } from './batch.ts';
import { selectedTables } from './capture.ts';
import type { DatabaseFacts } from './facts.ts';
import { bracketed, bracketedPair, isScriptable, quoted } from './quote.ts';
import { rightsOf, rolesOf, type Securable } from './rights.ts';
import type { DatabaseWish } from './wish.ts';

/** From 2022 on the state permissions are split, and the narrower ones do. */
const SPLIT_STATE_MAJOR = 16;
/** Tables of msdb that tell how jobs and restores went. */
export const MSDB_TABLES = [
  'cdc_jobs',
  'sysjobs',
  'sysjobactivity',
  'sysjobhistory',
  'restorehistory',
] as const;

interface Wanted {
  permissions: readonly string[];
  /** As it stands after ON; empty for the database. */
  on: string;
  /** Null: not seen, so the right cannot have been seen either. */
  securable: Securable | null;
}

function isSplit(facts: DatabaseFacts): boolean {
  return (facts.server?.major ?? 0) >= SPLIT_STATE_MAJOR;
}

/** What the connector's login lacks of what it needs, granted to our role. */
export function grantBatches(wish: DatabaseWish, facts: DatabaseFacts, cdcComes: boolean): SqlBatch[] {
  if (isOwner(facts)) return [];
  const user = facts.principals.find(({ name }) => name === userName(wish, facts));
  const holds =
    user === undefined ? () => false : rightsOf(user.principal_id, facts.members, facts.permissions);
  const missing = wantedRights(wish, facts, cdcComes)
    .map((wanted) => ({
      ...wanted,
      permissions: wanted.permissions.filter(
        (permission) => wanted.securable === null || !holds(permission, wanted.securable),
      ),
    }))
    .filter(({ permissions }) => permissions.length > 0);
  const grants: SqlBatch[] =
    missing.length === 0
      ? []
      : [
          {
            id: 'grants',
            title: `Give ${READER_ROLE} the rights to read`,
            cost: 'None. Nothing of ClinicMaster can be changed with them, and no table is opened that is not streamed.',
            undo: `DROP ROLE ${bracketed(READER_ROLE)}; takes them all back.`,
            sql: [
              use(wish.database),
              ...missing.map(
                ({ permissions, on }) =>
                  `GRANT ${permissions.join(', ')}${on === '' ? '' : ` ON ${on}`} TO ${bracketed(READER_ROLE)};`,
              ),
            ].join('\n'),
          },
        ];
  return [...grants, ...gateBatches(wish, facts)];
}

function wantedRights(wish: DatabaseWish, facts: DatabaseFacts, cdcComes: boolean): Wanted[] {
  const tables = selectedTables(wish, facts) ?? [];
  const schemaNames = tables.length === 0 ? ['dbo'] : [...new Set(tables.map(({ schema }) => schema))];
  const schemaRight = (permission: string, name: string): Wanted => {
    const schema = facts.schemas.find((one) => one.name === name);
    return {
      permissions: [permission],
      on: `SCHEMA::${bracketed(name)}`,
      securable: schema === undefined ? null : { kind: 'schema', id: schema.id },
    };
  };
  const state = isSplit(facts) ? 'VIEW DATABASE PERFORMANCE STATE' : 'VIEW DATABASE STATE';
  return [
    ...tables.map((table) => objectRight(facts, table.schema, table.table, ['SELECT'])),
    ...schemaNames.map((name) => schemaRight('VIEW DEFINITION', name)),
    { permissions: [state], on: '', securable: { kind: 'database' } },
    ...(cdcComes || facts.cdc === true ? [schemaRight('SELECT', 'cdc')] : []),
    ...(wish.ownSchema
      ? [
          objectRight(facts, OWN_SCHEMA, HEARTBEAT_TABLE, ['SELECT', 'UPDATE']),
          objectRight(facts, OWN_SCHEMA, SIGNAL_TABLE, ['SELECT', 'INSERT', 'DELETE']),
          objectRight(facts, OWN_SCHEMA, MADE_TABLE, ['SELECT']),
        ]
      : []),
  ];
}

function objectRight(
  facts: DatabaseFacts,
  schema: string,
  name: string,
  permissions: readonly string[],
): Wanted {
  const seen = facts.tables?.find((one) => one.schema === schema && one.table === name);
  return {
    permissions,
    on: `OBJECT::${bracketedPair(schema, name)}`,
    securable: seen === undefined ? null : { kind: 'object', id: seen.objectId, schemaId: seen.schemaId },
  };
}

/** Tables that were captured by someone else may be guarded by a role of their own. */
function gateBatches(wish: DatabaseWish, facts: DatabaseFacts): SqlBatch[] {
  const user = userName(wish, facts);
  const id = facts.principals.find(({ name }) => name === user)?.principal_id;
  const held = id === undefined ? new Set<number>() : rolesOf(id, facts.members);
  const roles = new Set<string>();
  for (const table of selectedTables(wish, facts) ?? []) {
    for (const { role } of table.instances ?? []) {
      const roleId = facts.principals.find(({ name }) => name === role)?.principal_id;
      if (
        role !== null &&
        isScriptable(role) &&
        role !== READER_ROLE &&
        !(roleId !== undefined && held.has(roleId))
      )
        roles.add(role);
    }
  }
  return [...roles].sort().map((role) => ({
    id: `gate ${role}`,
    title: `Put ${user} into ${role}, which guards changes that were captured before`,
    cost: 'None.',
    undo: `ALTER ROLE ${bracketed(role)} DROP MEMBER ${bracketed(user)};`,
    sql: [
      use(wish.database),
      `ALTER ROLE ${bracketed(role)} ADD MEMBER ${bracketed(user)};`,
      ...remember(`member of ${role}`, wish.ownSchema).map((line) => line.slice(4)),
    ].join('\n'),
  }));
}

/** Server permissions of the monitoring tier, by version. */
function serverPermissions(facts: DatabaseFacts): readonly string[] {
  return isSplit(facts)
    ? ['VIEW SERVER PERFORMANCE STATE', 'VIEW SERVER SECURITY STATE']
    : ['VIEW SERVER STATE'];
}

/** The optional tier: the Agent's state, the jobs and how they went, the log scans. */
export function monitoringBatches(wish: DatabaseWish, facts: DatabaseFacts): SqlBatch[] {
  if (!wish.monitoring || facts.login.sysadmin) return [];
  const login = bracketed(wish.login);
  const seen = facts.monitoring;
  // VIEW SERVER STATE brings both halves of 2022 along.
  const server = serverPermissions(facts).filter(
    (permission) => !['VIEW SERVER STATE', permission].some((held) => seen?.server.includes(held)),
  );
  const tables = MSDB_TABLES.filter((table) => seen?.msdbTables.includes(table) !== true);
  const batches: SqlBatch[] = [];
  if (server.length > 0) {
    batches.push({
      id: 'server-state',
      title: `Let ${wish.login} see the state of the server`,
      cost: 'None. It shows sessions and services of the whole instance, and no data.',
      undo: server.map((permission) => `REVOKE ${permission} TO ${login};`).join(' '),
      sql: [
        'USE [master];',
        ...server.map((permission) => `GRANT ${permission} TO ${login};`),
        ...(wish.ownSchema ? [use(wish.database)] : []),
        ...server.flatMap((permission) => remember(permission, wish.ownSchema).map((line) => line.slice(4))),
      ].join('\n'),
    });
  }
  if (tables.length > 0) {
    const newUser = [
      `IF USER_ID(${quoted(wish.login)}) IS NULL`,
      `    CREATE USER ${login} FOR LOGIN ${login};`,
    ];
    batches.push({
      id: 'msdb',
      title: `Let ${wish.login} see how the jobs and restores went`,
      cost: 'None.',
      undo: `USE [msdb]; DROP USER ${login};`,
      sql: [
        'USE [msdb];',
        ...(seen?.msdbUser === true ? [] : newUser),
        ...tables.map((table) => `GRANT SELECT ON OBJECT::[dbo].${bracketed(table)} TO ${login};`),
        ...(wish.ownSchema && seen?.msdbUser !== true
          ? [use(wish.database), ...remember('msdb-user', true).map((line) => line.slice(4))]
          : []),
      ].join('\n'),
    });
  }
  return batches;
}
