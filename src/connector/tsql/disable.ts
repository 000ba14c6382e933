import { HEARTBEAT_TABLE, MADE_TABLE, OWN_SCHEMA, READER_ROLE, SIGNAL_TABLE } from '../own-schema.ts';
import { includes, qualified } from '../table-selection.ts';
import { isOwner, userName } from './access.ts';
import { block, type SqlBatch, use } from './batch.ts';
import { hasScriptableName, POLITE } from './capture.ts';
import type { SqlPlan } from './enable.ts';
import type { CaptureInstance, DatabaseFacts, TableFacts } from './facts.ts';
import { bracketed, bracketedPair, isScriptable, quoted, sourceTable } from './quote.ts';
import { rolesOf } from './rights.ts';
import type { DatabaseWish } from './wish.ts';

const COST_OF_CAPTURE = 'A short lock on the table. Its captured changes are lost.';

/**
 * Takes back what `sql enable` has made, in the reverse order: what the record of our own schema names, and what bears
 * our names. @param everything also what others may use by now
 */
export function disablePlan(wish: DatabaseWish, facts: DatabaseFacts, everything: boolean): SqlPlan {
  const notes: string[] = [];
  const took = (what: string) => everything || facts.made?.includes(what) === true;
  const foreign = foreignInstances(wish, facts);
  const batches: SqlBatch[] = [];

  if (facts.cdc !== false) {
    batches.push(...ourInstances(wish, facts));
    const before = facts.made !== null && !took('cdc');
    if (everything || (foreign.length === 0 && !before)) batches.push(cdcOff(wish, everything));
    else if (foreign.length === 0) {
      notes.push('Change data capture stays on for the database: it was on before. --all turns it off.');
    } else {
      notes.push(
        `Change data capture stays on for the database: someone else captures ${foreign.join(', ')}. --all turns it off nevertheless.`,
      );
    }
  }
  if (facts.snapshotIsolation !== 'OFF') {
    if (took('snapshot-isolation')) batches.push(isolationOff(wish));
    else
      notes.push(
        'Snapshot isolation stays allowed: it is not on record as turned on here. --all turns it off.',
      );
  }
  batches.push(...serverRights(wish, facts, took));
  batches.push(...accessOff(wish, facts, took, notes));
  batches.push(...ownSchemaOff(wish, facts));
  return { batches, notes };
}

function isOurs(wish: DatabaseWish): (table: TableFacts, instance: CaptureInstance) => boolean {
  const wanted = includes(wish.tableIncludeList);
  // Tables that a DBA captured after the advice of doctor carry no role, but they are on the list.
  return (table, { name, role }) =>
    isScriptable(name) &&
    hasScriptableName(table) &&
    (role === READER_ROLE || table.schema === OWN_SCHEMA || (role === null && wanted(table)));
}

function foreignInstances(wish: DatabaseWish, facts: DatabaseFacts): string[] {
  const ours = isOurs(wish);
  return (facts.tables ?? []).flatMap((table) =>
    (table.instances ?? []).filter((one) => !ours(table, one)).map(({ name }) => name),
  );
}

function ourInstances(wish: DatabaseWish, facts: DatabaseFacts): SqlBatch[] {
  const ours = isOurs(wish);
  return (facts.tables ?? [])
    .toSorted((a, b) => qualified(a).localeCompare(qualified(b), 'en'))
    .flatMap((table) =>
      (table.instances ?? []).filter((one) => ours(table, one)).map((one) => instanceOff(wish, table, one)),
    );
}

