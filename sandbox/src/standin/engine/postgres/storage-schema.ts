/**
 * The tables in which one stand-in keeps everything about itself, in PostgreSQL schema `standin`.
 * A T-SQL database is a row here plus the PostgreSQL schemas `<database>.<schema>`; nothing lives in the process only,
 * so a restart loses nothing.
 */
const SERVER = `
CREATE SCHEMA standin;

CREATE SEQUENCE standin.object_id START 581577110 INCREMENT 16;

-- Switches that tests and the sandbox turn: agent = running | stopped, edition, ...
CREATE TABLE standin.knob (name text PRIMARY KEY, value text NOT NULL);

CREATE TABLE standin.database (
  database_id int PRIMARY KEY,
  name text NOT NULL,
  owner_id int NOT NULL,
  create_date timestamptz NOT NULL DEFAULT now(),
  is_cdc_enabled boolean NOT NULL DEFAULT false,
  snapshot_allowed boolean NOT NULL DEFAULT false,
  read_committed_snapshot boolean NOT NULL DEFAULT false,
  recovery_model int NOT NULL DEFAULT 1,
  compatibility_level int NOT NULL DEFAULT 160,
  auto_close boolean NOT NULL DEFAULT false,
  -- A restore begins a new recovery fork; the database and its family stay.
  database_guid uuid NOT NULL DEFAULT gen_random_uuid(),
  family_guid uuid NOT NULL DEFAULT gen_random_uuid(),
  first_recovery_fork_guid uuid NOT NULL DEFAULT gen_random_uuid(),
  recovery_fork_guid uuid,
  -- Size of the log file.
  log_bytes bigint NOT NULL DEFAULT 536870912
);
CREATE UNIQUE INDEX ON standin.database (lower(name));
`;

const SECURITY = `
CREATE TABLE standin.login (
  principal_id int PRIMARY KEY,
  name text NOT NULL,
  sid bytea NOT NULL UNIQUE,
  type char(1) NOT NULL,            -- S login, R server role
  password_hash text,
  is_disabled boolean NOT NULL DEFAULT false,
  default_database text,
  create_date timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX ON standin.login (lower(name));

CREATE TABLE standin.server_role_member (
  role_id int NOT NULL REFERENCES standin.login ON DELETE CASCADE,
  member_id int NOT NULL REFERENCES standin.login ON DELETE CASCADE,
  PRIMARY KEY (role_id, member_id)
);

CREATE TABLE standin.principal (
  database_id int NOT NULL REFERENCES standin.database ON DELETE CASCADE,
  principal_id int NOT NULL,
  name text NOT NULL,
  type char(1) NOT NULL,            -- S user, R role
  sid bytea,
  default_schema text,
  is_fixed_role boolean NOT NULL DEFAULT false,
  owner_id int,
  create_date timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (database_id, principal_id)
);
CREATE UNIQUE INDEX ON standin.principal (database_id, lower(name));

CREATE TABLE standin.role_member (
  database_id int NOT NULL,
  role_id int NOT NULL,
  member_id int NOT NULL,
  PRIMARY KEY (database_id, role_id, member_id),
  FOREIGN KEY (database_id, role_id) REFERENCES standin.principal ON DELETE CASCADE,
  FOREIGN KEY (database_id, member_id) REFERENCES standin.principal ON DELETE CASCADE
);

-- database_id 0: a permission on the server. class: 0 database, 1 object, 3 schema, 100 server.
CREATE TABLE standin.permission (
  database_id int NOT NULL,
  class int NOT NULL,
  major_id int NOT NULL,
  grantee_id int NOT NULL,
  grantor_id int NOT NULL,
  permission text NOT NULL,
  state char(1) NOT NULL,           -- G grant, W grant with grant option, D deny
  PRIMARY KEY (database_id, class, major_id, grantee_id, permission)
);
`;

