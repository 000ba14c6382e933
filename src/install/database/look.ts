import type { SqlAnswer, SqlFailure, SqlServerPort, SqlValue } from '../../adapters/sqlserver-port.ts';
import { HEARTBEAT_TABLE, MADE_TABLE, OWN_SCHEMA } from '../../connector/own-schema.ts';
import { failureText } from '../../connector/sql-failure.ts';
import { type DatabaseFacts, nothingSeen, type TableFacts } from '../../connector/tsql/facts.ts';
import { MSDB_TABLES } from '../../connector/tsql/grants.ts';
import { bracketed, bracketedPair } from '../../connector/tsql/quote.ts';
import type { MemberRow, PermissionRow, PrincipalRow } from '../../connector/tsql/rights.ts';

/** What was seen, by whom, and what was not. */
export interface Seen {
  facts: DatabaseFacts;
  /** Who looked: `sa (sysadmin)`. */
  asker: string;
  unseen: readonly string[];
}

const EXPRESS_EDITION = 4;
const SYSADMIN_ROLE_ID = 3;
const DBO_ID = 1;

type DatabaseRow = {
  version: string;
  edition: string;
  engine_edition: number;
  banner: string;
  name: string;
  cdc: boolean;
  snapshot: string;
  has_owner: number;
  sa_name: string | null;
  asker: string;
  asker_user: string;
  sysadmin: number | null;
  db_owner: number | null;
  view_definition: number | null;
};

/** Rows of every question of one look, and what could not be asked. */
class Questions {
  readonly unseen: string[] = [];
  readonly #sql: SqlServerPort;
  readonly #signal: AbortSignal;

  constructor(sql: SqlServerPort, signal: AbortSignal) {
    this.#sql = sql;
    this.#signal = signal;
  }

  /** Null where the answer was refused; `what` then counts as not seen. */
  async rows<Row extends Record<string, SqlValue>>(
    what: string,
    text: string,
    parameters: Record<string, string | number> = {},
  ): Promise<Row[] | null> {
    const answer: SqlAnswer<Row> = await this.#sql.query<Row>(text, parameters, this.#signal);
    if (answer.ok) return answer.value;
    this.unseen.push(`${what} (${failureText(answer.failure)})`);
    return null;
  }
}

/**
 * Looks at a database, changing nothing. Whoever asks, a question that is refused leaves a null and is named.
 * @param login the connector's login, which may be another one than the asker
 * @returns the failure of the first question when the server did not let the asker in
 */
export async function look(
  sql: SqlServerPort,
  login: string,
  monitoring: boolean,
  signal: AbortSignal,
): Promise<{ ok: true; value: Seen } | { ok: false; failure: SqlFailure }> {
  const first = await sql.query<DatabaseRow>(DATABASE, {}, signal);
  if (!first.ok) return first;
  const row = first.value[0];
  if (row === undefined)
    return { ok: false, failure: { kind: 'other', message: 'the database is not listed' } };
  const ask = new Questions(sql, signal);
  const facts = await everything(ask, row, login, monitoring);
  const powers =
    row.sysadmin === 1 ? 'sysadmin' : row.db_owner === 1 ? 'owner of the database' : 'limited rights';
  if (!seesAll(row)) {
    ask.unseen.push(
      `tables, users and roles that ${row.asker} has no right on: such a table is missing from this script (a DBA sees all: --dba-user)`,
    );
  }
  return { ok: true, value: { facts, asker: `${row.asker} (${powers})`, unseen: ask.unseen } };
}

function seesAll(row: DatabaseRow): boolean {
  return row.sysadmin === 1 || row.db_owner === 1 || row.view_definition === 1;
}