function instanceOff(wish: DatabaseWish, table: TableFacts, instance: CaptureInstance): SqlBatch {
  return {
    id: `release ${instance.name}`,
    title: `Stop capturing ${qualified(table)}`,
    cost: COST_OF_CAPTURE,
    undo: 'sql enable; the table has to be copied again.',
    sql: [
      use(wish.database),
      POLITE,
      "IF OBJECT_ID(N'cdc.change_tables') IS NOT NULL",
      `    IF EXISTS (SELECT 1 FROM cdc.change_tables WHERE capture_instance = ${quoted(instance.name)})`,
      `        EXEC sys.sp_cdc_disable_table ${sourceTable(table)},`,
      `            @capture_instance = ${quoted(instance.name)};`,
    ].join('\n'),
  };
}

function cdcOff(wish: DatabaseWish, everything: boolean): SqlBatch {
  return {
    id: 'database-off',
    title: 'Turn change data capture off for the database',
    cost: 'All captured changes, the jobs, the schema and the user cdc are gone. Readers are cut off.',
    undo: 'sql enable; everything has to be copied again.',
    sql: [
      use(wish.database),
      POLITE,
      'IF (SELECT is_cdc_enabled FROM sys.databases WHERE database_id = DB_ID()) = 1',
      // A table that the asker could not see may be captured by someone else.
      ...(everything ? [] : ['    IF NOT EXISTS (SELECT 1 FROM cdc.change_tables)']),
      `${everything ? '' : '    '}    EXEC sys.sp_cdc_disable_db;`,
    ].join('\n'),
  };
}

function isolationOff(wish: DatabaseWish): SqlBatch {
  return {
    id: 'snapshot-isolation-off',
    title: 'Forbid snapshot isolation again',
    cost: 'Waits until the transactions of this moment have ended. A program that reads with snapshot isolation fails from then on.',
    undo: `ALTER DATABASE ${bracketed(wish.database)} SET ALLOW_SNAPSHOT_ISOLATION ON;`,
    sql: [
      use(wish.database),
      'IF (SELECT snapshot_isolation_state FROM sys.databases WHERE database_id = DB_ID()) = 1',
      `    ALTER DATABASE ${bracketed(wish.database)} SET ALLOW_SNAPSHOT_ISOLATION OFF;`,
    ].join('\n'),
  };
}

function serverRights(wish: DatabaseWish, facts: DatabaseFacts, took: (what: string) => boolean): SqlBatch[] {
  const login = bracketed(wish.login);
  const batches: SqlBatch[] = [];
  const server = (facts.monitoring?.server ?? []).filter(took);
  if (server.length > 0) {
    batches.push({
      id: 'server-state-off',
      title: `Take the view of the server from ${wish.login}`,
      cost: 'None.',
      undo: server.map((permission) => `GRANT ${permission} TO ${login};`).join(' '),
      sql: ['USE [master];', ...server.map((permission) => `REVOKE ${permission} TO ${login};`)].join('\n'),
    });
  }
  if (facts.monitoring?.msdbUser === true && took('msdb-user')) {
    batches.push({
      id: 'msdb-off',
      title: `Take ${wish.login} out of msdb`,
      cost: 'None.',
      undo: 'sql enable --monitoring',
      sql: ['USE [msdb];', `IF USER_ID(${quoted(wish.login)}) IS NOT NULL`, `    DROP USER ${login};`].join(
        '\n',
      ),
    });
  }
  return batches;
}

