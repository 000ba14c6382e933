/**
 * PostgreSQL functions behind T-SQL's metadata functions. Character arguments arrive as `bpchar` (how the compiler stores
 * T-SQL strings). What a function needs of the session (its database, default schema, roles) comes as leading arguments. In SQL functions a column hides an argument of the
 * same name, so arguments called `name` are qualified by their function's.
 */
export const METADATA_FUNCTIONS = String.raw`
-- 'db.[dbo]."t"' -> {db,dbo,t}; NULL for text that is no name.
CREATE FUNCTION standin.name_parts(name bpchar) RETURNS text[] LANGUAGE sql IMMUTABLE STRICT AS $$
  SELECT array_agg(CASE WHEN m[1] IS NOT NULL THEN replace(m[1], ']]', ']')
                        WHEN m[2] IS NOT NULL THEN replace(m[2], '""', '"')
                        ELSE coalesce(m[3], '') END ORDER BY n)
  FROM regexp_matches(trim(tsql.txt(name)), '(?:^|\.)(?:\[((?:[^\]]|\]\])*)\]|"((?:[^"]|"")*)"|([^.\[\]"]*))', 'g')
    WITH ORDINALITY AS r(m, n)
$$;

CREATE FUNCTION standin.db_id(current int, name bpchar) RETURNS int LANGUAGE sql STABLE AS $$
  SELECT CASE WHEN name IS NULL THEN current
    ELSE (SELECT database_id FROM standin.database d WHERE lower(d.name) = lower(rtrim(tsql.txt(db_id.name)))) END
$$;

CREATE FUNCTION standin.db_name(current int, id int) RETURNS bpchar LANGUAGE sql STABLE AS $$
  SELECT name::bpchar FROM standin.database WHERE database_id = coalesce(id, current)
$$;

CREATE FUNCTION standin.schema_id(current int, default_schema text, name bpchar) RETURNS int LANGUAGE sql STABLE AS $$
  SELECT schema_id FROM standin.schema s
  WHERE s.database_id = current AND lower(s.name) = lower(coalesce(tsql.txt(schema_id.name), default_schema))
$$;

CREATE FUNCTION standin.schema_name(current int, default_schema text, id int) RETURNS bpchar LANGUAGE sql STABLE AS $$
  SELECT CASE WHEN id IS NULL THEN default_schema::bpchar
    ELSE (SELECT name::bpchar FROM standin.schema WHERE database_id = current AND schema_id = id) END
$$;

CREATE FUNCTION standin.find_object(current int, default_schema text, name bpchar) RETURNS int
LANGUAGE plpgsql STABLE AS $$
DECLARE
  parts text[] := standin.name_parts(name);
  n int := cardinality(parts);
  wanted int := current;
BEGIN
  IF n IS NULL OR n > 3 THEN RETURN NULL; END IF;
  IF n = 3 AND parts[1] <> '' THEN
    wanted := (SELECT database_id FROM standin.database d WHERE lower(d.name) = lower(parts[1]));
  END IF;
  RETURN (SELECT o.object_id FROM standin.object o JOIN standin.schema s USING (database_id, schema_id)
    WHERE o.database_id = wanted AND lower(o.name) = lower(parts[n])
      AND lower(s.name) = lower(CASE WHEN n = 1 OR parts[n - 1] = '' THEN default_schema ELSE parts[n - 1] END));
END $$;

CREATE FUNCTION standin.object_id(current int, default_schema text, name bpchar, kind bpchar) RETURNS int
LANGUAGE sql STABLE AS $$
  SELECT object_id FROM standin.object
  WHERE object_id = standin.find_object(current, default_schema, object_id.name) AND (kind IS NULL OR upper(rtrim(tsql.txt(kind))) = type)
$$;

-- system_names: {id: name} of the tables of msdb, which have no row here.
CREATE FUNCTION standin.object_name(current int, system_names jsonb, id int, db int) RETURNS bpchar LANGUAGE sql STABLE AS $$
  SELECT coalesce(
    (SELECT name::bpchar FROM standin.object WHERE object_id = id AND database_id = coalesce(db, current)),
    (system_names ->> id::text)::bpchar)
$$;

CREATE FUNCTION standin.object_schema_name(current int, id int, db int) RETURNS bpchar LANGUAGE sql STABLE AS $$
  SELECT s.name::bpchar FROM standin.object o JOIN standin.schema s USING (database_id, schema_id)
  WHERE o.object_id = id AND o.database_id = coalesce(db, current)
$$;

CREATE FUNCTION standin.object_property(id int, property bpchar) RETURNS int LANGUAGE sql STABLE AS $$
  SELECT CASE lower(rtrim(tsql.txt(property)))
    WHEN 'istable' THEN (o.type = 'U')::int WHEN 'isusertable' THEN (o.type = 'U' AND NOT o.is_ms_shipped)::int
    WHEN 'isprimarykey' THEN (o.type = 'PK')::int WHEN 'isview' THEN 0 WHEN 'isprocedure' THEN 0
    WHEN 'ismsshipped' THEN o.is_ms_shipped::int
    WHEN 'tablehasprimarykey' THEN EXISTS (SELECT FROM standin.object k WHERE k.parent_object_id = id AND k.type = 'PK')::int
    WHEN 'tablehasidentity' THEN EXISTS (SELECT FROM standin."column" c WHERE c.object_id = id AND c.identity_seed IS NOT NULL)::int
    END
  FROM standin.object o WHERE o.object_id = id
$$;

CREATE FUNCTION standin.col_name(id int, wanted int) RETURNS bpchar LANGUAGE sql STABLE AS $$
  SELECT name::bpchar FROM standin."column" WHERE object_id = id AND column_id = wanted
$$;

CREATE FUNCTION standin.col_length(current int, default_schema text, name bpchar, col bpchar) RETURNS int
LANGUAGE sql STABLE AS $$
  SELECT standin.max_length(type_name, length, "precision", scale) FROM standin."column" c
  WHERE c.object_id = standin.find_object(current, default_schema, col_length.name) AND lower(c.name) = lower(tsql.txt(col))
$$;

CREATE FUNCTION standin.column_property(id int, col bpchar, property bpchar) RETURNS int LANGUAGE sql STABLE AS $$
  SELECT CASE lower(rtrim(tsql.txt(property)))
    WHEN 'allowsnull' THEN c.is_nullable::int WHEN 'columnid' THEN c.column_id WHEN 'isidentity' THEN (c.identity_seed IS NOT NULL)::int
    WHEN 'iscomputed' THEN 0 WHEN 'precision' THEN standin.type_precision(type_name, "precision", scale)
    WHEN 'scale' THEN standin.type_scale(type_name, scale) END
  FROM standin."column" c WHERE c.object_id = id AND lower(c.name) = lower(tsql.txt(col))
$$;

CREATE FUNCTION standin.type_name(id int) RETURNS bpchar LANGUAGE sql IMMUTABLE AS $$
  SELECT (CASE t WHEN 'rowversion' THEN 'timestamp' ELSE t END)::bpchar
  FROM unnest('{image,text,uniqueidentifier,date,time,datetime2,datetimeoffset,tinyint,smallint,int,smalldatetime,real,
    money,datetime,float,ntext,bit,decimal,numeric,smallmoney,bigint,varbinary,varchar,binary,char,rowversion,nvarchar,
    nchar,xml}'::text[]) AS t WHERE standin.system_type_id(t) = id
$$;

CREATE FUNCTION standin.ident_current(current int, default_schema text, name bpchar) RETURNS numeric
LANGUAGE sql STABLE AS $$
  SELECT coalesce(standin.identity_last_value(object_id, column_id), identity_seed)::numeric FROM standin."column"
  WHERE object_id = standin.find_object(current, default_schema, ident_current.name) AND identity_seed IS NOT NULL
$$;

CREATE FUNCTION standin.login_id(current int, name bpchar) RETURNS int LANGUAGE sql STABLE AS $$
  SELECT CASE WHEN name IS NULL THEN current
    ELSE (SELECT principal_id FROM standin.login l WHERE lower(l.name) = lower(tsql.txt(login_id.name))) END
$$;

CREATE FUNCTION standin.login_sid(current int, name bpchar) RETURNS bytea LANGUAGE sql STABLE AS $$
  SELECT sid FROM standin.login WHERE principal_id = standin.login_id(current, login_sid.name)
$$;

CREATE FUNCTION standin.login_name(current int, wanted bytea) RETURNS bpchar LANGUAGE sql STABLE AS $$
  SELECT name::bpchar FROM standin.login WHERE CASE WHEN wanted IS NULL THEN principal_id = current ELSE sid = wanted END
$$;

CREATE FUNCTION standin.login_name_of_id(current int, wanted int DEFAULT NULL) RETURNS bpchar LANGUAGE sql STABLE AS $$
  SELECT name::bpchar FROM standin.login WHERE principal_id = coalesce(wanted, current)
$$;

CREATE FUNCTION standin.principal_id(db int, current int, name bpchar) RETURNS int LANGUAGE sql STABLE AS $$
  SELECT CASE WHEN name IS NULL THEN current
    ELSE (SELECT p.principal_id FROM standin.principal p WHERE p.database_id = db AND lower(p.name) = lower(tsql.txt(principal_id.name))) END
$$;

CREATE FUNCTION standin.principal_name(db int, current int, id int) RETURNS bpchar LANGUAGE sql STABLE AS $$
  SELECT name::bpchar FROM standin.principal WHERE database_id = db AND principal_id = coalesce(id, current)
$$;

-- 1, 0, or NULL for a role that does not exist. held: ids of the roles of the caller.
CREATE FUNCTION standin.is_role_member(db int, held int[], name bpchar) RETURNS int LANGUAGE sql STABLE AS $$
  SELECT (p.principal_id = ANY(held))::int FROM standin.principal p
  WHERE p.database_id = db AND p.type = 'R' AND lower(p.name) = lower(tsql.txt(is_role_member.name))
$$;

CREATE FUNCTION standin.is_server_role_member(held int[], name bpchar) RETURNS int LANGUAGE sql STABLE AS $$
  SELECT (l.principal_id = ANY(held))::int FROM standin.login l
  WHERE l.type = 'R' AND lower(l.name) = lower(tsql.txt(is_server_role_member.name))
$$;

-- What the caller may do, worked out by the engine, and names that this release does not know: {"unknown": [..], "server": [..], "database": {id: [..]}, "schema": {"db.id": [..]}, "object": {id: [..]}}.
CREATE FUNCTION standin.has_perms(held jsonb, current int, default_schema text, securable bpchar, class bpchar, permission bpchar)
RETURNS int LANGUAGE plpgsql STABLE AS $$
DECLARE
  kind text := upper(rtrim(tsql.txt(class)));
  wanted text := upper(rtrim(tsql.txt(permission)));
  parts text[] := standin.name_parts(securable);
  found jsonb;
BEGIN
  IF kind IS NULL THEN
    found := held -> 'server';
  ELSIF kind = 'DATABASE' THEN
    found := held -> 'database' -> standin.db_id(current, securable)::text;
  ELSIF kind = 'SCHEMA' THEN
    found := held -> 'schema' -> (current || '.' || standin.schema_id(current, default_schema, parts[cardinality(parts)]::bpchar));
  ELSIF kind = 'OBJECT' THEN
    found := held -> 'object' -> standin.find_object(current, default_schema, securable)::text;
  ELSE
    RETURN NULL;
  END IF;
  IF found IS NULL OR (held -> 'unknown') ? wanted THEN RETURN NULL; END IF;
  RETURN (found ? wanted)::int;
END $$;

CREATE FUNCTION standin.property(properties jsonb, name bpchar) RETURNS bpchar LANGUAGE sql IMMUTABLE STRICT AS $$
  SELECT (properties ->> lower(rtrim(tsql.txt(name))))::bpchar
$$;

CREATE FUNCTION standin.database_property(name bpchar, property bpchar) RETURNS bpchar LANGUAGE sql STABLE AS $$
  SELECT (CASE lower(rtrim(tsql.txt(property)))
    WHEN 'collation' THEN 'SQL_Latin1_General_CP1_CI_AS' WHEN 'status' THEN 'ONLINE' WHEN 'updateability' THEN 'READ_WRITE'
    WHEN 'useraccess' THEN 'MULTI_USER' WHEN 'isautoclose' THEN d.auto_close::int::text
    WHEN 'recovery' THEN CASE d.recovery_model WHEN 1 THEN 'FULL' WHEN 2 THEN 'BULK_LOGGED' ELSE 'SIMPLE' END
    WHEN 'version' THEN '957' END)::bpchar
  FROM standin.database d WHERE lower(d.name) = lower(rtrim(tsql.txt(database_property.name)))
$$;
`;
