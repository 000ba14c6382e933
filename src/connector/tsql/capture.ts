import { HEARTBEAT_TABLE, MADE_TABLE, OWN_SCHEMA, READER_ROLE, SIGNAL_TABLE } from '../own-schema.ts';
import { includes, isToolTable, qualified, type TableName } from '../table-selection.ts';
import { block, remember, rememberIf, type SqlBatch, use } from './batch.ts';
import type { DatabaseFacts, TableFacts } from './facts.ts';
import { bracketed, bracketedPair, isScriptable, quoted, sourceTable } from './quote.ts';
import type { DatabaseWish } from './wish.ts';

/** Longest name of a capture instance that sp_cdc_enable_table takes. */
export const LONGEST_INSTANCE = 100;
/** Milliseconds that a statement may wait for a lock before it gives up (error 1222). */
const LOCK_TIMEOUT_MS = 10_000;
/** Before a statement that takes locks: it must lose against the hospital's own work. */
export const POLITE = `SET LOCK_TIMEOUT ${LOCK_TIMEOUT_MS}; SET DEADLOCK_PRIORITY LOW;`;

const OWN_TABLES = [HEARTBEAT_TABLE, SIGNAL_TABLE] as const;

/** The tables on the include list that a script can capture, in their order; null when none could be seen. */
export function selectedTables(wish: DatabaseWish, facts: DatabaseFacts): TableFacts[] | null {
  return (
    listedTables(wish, facts)?.filter((table) => !table.uncapturable && hasScriptableName(table)) ?? null
  );
}

/** Every table on the include list. */
export function listedTables(wish: DatabaseWish, facts: DatabaseFacts): TableFacts[] | null {
  const wanted = includes(wish.tableIncludeList);
  const listed = facts.tables?.filter(
    (table) => wanted(table) && !isToolTable(table) && table.schema !== OWN_SCHEMA,
  );
  return listed?.sort((a, b) => qualified(a).localeCompare(qualified(b), 'en')) ?? null;
}

export function hasScriptableName({ schema, table }: TableName): boolean {
  return isScriptable(schema) && isScriptable(table);
}

/** A database whose owner is gone refuses change data capture (errors 15404, 15517 within 22830). */
export function ownerBatches(wish: DatabaseWish, facts: DatabaseFacts): SqlBatch[] {
  if (facts.hasOwner === true || facts.cdc === true) return [];
  return [
    {
      id: 'owner',
      title: 'Give the database an owner that exists on this server',
      cost: 'None. A database that was restored from another server keeps an owner that is not known here.',
      undo: 'ALTER AUTHORIZATION ON DATABASE::… TO [the former owner]; the former one does not exist here.',
      sql: [
        use(wish.database),
        'IF (SELECT SUSER_SNAME(owner_sid) FROM sys.databases WHERE database_id = DB_ID()) IS NULL',
        // A domain that does not answer hides the names of its logins, but those that are known here stay listed.
        '    AND NOT EXISTS (SELECT 1 FROM sys.server_principals AS p JOIN sys.databases AS d ON d.owner_sid = p.sid',
        '        WHERE d.database_id = DB_ID())',
        `    ALTER AUTHORIZATION ON DATABASE::${bracketed(wish.database)} TO ${bracketed(facts.saName)};`,
      ].join('\n'),
    },
  ];
}