async function everything(
  ask: Questions,
  row: DatabaseRow,
  login: string,
  monitoring: boolean,
): Promise<DatabaseFacts> {
  const own = row.asker.toLowerCase() === login.toLowerCase();
  const principals = (await ask.rows<PrincipalRow>('users and roles', PRINCIPALS)) ?? [];
  const members = (await ask.rows<MemberRow>('who is in which role', MEMBERS)) ?? [];
  const permissions = (await ask.rows<PermissionRow>('rights in the database', PERMISSIONS)) ?? [];
  const schemas = (await ask.rows<{ id: number; name: string }>('schemas', SCHEMAS)) ?? [];
  const tables = await tableFacts(ask, row.cdc);
  const has = (table: string) =>
    tables?.some((one) => one.schema === OWN_SCHEMA && one.table === table) === true;
  const account = await loginFacts(ask, row, login, principals, own);
  return {
    ...nothingSeen(row.name),
    server: {
      version: row.version,
      major: Number(row.version.split('.')[0]),
      edition: row.edition,
      express: row.engine_edition === EXPRESS_EDITION,
      standIn: row.banner.includes('stand-in of clinicmaster-cdc'),
    },
    saName: row.sa_name ?? 'sa',
    hasOwner: row.has_owner === 1,
    cdc: row.cdc,
    snapshotIsolation: row.snapshot,
    ...account,
    principals,
    members,
    permissions,
    schemas,
    tables,
    jobs: row.cdc ? await jobs(ask) : null,
    beats: has(HEARTBEAT_TABLE) ? await beats(ask) : null,
    made: has(MADE_TABLE) ? await made(ask) : null,
    monitoring: monitoring ? await monitoringFacts(ask, login) : null,
  };
}

async function loginFacts(
  ask: Questions,
  row: DatabaseRow,
  login: string,
  principals: readonly PrincipalRow[],
  own: boolean,
): Promise<Pick<DatabaseFacts, 'login' | 'user' | 'orphaned'>> {
  if (own) {
    return { login: { exists: true, sysadmin: row.sysadmin === 1 }, user: row.asker_user, orphaned: false };
  }
  const rows = await ask.rows<{ sid: string; sysadmin: number }>(`the login ${login}`, LOGIN, { login });
  const found = rows?.[0];
  // Only who sees everything may conclude that there is no such login.
  const exists = found !== undefined ? true : rows !== null && row.sysadmin === 1 ? false : null;
  const byName = principals.find(
    ({ name, type }) => type === 'S' && name.toLowerCase() === login.toLowerCase(),
  );
  const bySid = principals.find(({ sid }) => sid !== null && sid === found?.sid);
  return {
    login: { exists, sysadmin: found?.sysadmin === 1 },
    user: bySid === undefined ? null : bySid.principal_id === DBO_ID ? 'dbo' : bySid.name,
    orphaned: bySid === undefined && byName !== undefined,
  };
}

type TableRow = {
  schema_name: string;
  table_name: string;
  object_id: number;
  schema_id: number;
  tracked: boolean;
  in_memory: boolean;
  columnstore: number;
};
type InstanceRow = { source_id: number; name: string; role: string | null };

async function tableFacts(ask: Questions, cdc: boolean): Promise<TableFacts[] | null> {
  const rows = await ask.rows<TableRow>('tables', TABLES);
  if (rows === null) return null;
  const instances = cdc ? await ask.rows<InstanceRow>('what is captured, in detail', INSTANCES) : [];
  return rows.map((row) => ({
    schema: row.schema_name,
    table: row.table_name,
    objectId: row.object_id,
    schemaId: row.schema_id,
    captured: row.tracked,
    instances:
      instances
        ?.filter(({ source_id }) => source_id === row.object_id)
        .map(({ name, role }) => ({ name, role })) ?? null,
    uncapturable: row.in_memory || row.columnstore > 0,
  }));
}

type JobRow = { job_type: string; retention: number | string | null };

async function jobs(ask: Questions): Promise<DatabaseFacts['jobs']> {
  const rows = await ask.rows<JobRow>('the capture and cleanup jobs', JOBS);
  if (rows === null) return null;
  const cleanup = rows.find(({ job_type }) => job_type === 'cleanup');
  return {
    capture: rows.some(({ job_type }) => job_type === 'capture'),
    retention: cleanup === undefined ? null : Number(cleanup.retention),
  };
}

async function beats(ask: Questions): Promise<number | null> {
  const rows = await ask.rows<{ beats: number | string }>(
    'the heartbeat row',
    `SELECT beat_no AS beats FROM ${bracketedPair(OWN_SCHEMA, HEARTBEAT_TABLE)} WHERE id = 1`,
  );
  return rows?.[0] === undefined ? null : Number(rows[0].beats);
}

async function made(ask: Questions): Promise<string[] | null> {
  const rows = await ask.rows<{ what: string }>(
    'the record of what was made here',
    `SELECT what FROM ${bracketedPair(OWN_SCHEMA, MADE_TABLE)}`,
  );
  return rows?.map(({ what }) => what) ?? null;
}

