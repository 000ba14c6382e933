/** Aggregates that PostgreSQL 15 lacks for the types that T-SQL allows in MIN and MAX. */
export const AGGREGATE_SQL = `
CREATE FUNCTION tsql.bytes_larger(a bytea, b bytea) RETURNS bytea LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
AS $$ SELECT CASE WHEN a >= b THEN a ELSE b END $$;
CREATE FUNCTION tsql.bytes_smaller(a bytea, b bytea) RETURNS bytea LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
AS $$ SELECT CASE WHEN a <= b THEN a ELSE b END $$;
CREATE AGGREGATE tsql.max(bytea) (SFUNC = tsql.bytes_larger, STYPE = bytea, SORTOP = operator(pg_catalog.>), COMBINEFUNC = tsql.bytes_larger, PARALLEL = SAFE);
CREATE AGGREGATE tsql.min(bytea) (SFUNC = tsql.bytes_smaller, STYPE = bytea, SORTOP = operator(pg_catalog.<), COMBINEFUNC = tsql.bytes_smaller, PARALLEL = SAFE);

CREATE FUNCTION tsql.guid_larger(a uuid, b uuid) RETURNS uuid LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
AS $$ SELECT CASE WHEN tsql.guid_key(a) >= tsql.guid_key(b) THEN a ELSE b END $$;
CREATE FUNCTION tsql.guid_smaller(a uuid, b uuid) RETURNS uuid LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
AS $$ SELECT CASE WHEN tsql.guid_key(a) <= tsql.guid_key(b) THEN a ELSE b END $$;
CREATE AGGREGATE tsql.max(uuid) (SFUNC = tsql.guid_larger, STYPE = uuid, COMBINEFUNC = tsql.guid_larger, PARALLEL = SAFE);
CREATE AGGREGATE tsql.min(uuid) (SFUNC = tsql.guid_smaller, STYPE = uuid, COMBINEFUNC = tsql.guid_smaller, PARALLEL = SAFE);
`;