/** Our own schema with the heartbeat, the signals and the record of what was made here. */
export function ownSchemaBatches(wish: DatabaseWish, facts: DatabaseFacts): SqlBatch[] {
  if (!wish.ownSchema) return [];
  const has = (table: string) =>
    facts.tables?.some((one) => one.schema === OWN_SCHEMA && one.table === table) === true;
  if ([...OWN_TABLES, MADE_TABLE].every(has)) return [];
  const table = (name: string) => bracketedPair(OWN_SCHEMA, name);
  const missing = (name: string) => `IF OBJECT_ID(${quoted(table(name))}) IS NULL`;
  const schema: SqlBatch = {
    id: 'schema',
    title: `Make the schema ${OWN_SCHEMA}`,
    cost: 'None. Nothing of ClinicMaster is touched.',
    undo: `DROP SCHEMA ${bracketed(OWN_SCHEMA)};`,
    sql: [
      use(wish.database),
      `IF SCHEMA_ID(${quoted(OWN_SCHEMA)}) IS NULL`,
      `    EXEC(${quoted(`CREATE SCHEMA ${bracketed(OWN_SCHEMA)} AUTHORIZATION [dbo]`)});`,
    ].join('\n'),
  };
  const tables: SqlBatch = {
    id: 'own-tables',
    title: 'Make its three small tables: the heartbeat, signals, and the record of what was made here',
    cost: 'A few kilobytes. The heartbeat row is updated every five minutes.',
    undo: [SIGNAL_TABLE, HEARTBEAT_TABLE, MADE_TABLE].map((name) => `DROP TABLE ${table(name)};`).join(' '),
    sql: [
      use(wish.database),
      missing(MADE_TABLE),
      `    CREATE TABLE ${table(MADE_TABLE)} (what nvarchar(128) NOT NULL CONSTRAINT PK_cm_made PRIMARY KEY,`,
      '        made_at datetime2(3) NOT NULL);',
      missing(HEARTBEAT_TABLE),
      block([
        `    CREATE TABLE ${table(HEARTBEAT_TABLE)} (id int NOT NULL CONSTRAINT PK_cm_heartbeat PRIMARY KEY,`,
        '        beat_no bigint NOT NULL, beat_at datetime2(3) NOT NULL);',
        `    INSERT INTO ${table(HEARTBEAT_TABLE)} (id, beat_no, beat_at) VALUES (1, 0, SYSUTCDATETIME());`,
      ]),
      missing(SIGNAL_TABLE),
      `    CREATE TABLE ${table(SIGNAL_TABLE)} (id varchar(42) NOT NULL CONSTRAINT PK_cm_signal PRIMARY KEY,`,
      '        type varchar(32) NOT NULL, data varchar(2048) NULL);',
    ].join('\n'),
  };
  return facts.schemas.some(({ name }) => name === OWN_SCHEMA) ? [tables] : [schema, tables];
}

/** Change data capture for the database as a whole. */
export function databaseBatches(wish: DatabaseWish, facts: DatabaseFacts): SqlBatch[] {
  if (facts.cdc === true) return [];
  return [
    {
      id: 'database',
      title: 'Turn change data capture on for the database',
      cost: 'Seconds; makes the schema and the user cdc. The transaction log keeps each change until the capture job has read it: SQL Server Agent must run.',
      undo: `USE ${bracketed(wish.database)}; EXEC sys.sp_cdc_disable_db;`,
      sql: [
        use(wish.database),
        POLITE,
        'IF (SELECT is_cdc_enabled FROM sys.databases WHERE database_id = DB_ID()) = 0',
        block([
          '    EXEC sys.sp_cdc_enable_db;',
          ...rememberIf(
            '(SELECT is_cdc_enabled FROM sys.databases WHERE database_id = DB_ID()) = 1',
            'cdc',
            wish.ownSchema,
          ),
        ]),
      ].join('\n'),
    },
  ];
}

/** One batch for each table that is not captured yet: our own two, then those on the include list. */
export function tableBatches(wish: DatabaseWish, facts: DatabaseFacts): SqlBatch[] {
  const captured = (table: TableName) =>
    facts.tables?.some((one) => one.captured && qualified(one) === qualified(table)) === true;
  const own = wish.ownSchema ? OWN_TABLES.map((table) => ({ schema: OWN_SCHEMA, table })) : [];
  return [...own, ...(selectedTables(wish, facts) ?? [])]
    .filter((table) => !captured(table))
    .map((table) => tableBatch(wish, table));
}

function tableBatch(wish: DatabaseWish, name: TableName): SqlBatch {
  const { schema, table } = name;
  const instance = instanceName(schema, table);
  const named = sourceTable(name);
  return {
    id: `capture ${schema}.${table}`,
    title: `Capture ${schema}.${table}`,
    cost: 'A short lock on the table; gives up after 10 s (error 1222) instead of waiting. Each later change is written once more, into the change table.',
    undo: `EXEC sys.sp_cdc_disable_table ${named}, @capture_instance = ${quoted(instance)};`,
    sql: [
      use(wish.database),
      POLITE,
      `IF NOT EXISTS (SELECT 1 FROM cdc.change_tables WHERE source_object_id = OBJECT_ID(${quoted(bracketedPair(schema, table))}))`,
      `    EXEC sys.sp_cdc_enable_table ${named},`,
      `        @capture_instance = ${quoted(instance)}, @role_name = ${quoted(READER_ROLE)},`,
      '        @supports_net_changes = 0;',
    ].join('\n'),
  };
}

/** SQL Server's own default, `schema_table`; cut and marked where that is too long. */
export function instanceName(schema: string, table: string): string {
  const usual = `${schema}_${table}`;
  if (usual.length <= LONGEST_INSTANCE) return usual;
  let hash = 0;
  for (const char of usual) hash = (Math.imul(hash, 31) + (char.codePointAt(0) ?? 0)) >>> 0;
  return `${usual.slice(0, LONGEST_INSTANCE - 9)}_${hash.toString(16).padStart(8, '0')}`;
}