async function monitoringFacts(ask: Questions, login: string): Promise<DatabaseFacts['monitoring']> {
  const server = await ask.rows<{ permission: string }>('rights on the server', SERVER_RIGHTS, { login });
  const users = await ask.rows<{ id: number }>('the user in msdb', MSDB_USER, { login });
  const tables = await ask.rows<{ name: string }>('rights in msdb', MSDB_RIGHTS, { login });
  if (server === null && users === null && tables === null) return null;
  return {
    server: (server ?? []).map(({ permission }) => permission),
    msdbUser: (users ?? []).length > 0,
    msdbTables: (tables ?? [])
      .map(({ name }) => name)
      .filter((name) => (MSDB_TABLES as readonly string[]).includes(name)),
  };
}

const DATABASE = `SELECT CAST(SERVERPROPERTY('ProductVersion') AS nvarchar(128)) AS version,
         CAST(SERVERPROPERTY('Edition') AS nvarchar(128)) AS edition,
         CAST(SERVERPROPERTY('EngineEdition') AS int) AS engine_edition, @@VERSION AS banner,
         d.name AS name, d.is_cdc_enabled AS cdc, d.snapshot_isolation_state_desc AS snapshot,
         CASE WHEN SUSER_SNAME(d.owner_sid) IS NOT NULL THEN 1
              WHEN EXISTS (SELECT 1 FROM sys.server_principals AS p WHERE p.sid = d.owner_sid) THEN 1
              ELSE 0 END AS has_owner, SUSER_SNAME(0x01) AS sa_name,
         SUSER_SNAME() AS asker, USER_NAME() AS asker_user,
         IS_SRVROLEMEMBER('sysadmin') AS sysadmin, IS_ROLEMEMBER('db_owner') AS db_owner,
         HAS_PERMS_BY_NAME(DB_NAME(), 'DATABASE', 'VIEW DEFINITION') AS view_definition
  FROM sys.databases AS d WHERE d.database_id = DB_ID()`;
const PRINCIPALS = `SELECT principal_id, name, type, CONVERT(varchar(180), sid, 1) AS sid
  FROM sys.database_principals WHERE type IN ('S', 'R', 'U')`;
const MEMBERS = 'SELECT role_principal_id, member_principal_id FROM sys.database_role_members';
/** Objects of the system have negative ids. */
const PERMISSIONS = `SELECT class, major_id, grantee_principal_id, permission_name, state
  FROM sys.database_permissions WHERE class IN (0, 1, 3) AND minor_id = 0 AND major_id >= 0`;
const SCHEMAS = 'SELECT schema_id AS id, name FROM sys.schemas';
const LOGIN = `SELECT CONVERT(varchar(180), p.sid, 1) AS sid,
         (SELECT COUNT(*) FROM sys.server_role_members AS m
          WHERE m.member_principal_id = p.principal_id AND m.role_principal_id = ${SYSADMIN_ROLE_ID}) AS sysadmin
  FROM sys.server_principals AS p WHERE p.name = @login AND p.type = 'S'`;
const TABLES = `SELECT s.name AS schema_name, t.name AS table_name, t.object_id AS object_id, t.schema_id AS schema_id,
         t.is_tracked_by_cdc AS tracked, t.is_memory_optimized AS in_memory,
         (SELECT COUNT(*) FROM sys.indexes AS i WHERE i.object_id = t.object_id AND i.type = 5) AS columnstore
  FROM sys.tables AS t JOIN sys.schemas AS s ON s.schema_id = t.schema_id
  WHERE t.is_ms_shipped = 0 AND s.name <> N'cdc'`;
const INSTANCES = `SELECT source_object_id AS source_id, capture_instance AS name, role_name AS role
  FROM cdc.change_tables`;
const JOBS = `SELECT job_type, retention FROM msdb.dbo.cdc_jobs WHERE database_id = DB_ID()`;
const SERVER_RIGHTS = `SELECT s.permission_name AS permission FROM sys.server_permissions AS s
  JOIN sys.server_principals AS p ON p.principal_id = s.grantee_principal_id
  WHERE p.name = @login AND s.state IN ('G', 'W') AND s.permission_name LIKE 'VIEW SERVER%'`;
const MSDB_USER = `USE ${bracketed('msdb')};
  SELECT principal_id AS id FROM sys.database_principals WHERE name = @login`;
const MSDB_RIGHTS = `USE ${bracketed('msdb')};
  SELECT OBJECT_NAME(r.major_id) AS name FROM sys.database_permissions AS r
  JOIN sys.database_principals AS p ON p.principal_id = r.grantee_principal_id
  WHERE p.name = @login AND r.class = 1 AND r.permission_name = 'SELECT' AND r.state IN ('G', 'W')`;
