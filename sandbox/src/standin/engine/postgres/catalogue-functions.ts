/** PostgreSQL functions behind the catalogue views: what SQL Server derives from a column's declared type, row counts. */
export const CATALOGUE_FUNCTIONS = `
CREATE FUNCTION standin.system_type_id(type_name text) RETURNS int
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE type_name
    WHEN 'image' THEN 34 WHEN 'text' THEN 35 WHEN 'uniqueidentifier' THEN 36 WHEN 'date' THEN 40 WHEN 'time' THEN 41
    WHEN 'datetime2' THEN 42 WHEN 'datetimeoffset' THEN 43 WHEN 'tinyint' THEN 48 WHEN 'smallint' THEN 52
    WHEN 'int' THEN 56 WHEN 'smalldatetime' THEN 58 WHEN 'real' THEN 59 WHEN 'money' THEN 60 WHEN 'datetime' THEN 61
    WHEN 'float' THEN 62 WHEN 'ntext' THEN 99 WHEN 'bit' THEN 104 WHEN 'decimal' THEN 106 WHEN 'numeric' THEN 108
    WHEN 'smallmoney' THEN 122 WHEN 'bigint' THEN 127 WHEN 'varbinary' THEN 165 WHEN 'varchar' THEN 167
    WHEN 'binary' THEN 173 WHEN 'char' THEN 175 WHEN 'rowversion' THEN 189 WHEN 'nvarchar' THEN 231
    WHEN 'nchar' THEN 239 WHEN 'xml' THEN 241 END
$$;

CREATE FUNCTION standin.type_precision(type_name text, "precision" int, scale int) RETURNS int
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE type_name
    WHEN 'tinyint' THEN 3 WHEN 'smallint' THEN 5 WHEN 'int' THEN 10 WHEN 'bigint' THEN 19 WHEN 'bit' THEN 1
    WHEN 'decimal' THEN coalesce("precision", 18) WHEN 'numeric' THEN coalesce("precision", 18)
    WHEN 'money' THEN 19 WHEN 'smallmoney' THEN 10 WHEN 'float' THEN 53 WHEN 'real' THEN 24
    WHEN 'date' THEN 10 WHEN 'smalldatetime' THEN 16 WHEN 'datetime' THEN 23
    WHEN 'time' THEN 8 + sign(coalesce(scale, 7))::int + coalesce(scale, 7)
    WHEN 'datetime2' THEN 19 + sign(coalesce(scale, 7))::int + coalesce(scale, 7)
    WHEN 'datetimeoffset' THEN 26 + sign(coalesce(scale, 7))::int + coalesce(scale, 7)
    ELSE 0 END
$$;

CREATE FUNCTION standin.type_scale(type_name text, scale int) RETURNS int
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE
    WHEN type_name IN ('decimal', 'numeric') THEN coalesce(scale, 0)
    WHEN type_name IN ('time', 'datetime2', 'datetimeoffset') THEN coalesce(scale, 7)
    WHEN type_name IN ('money', 'smallmoney') THEN 4
    WHEN type_name = 'datetime' THEN 3
    ELSE 0 END
$$;

CREATE FUNCTION standin.max_length(type_name text, length int, "precision" int, scale int) RETURNS int
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE
    WHEN type_name IN ('nchar', 'nvarchar') THEN CASE WHEN length = -1 THEN -1 ELSE 2 * length END
    WHEN type_name IN ('char', 'varchar', 'binary', 'varbinary') THEN length
    WHEN type_name IN ('text', 'ntext', 'image', 'uniqueidentifier') THEN 16
    WHEN type_name = 'xml' THEN -1
    WHEN type_name IN ('tinyint', 'bit') THEN 1
    WHEN type_name = 'smallint' THEN 2
    WHEN type_name IN ('int', 'real', 'smallmoney', 'smalldatetime') THEN 4
    WHEN type_name IN ('bigint', 'float', 'money', 'datetime', 'rowversion') THEN 8
    WHEN type_name = 'date' THEN 3
    WHEN type_name IN ('decimal', 'numeric') THEN
      CASE WHEN coalesce("precision", 18) <= 9 THEN 5 WHEN coalesce("precision", 18) <= 19 THEN 9
           WHEN "precision" <= 28 THEN 13 ELSE 17 END
    WHEN type_name = 'time' THEN CASE WHEN scale <= 2 THEN 3 WHEN scale <= 4 THEN 4 ELSE 5 END
    WHEN type_name = 'datetime2' THEN CASE WHEN scale <= 2 THEN 6 WHEN scale <= 4 THEN 7 ELSE 8 END
    WHEN type_name = 'datetimeoffset' THEN CASE WHEN scale <= 2 THEN 8 WHEN scale <= 4 THEN 9 ELSE 10 END
  END
$$;

-- INFORMATION_SCHEMA shows these for numbers only.
CREATE FUNCTION standin.numeric_precision(type_name text, "precision" int) RETURNS int
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN type_name IN ('tinyint', 'smallint', 'int', 'bigint', 'decimal', 'numeric', 'money', 'smallmoney',
    'float', 'real') THEN standin.type_precision(type_name, "precision", NULL) END
$$;

CREATE FUNCTION standin.numeric_scale(type_name text, scale int) RETURNS int
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN type_name IN ('tinyint', 'smallint', 'int', 'bigint', 'decimal', 'numeric', 'money', 'smallmoney')
    THEN standin.type_scale(type_name, scale) END
$$;

CREATE FUNCTION standin.physical_table(id int) RETURNS text
LANGUAGE sql STABLE AS $$
  SELECT quote_ident(s.physical) || '.' || quote_ident(o.physical)
  FROM standin.object o JOIN standin.schema s USING (database_id, schema_id) WHERE o.object_id = id
$$;

CREATE FUNCTION standin.row_count(id int) RETURNS bigint
LANGUAGE plpgsql STABLE AS $$
DECLARE rows bigint;
BEGIN
  EXECUTE 'SELECT count(*) FROM ' || standin.physical_table(id) INTO rows;
  RETURN rows;
END $$;

-- Pages of 8 KB, as PostgreSQL keeps the table.
CREATE FUNCTION standin.page_count(id int) RETURNS bigint
LANGUAGE sql STABLE AS $$
  SELECT (pg_table_size(standin.physical_table(id)::regclass) + 8191) / 8192
$$;

-- Bytes of all tables of a T-SQL database.
CREATE FUNCTION standin.data_bytes(database int) RETURNS bigint
LANGUAGE sql STABLE AS $$
  SELECT coalesce(sum(pg_total_relation_size(standin.physical_table(object_id)::regclass)), 0)::bigint
  FROM standin.object WHERE database_id = database AND type = 'U'
$$;

-- Bytes of the log that cannot be given back: what waits for the capture job, or for the end of its transaction.
CREATE FUNCTION standin.log_bytes_used(database text) RETURNS bigint
LANGUAGE plpgsql STABLE AS $$
DECLARE
  part text;
  bytes bigint;
  total bigint := 262144;
BEGIN
  FOR part IN SELECT format('%I.%I', schemaname, tablename) FROM pg_tables WHERE schemaname = database || '.log' LOOP
    EXECUTE format('SELECT coalesce(sum(pg_column_size(t)), 0) FROM %s AS t', part) INTO bytes;
    total := total + bytes;
  END LOOP;
  RETURN total;
END $$;

-- Something is committed that the capture job has not read: log_reuse_wait_desc REPLICATION.
CREATE FUNCTION standin.log_waits(database text) RETURNS boolean
LANGUAGE plpgsql STABLE AS $$
DECLARE found boolean;
BEGIN
  EXECUTE format('SELECT EXISTS (SELECT FROM %I.transaction WHERE commit_no IS NOT NULL)', database || '.log') INTO found;
  RETURN found;
END $$;

CREATE FUNCTION standin.knob_number(wanted text) RETURNS bigint
LANGUAGE sql STABLE AS $$ SELECT value::bigint FROM standin.knob WHERE name = wanted $$;

-- sys.dm_os_volume_stats: every file of a database lies on the one volume.
CREATE FUNCTION standin.volume_stats(wanted int, file int) RETURNS TABLE (database_id int, file_id int,
  volume_mount_point bpchar, volume_id bpchar, logical_volume_name bpchar, file_system_type bpchar, total_bytes bigint,
  available_bytes bigint, is_read_only int2)
LANGUAGE sql STABLE AS $$
  SELECT d.database_id, file, '/var/opt/mssql'::bpchar, 'standin'::bpchar, 'standin'::bpchar, 'ext4'::bpchar,
    standin.knob_number('disk_total_mb') * 1048576, standin.knob_number('disk_free_mb') * 1048576, 0::int2
  FROM standin.database d WHERE d.database_id = wanted AND file IN (1, 2)
$$;

-- FILEPROPERTY(name, 'SpaceUsed') in pages.
CREATE FUNCTION standin.file_property(current int, file bpchar, property bpchar) RETURNS int LANGUAGE sql STABLE AS $$
  SELECT CASE lower(rtrim(tsql.txt(property)))
    WHEN 'spaceused' THEN CASE lower(rtrim(tsql.txt(file)))
      WHEN lower(d.name) THEN (standin.data_bytes(d.database_id) / 8192)::int
      WHEN lower(d.name || '_log') THEN (least(standin.log_bytes_used(d.name), d.log_bytes) / 8192)::int END
    WHEN 'isreadonly' THEN 0 END
  FROM standin.database d WHERE d.database_id = current
$$;

-- The last identity value given, NULL before the first.
CREATE FUNCTION standin.identity_last_value(id int, identity_column int) RETURNS bigint
LANGUAGE plpgsql STABLE AS $$
DECLARE last bigint;
BEGIN
  EXECUTE (SELECT format('SELECT CASE WHEN is_called THEN last_value END FROM %s',
      pg_get_serial_sequence(standin.physical_table(id), c.physical))
    FROM standin."column" c WHERE c.object_id = id AND c.column_id = identity_column) INTO last;
  RETURN last;
END $$;

-- LSN of a scan session: zeros and a NUL stand for an idle scan. tsql/storage.ts stores NUL as U+FDD0.
CREATE FUNCTION standin.scan_lsn(lsn bytea) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT coalesce(standin.lsn_text(lsn), U&'00000000:00000000:0000\\FDD0') $$;
`;