function accessOff(
  wish: DatabaseWish,
  facts: DatabaseFacts,
  took: (what: string) => boolean,
  notes: string[],
): SqlBatch[] {
  const user = userName(wish, facts);
  const batches: SqlBatch[] = [...roleOff(wish, facts), ...gatesOff(wish, facts, user)];
  if (isOwner(facts)) return batches;
  if (facts.user !== null || facts.principals.some(({ name }) => name === wish.login)) {
    if (took('user')) {
      batches.push({
        id: 'user-off',
        title: `Take ${user} out of the database`,
        cost: 'The connector can no longer come in.',
        undo: `CREATE USER ${bracketed(user)} FOR LOGIN ${bracketed(wish.login)};`,
        sql: [
          use(wish.database),
          `IF USER_ID(${quoted(user)}) IS NOT NULL`,
          `    DROP USER ${bracketed(user)};`,
        ].join('\n'),
      });
    } else notes.push(`The user ${user} stays: it is not on record as made here. --all drops it.`);
  }
  if (facts.login.exists !== false) {
    if (took('login')) {
      batches.push({
        id: 'login-off',
        title: `Drop the login ${wish.login}`,
        cost: 'Fails while the login is connected (error 15434): stop the connector first.',
        undo: 'sql enable makes it again, with a password that you give.',
        sql: [
          use(wish.database),
          `IF SUSER_ID(${quoted(wish.login)}) IS NOT NULL`,
          `    DROP LOGIN ${bracketed(wish.login)};`,
        ].join('\n'),
      });
    } else notes.push(`The login ${wish.login} stays: it is not on record as made here. --all drops it.`);
  }
  return batches;
}

function roleOff(wish: DatabaseWish, facts: DatabaseFacts): SqlBatch[] {
  const role = facts.principals.find(({ name, type }) => name === READER_ROLE && type === 'R');
  if (role === undefined) return [];
  const members = facts.members
    .filter((row) => row.role_principal_id === role.principal_id)
    .map((row) => facts.principals.find((one) => one.principal_id === row.member_principal_id)?.name)
    .filter((name): name is string => name !== undefined && isScriptable(name));
  return [
    {
      id: 'role-off',
      title: `Drop the role ${READER_ROLE}, and with it the rights`,
      cost: 'The connector can no longer read.',
      undo: 'sql grant',
      sql: [
        use(wish.database),
        `IF DATABASE_PRINCIPAL_ID(${quoted(READER_ROLE)}) IS NOT NULL`,
        block([
          ...members.map(
            (name) => `    ALTER ROLE ${bracketed(READER_ROLE)} DROP MEMBER ${bracketed(name)};`,
          ),
          `    DROP ROLE ${bracketed(READER_ROLE)};`,
        ]),
      ].join('\n'),
    },
  ];
}

function gatesOff(wish: DatabaseWish, facts: DatabaseFacts, user: string): SqlBatch[] {
  const id = facts.principals.find(({ name }) => name === user)?.principal_id;
  const held = id === undefined ? new Set<number>() : rolesOf(id, facts.members);
  return (facts.made ?? [])
    .filter((what) => what.startsWith('member of '))
    .map((what) => what.slice('member of '.length))
    .filter(isScriptable)
    .filter((role) => facts.principals.some((one) => one.name === role && held.has(one.principal_id)))
    .map((role) => ({
      id: `gate-off ${role}`,
      title: `Take ${user} out of ${role}`,
      cost: 'None.',
      undo: `ALTER ROLE ${bracketed(role)} ADD MEMBER ${bracketed(user)};`,
      sql: `${use(wish.database)}\nALTER ROLE ${bracketed(role)} DROP MEMBER ${bracketed(user)};`,
    }));
}

/** Last of all, because its record says what else is ours. */
function ownSchemaOff(wish: DatabaseWish, facts: DatabaseFacts): SqlBatch[] {
  if (!facts.schemas.some(({ name }) => name === OWN_SCHEMA)) return [];
  return [
    {
      id: 'schema-off',
      title: `Drop the schema ${OWN_SCHEMA} with its tables`,
      cost: 'The record of what was made here is gone.',
      undo: 'sql enable',
      sql: [
        use(wish.database),
        ...[SIGNAL_TABLE, HEARTBEAT_TABLE, MADE_TABLE].map(
          (name) => `DROP TABLE IF EXISTS ${bracketedPair(OWN_SCHEMA, name)};`,
        ),
        `IF SCHEMA_ID(${quoted(OWN_SCHEMA)}) IS NOT NULL`,
        `    DROP SCHEMA ${bracketed(OWN_SCHEMA)};`,
      ].join('\n'),
    },
  ];
}
