import type { TableName } from '../table-selection.ts';
import type { MemberRow, PermissionRow, PrincipalRow } from './rights.ts';

/** One capture instance of a table, and the role that guards its changes. */
export interface CaptureInstance {
  name: string;
  role: string | null;
}

/** A table as the asker sees it. */
export interface TableFacts extends TableName {
  objectId: number;
  schemaId: number;
  captured: boolean;
  /** Null where the capture instances could not be read. */
  instances: readonly CaptureInstance[] | null;
  /** Memory-optimised or columnstore: SQL Server cannot capture it. */
  uncapturable: boolean;
}

/** What is known about the instance. */
export interface ServerFacts {
  /** `16.0.4111.2` */
  version: string;
  /** 14 = 2017, 15 = 2019, 16 = 2022. */
  major: number;
  edition: string;
  /** Express has no Agent and cannot capture. */
  express: boolean;
  /** The practice server of this project, which says so in @@VERSION. */
  standIn: boolean;
}

/**
 * What was seen of a database before a script is made for it. Null: it could not be seen; the script then asks for itself
 * before it acts.
 */
export interface DatabaseFacts {
  server: ServerFacts | null;
  /** The database, as SQL Server spells it. */
  database: string;
  /** Name of the login with the sid 0x01, `sa` unless it was renamed. */
  saName: string;
  /** False: the owner's login does not exist here (a restored database). */
  hasOwner: boolean | null;
  cdc: boolean | null;
  /** `ON`, `OFF`, `IN_TRANSITION_TO_ON` … */
  snapshotIsolation: string | null;
  /** The connector's login. */
  login: { exists: boolean | null; sysadmin: boolean };
  /** The user that the connector's login is in this database; `dbo` for an owner, null for none. */
  user: string | null;
  /** A user of the login's name belongs to a login that is gone (a restored database). */
  orphaned: boolean;
  principals: readonly PrincipalRow[];
  members: readonly MemberRow[];
  permissions: readonly PermissionRow[];
  schemas: readonly { id: number; name: string }[];
  tables: readonly TableFacts[] | null;
  /** Null: the jobs could not be seen. Retention in minutes. */
  jobs: { capture: boolean; retention: number | null } | null;
  /** Counter of the heartbeat row; null when there is none or it may not be read. */
  beats: number | null;
  /** What `sql enable` wrote down as made by it; null when there is no such record or it may not be read. */
  made: readonly string[] | null;
  /** Rights of the optional monitoring tier that the login holds; null when not looked for. */
  monitoring: { server: readonly string[]; msdbUser: boolean; msdbTables: readonly string[] } | null;
}

/** What is known when nobody could look. */
export function nothingSeen(database: string): DatabaseFacts {
  return {
    server: null,
    database,
    saName: 'sa',
    hasOwner: null,
    cdc: null,
    snapshotIsolation: null,
    login: { exists: null, sysadmin: false },
    user: null,
    orphaned: false,
    principals: [],
    members: [],
    permissions: [],
    schemas: [],
    tables: null,
    jobs: null,
    beats: null,
    made: null,
    monitoring: null,
  };
}