/** The two jobs, and for how long changes are kept. */
export function jobBatches(wish: DatabaseWish, facts: DatabaseFacts): SqlBatch[] {
  const batches: SqlBatch[] = [];
  // Before the first table of a server its msdb has no cdc_jobs: nothing can be said of it then.
  if (facts.cdc !== true && tableBatches(wish, facts).length === 0) return batches;
  // Jobs come with the first table; where CDC is on and one is missing, the database was restored or moved.
  for (const type of ['capture', 'cleanup'] as const) {
    const there = type === 'capture' ? facts.jobs?.capture : facts.jobs?.retention !== null;
    if (facts.cdc === true && facts.jobs !== null && !there) batches.push(jobBatch(wish, type));
  }
  const kept = facts.jobs?.retention ?? null;
  // Whoever may not see the jobs may see that an earlier run has set them.
  const noted = facts.cdc === true && facts.jobs === null && facts.made?.includes('retention') === true;
  if (!noted && (kept === null || kept < wish.enoughRetention)) batches.push(retentionBatch(wish));
  return batches;
}

function jobBatch(wish: DatabaseWish, type: 'capture' | 'cleanup'): SqlBatch {
  return {
    id: `${type} job`,
    title: `Make the ${type} job`,
    cost: type === 'capture' ? 'Reads the transaction log all the time.' : 'Deletes old changes at night.',
    undo: `EXEC sys.sp_cdc_drop_job @job_type = N'${type}';`,
    sql: [
      use(wish.database),
      `IF NOT EXISTS (SELECT 1 FROM msdb.dbo.cdc_jobs WHERE database_id = DB_ID() AND job_type = N'${type}')`,
      // With no table captured there is nothing to make a job for: the first table brings both.
      '    AND EXISTS (SELECT 1 FROM cdc.change_tables)',
      `    EXEC sys.sp_cdc_add_job @job_type = N'${type}';`,
    ].join('\n'),
  };
}

function retentionBatch(wish: DatabaseWish): SqlBatch {
  const days = Math.round(wish.retention / 60 / 24);
  const job = `SELECT 1 FROM msdb.dbo.cdc_jobs WHERE database_id = DB_ID() AND job_type = N'cleanup'`;
  return {
    id: 'retention',
    title: `Keep captured changes for ${days} days`,
    cost: 'Disk: the change tables hold that many days of changes. An outage that lasts longer loses changes.',
    undo: `EXEC sys.sp_cdc_change_job @job_type = N'cleanup', @retention = 4320;`,
    sql: [
      use(wish.database),
      `IF EXISTS (${job} AND retention < ${wish.enoughRetention})`,
      `    EXEC sys.sp_cdc_change_job @job_type = N'cleanup', @retention = ${wish.retention};`,
      ...(wish.ownSchema
        ? [`IF EXISTS (${job} AND retention >= ${wish.enoughRetention})`, block(remember('retention', true))]
        : []),
    ].join('\n'),
  };
}

/** ALLOW_SNAPSHOT_ISOLATION, where the first copy is to take no locks. */
export function isolationBatches(wish: DatabaseWish, facts: DatabaseFacts): SqlBatch[] {
  if (!wish.snapshotIsolation || facts.snapshotIsolation?.endsWith('ON')) return [];
  const alter = `ALTER DATABASE ${bracketed(wish.database)} SET ALLOW_SNAPSHOT_ISOLATION`;
  return [
    {
      id: 'snapshot-isolation',
      title: 'Let the first copy read without locks',
      cost: 'Waits until the transactions of this moment have ended, and blocks none. 14 bytes for each changed row; old versions stand in tempdb while a copy runs. ClinicMaster works as before.',
      undo: `${alter} OFF;`,
      sql: [
        use(wish.database),
        'IF (SELECT snapshot_isolation_state FROM sys.databases WHERE database_id = DB_ID()) = 0',
        block([`    ${alter} ON;`, ...remember('snapshot-isolation', wish.ownSchema)]),
      ].join('\n'),
    },
  ];
}

/** The first beat: Debezium's own heartbeat begins only after a first change (domain: S8). */
export function primeBatches(wish: DatabaseWish, facts: DatabaseFacts): SqlBatch[] {
  if (!wish.ownSchema || (facts.beats !== null && facts.beats > 0)) return [];
  const table = bracketedPair(OWN_SCHEMA, HEARTBEAT_TABLE);
  return [
    {
      id: 'first-beat',
      title: 'Beat once, so that there is a first change',
      cost: 'One row.',
      undo: 'Nothing to undo.',
      sql: [
        use(wish.database),
        `UPDATE ${table} SET beat_no = beat_no + 1, beat_at = SYSUTCDATETIME() WHERE id = 1 AND beat_no = 0;`,
      ].join('\n'),
    },
  ];
}