const OBJECTS = `
CREATE TABLE standin.schema (
  database_id int NOT NULL REFERENCES standin.database ON DELETE CASCADE,
  schema_id int NOT NULL,
  name text NOT NULL,
  owner_id int NOT NULL,
  physical text NOT NULL UNIQUE,
  PRIMARY KEY (database_id, schema_id)
);
CREATE UNIQUE INDEX ON standin.schema (database_id, lower(name));

-- type: U table, PK, UQ, D default, C check, F foreign key, IF table function of CDC.
CREATE TABLE standin.object (
  object_id int PRIMARY KEY,
  database_id int NOT NULL,
  schema_id int NOT NULL,
  name text NOT NULL,
  type text NOT NULL,
  parent_object_id int NOT NULL DEFAULT 0,
  physical text NOT NULL,
  is_ms_shipped boolean NOT NULL DEFAULT false,
  is_system_named boolean NOT NULL DEFAULT false,
  -- Of a table: the greatest column_id ever given.
  last_column_id int NOT NULL DEFAULT 0,
  create_date timestamptz NOT NULL DEFAULT now(),
  modify_date timestamptz NOT NULL DEFAULT now(),
  FOREIGN KEY (database_id, schema_id) REFERENCES standin.schema ON DELETE CASCADE
);
CREATE UNIQUE INDEX ON standin.object (database_id, schema_id, lower(name));
CREATE INDEX ON standin.object (parent_object_id);

CREATE TABLE standin."column" (
  object_id int NOT NULL REFERENCES standin.object ON DELETE CASCADE,
  column_id int NOT NULL,
  name text NOT NULL,
  physical text NOT NULL,
  type_name text NOT NULL,
  length int,
  precision int,
  scale int,
  is_nullable boolean NOT NULL,
  identity_seed bigint,
  identity_increment bigint,
  default_object_id int NOT NULL DEFAULT 0,
  PRIMARY KEY (object_id, column_id)
);
CREATE UNIQUE INDEX ON standin."column" (object_id, lower(name));

CREATE FUNCTION standin.next_column_id(id int) RETURNS int LANGUAGE sql AS $$
  UPDATE standin.object SET last_column_id = last_column_id + 1, modify_date = now() WHERE object_id = id RETURNING last_column_id
$$;

-- Text of a default, check or foreign key as SQL Server prints it; of the latter two also their parts, for the compiler.
CREATE TABLE standin.definition (
  object_id int PRIMARY KEY REFERENCES standin.object ON DELETE CASCADE,
  definition text NOT NULL,
  parts jsonb
);

CREATE TABLE standin.index (
  object_id int NOT NULL REFERENCES standin.object ON DELETE CASCADE,
  index_id int NOT NULL,
  name text NOT NULL,
  physical text NOT NULL,
  is_clustered boolean NOT NULL,
  is_unique boolean NOT NULL,
  constraint_id int,                -- the PK or UQ object that owns it
  filter text,
  PRIMARY KEY (object_id, index_id)
);

CREATE TABLE standin.index_column (
  object_id int NOT NULL,
  index_id int NOT NULL,
  ordinal int NOT NULL,
  column_id int NOT NULL,
  is_descending boolean NOT NULL DEFAULT false,
  is_included boolean NOT NULL DEFAULT false,
  PRIMARY KEY (object_id, index_id, ordinal),
  FOREIGN KEY (object_id, index_id) REFERENCES standin.index ON DELETE CASCADE
);

-- Indexes, and the heap of a table without a clustered one, as sys.indexes shows them.
CREATE VIEW standin.index_or_heap AS
  SELECT object_id, index_id, name, is_clustered, is_unique, constraint_id, filter FROM standin.index
  UNION ALL
  SELECT o.object_id, 0, NULL, false, false, NULL, NULL FROM standin.object o
   WHERE o.type = 'U' AND NOT EXISTS (SELECT FROM standin.index i WHERE i.object_id = o.object_id AND i.is_clustered);

CREATE TABLE standin.foreign_key_column (
  object_id int NOT NULL REFERENCES standin.object ON DELETE CASCADE,
  ordinal int NOT NULL,
  column_id int NOT NULL,
  referenced_object_id int NOT NULL,
  referenced_column_id int NOT NULL,
  PRIMARY KEY (object_id, ordinal)
);
`;

const JOBS = `
CREATE TABLE standin.job (
  job_id uuid PRIMARY KEY,
  database_id int NOT NULL REFERENCES standin.database ON DELETE CASCADE,
  job_type text NOT NULL,           -- capture, cleanup
  maxtrans int NOT NULL DEFAULT 500,
  maxscans int NOT NULL DEFAULT 10,
  continuous boolean NOT NULL DEFAULT true,
  pollinginterval bigint NOT NULL DEFAULT 5,
  retention bigint NOT NULL DEFAULT 4320,
  threshold bigint NOT NULL DEFAULT 5000,
  -- Whether the capture job is wanted: it then runs whenever the Agent runs.
  is_started boolean NOT NULL DEFAULT true,
  -- Counts the starts: a running job keeps the settings it was started with.
  run_number int NOT NULL DEFAULT 1,
  last_run timestamptz NOT NULL DEFAULT now(),
  enabled boolean NOT NULL DEFAULT true,
  started_at timestamptz DEFAULT now(),
  stopped_at timestamptz,
  -- A fault put in by EXEC standin.break_job: each run fails with it.
  fault_number int,
  fault_message text,
  UNIQUE (database_id, job_type)
);

-- Outcomes of the cleanup jobs, as msdb.dbo.sysjobhistory shows them. run_status: 1 succeeded, 0 failed.
CREATE TABLE standin.job_history (
  instance_id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  job_id uuid NOT NULL REFERENCES standin.job ON DELETE CASCADE,
  run_status int NOT NULL,
  message text NOT NULL,
  run_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE standin.restore (
  restore_history_id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  restore_date timestamptz NOT NULL DEFAULT now(),
  destination_database_name text NOT NULL,
  user_name text NOT NULL
);

CREATE TABLE standin.scan_session (
  database_id int NOT NULL REFERENCES standin.database ON DELETE CASCADE,
  session_id bigint GENERATED ALWAYS AS IDENTITY,
  start_time timestamptz NOT NULL,
  end_time timestamptz,
  start_lsn bytea,
  end_lsn bytea,
  tran_count bigint NOT NULL DEFAULT 0,
  command_count bigint NOT NULL DEFAULT 0,
  last_commit_time timestamptz,
  latency int NOT NULL DEFAULT 0,
  empty_scan_count int NOT NULL DEFAULT 0,
  error_count int NOT NULL DEFAULT 0,
  PRIMARY KEY (database_id, session_id)
);

CREATE TABLE standin.scan_error (
  database_id int NOT NULL REFERENCES standin.database ON DELETE CASCADE,
  entry_time timestamptz NOT NULL,
  error_number int NOT NULL,
  error_message text NOT NULL
);
`;

/** Creates the empty storage; runs once for a new PostgreSQL database. */
export const STORAGE_SCHEMA = [SERVER, SECURITY, OBJECTS, JOBS].join('\n');
