/**
 * Dates and times. `date` is PostgreSQL's date. `time`, `datetime`, `smalldatetime` and `datetime2` are int8 counts of
 * 100 ns ("ticks"; since midnight, or since 0001-01-01), because PostgreSQL keeps 6 decimals of a second and T-SQL 7.
 * `datetimeoffset` is text `YYYY-MM-DD HH:MM:SS.fffffff+HH:MM`: the UTC time, so that it sorts by instant, then the offset.
 */
export const MOMENT_SQL = `
CREATE FUNCTION tsql.day_of(t int8) RETURNS date LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
AS $$ SELECT '0001-01-01'::date + (t / 864000000000)::int $$;

CREATE FUNCTION tsql.ticks_of(day date) RETURNS int8 LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
AS $$ SELECT (day - '0001-01-01'::date)::int8 * 864000000000 $$;

-- Rounds to n decimals of a second; the last moment of year 9999 is cut instead.
CREATE FUNCTION tsql.to_scale(t int8, scale int) RETURNS int8 LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
  unit int8 := (ARRAY[10000000, 1000000, 100000, 10000, 1000, 100, 10, 1])[scale + 1];
  rounded int8 := (t + unit / 2) / unit * unit;
BEGIN
  RETURN CASE WHEN rounded > 3155378975999999999 THEN t / unit * unit ELSE rounded END;
END $$;

-- To the nearest 1/300 s, shown as .000, .003 and .007.
CREATE FUNCTION tsql.to_datetime(t int8) RETURNS int8 LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
  thirds int8 := (t % 10000000 * 3 + 50000) / 100000;
BEGIN
  RETURN t - t % 10000000 + (thirds * 10 + 1) / 3 * 10000;
END $$;

-- A datetime as a finer type sees it: .003 is 1/300 s, .0033333.
CREATE FUNCTION tsql.from_datetime(t int8) RETURNS int8 LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
AS $$ SELECT t + CASE t / 10000 % 10 WHEN 3 THEN 3333 WHEN 7 THEN -3333 ELSE 0 END $$;

-- Ticks to a type: rounds, and checks the range. source is the name of the type they come from.
CREATE FUNCTION tsql.fit_ticks(t int8, kind text, scale int, source text, attempt boolean) RETURNS int8
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
  fine boolean := true;
BEGIN
  IF kind = 'time' THEN RETURN tsql.to_scale(t % 864000000000, scale) % 864000000000; END IF;
  IF kind = 'datetime2' THEN RETURN tsql.to_scale(t, scale); END IF;
  IF kind = 'datetime' THEN
    fine := t >= 552877920000000000;
    t := tsql.to_datetime(t);
    fine := fine AND t <= 3155378975999970000;
  ELSE
    t := (tsql.to_datetime(t) + 300000000) / 600000000 * 600000000;
    fine := t BETWEEN 599266080000000000 AND 655889183400000000;
  END IF;
  IF NOT fine THEN
    IF attempt THEN RETURN NULL; END IF;
    PERFORM tsql.fail(242, format('The conversion of a %s data type to a %s data type resulted in an out-of-range value.', source, kind));
  END IF;
  RETURN t;
END $$;

CREATE FUNCTION tsql.offset_make(utc int8, minutes int) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
  IF utc NOT BETWEEN 0 AND 3155378975999999999 THEN
    PERFORM tsql.fail(8115, 'Arithmetic overflow error converting expression to data type datetimeoffset.');
  END IF;
  RETURN tsql.clock(utc, 7) || tsql.zone(minutes);
END $$;

CREATE FUNCTION tsql.zone(minutes int) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
AS $$ SELECT CASE WHEN minutes < 0 THEN '-' ELSE '+' END || lpad((abs(minutes) / 60)::text, 2, '0')
  || ':' || lpad((abs(minutes) % 60)::text, 2, '0') $$;

-- HH:MM:SS[.f…]
CREATE FUNCTION tsql.clock_time(t int8, scale int) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
  s int8 := t / 10000000 % 86400;
BEGIN
  RETURN lpad((s / 3600)::text, 2, '0') || ':' || lpad((s / 60 % 60)::text, 2, '0') || ':' || lpad((s % 60)::text, 2, '0')
    || CASE WHEN scale > 0 THEN '.' || left(lpad((t % 10000000)::text, 7, '0'), scale) ELSE '' END;
END $$;

-- YYYY-MM-DD HH:MM:SS[.f…]
CREATE FUNCTION tsql.clock(t int8, scale int) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
AS $$ SELECT to_char(tsql.day_of(t), 'YYYY-MM-DD') || ' ' || tsql.clock_time(t, scale) $$;

CREATE FUNCTION tsql.offset_utc(value text) RETURNS int8 LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
AS $$ SELECT tsql.ticks_of(left(value, 10)::date) + substring(value FROM 12 FOR 2)::int8 * 36000000000
  + substring(value FROM 15 FOR 2)::int8 * 600000000 + substring(value FROM 18 FOR 2)::int8 * 10000000
  + substring(value FROM 21 FOR 7)::int8 $$;

CREATE FUNCTION tsql.offset_minutes(value text) RETURNS int LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
AS $$ SELECT (substring(value FROM 28 FOR 1) || '1')::int
  * (substring(value FROM 29 FOR 2)::int * 60 + substring(value FROM 32 FOR 2)::int) $$;

CREATE FUNCTION tsql.offset_local(value text) RETURNS int8 LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
AS $$ SELECT tsql.offset_utc(value) + tsql.offset_minutes(value)::int8 * 600000000 $$;

CREATE FUNCTION tsql.offset_fit(value text, scale int) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
AS $$ SELECT CASE WHEN scale = 7 THEN value
  ELSE tsql.offset_make(tsql.to_scale(tsql.offset_utc(value), scale), tsql.offset_minutes(value)) END $$;

-- What compares and sorts a datetimeoffset: its instant.
CREATE FUNCTION tsql.instant(value text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
AS $$ SELECT left(value, 27) $$;

-- Minutes east of UTC of the server, from tsql.timezone: +HH:MM or a name.
CREATE FUNCTION tsql.server_minutes(at timestamptz) RETURNS int LANGUAGE plpgsql STABLE AS $$
DECLARE
  zone text := coalesce(nullif(current_setting('tsql.timezone', true), ''), 'UTC');
BEGIN
  IF zone ~ '^[+-][0-9]{2}:[0-9]{2}$' THEN
    RETURN (left(zone, 1) || '1')::int * (substring(zone FROM 2 FOR 2)::int * 60 + right(zone, 2)::int);
  END IF;
  RETURN extract(epoch FROM (at AT TIME ZONE zone) - (at AT TIME ZONE 'UTC')) / 60;
END $$;

CREATE FUNCTION tsql.utc_ticks(at timestamptz) RETURNS int8 LANGUAGE sql IMMUTABLE STRICT
AS $$ SELECT 621355968000000000 + (extract(epoch FROM at) * 10000000)::int8 $$;

-- A PostgreSQL time as the server's own datetime2 ticks: for views of the catalogue.
CREATE FUNCTION tsql.server_ticks(at timestamptz) RETURNS int8 LANGUAGE sql STABLE
AS $$ SELECT tsql.utc_ticks(at) + tsql.server_minutes(at)::int8 * 600000000 $$;

CREATE FUNCTION tsql.server_datetime(at timestamptz) RETURNS int8 LANGUAGE sql STABLE
AS $$ SELECT tsql.to_datetime(tsql.server_ticks(at)) $$;

CREATE FUNCTION tsql.getdate() RETURNS int8 LANGUAGE sql STABLE
AS $$ SELECT tsql.server_datetime(statement_timestamp()) $$;
CREATE FUNCTION tsql.getutcdate() RETURNS int8 LANGUAGE sql STABLE
AS $$ SELECT tsql.to_datetime(tsql.utc_ticks(statement_timestamp())) $$;
CREATE FUNCTION tsql.sysdatetime() RETURNS int8 LANGUAGE sql STABLE AS $$ SELECT tsql.server_ticks(statement_timestamp()) $$;
CREATE FUNCTION tsql.sysutcdatetime() RETURNS int8 LANGUAGE sql STABLE AS $$ SELECT tsql.utc_ticks(statement_timestamp()) $$;
CREATE FUNCTION tsql.sysdatetimeoffset() RETURNS text LANGUAGE sql STABLE
AS $$ SELECT tsql.offset_make(tsql.utc_ticks(statement_timestamp()), tsql.server_minutes(statement_timestamp())) $$;

CREATE FUNCTION tsql.check_zone(minutes int, func text) RETURNS int LANGUAGE plpgsql IMMUTABLE STRICT AS $$
BEGIN
  IF minutes NOT BETWEEN -840 AND 840 THEN
    PERFORM tsql.fail(9812, format('The timezone provided to builtin function %s is invalid.', func));
  END IF;
  RETURN minutes;
END $$;

CREATE FUNCTION tsql.zone_minutes(zone text, func text) RETURNS int LANGUAGE plpgsql IMMUTABLE STRICT AS $$
BEGIN
  IF zone !~ '^[+-][0-9]{2}:[0-9]{2}$' THEN
    PERFORM tsql.fail(9812, format('The timezone provided to builtin function %s is invalid.', func));
  END IF;
  RETURN tsql.check_zone((left(zone, 1) || '1')::int * (substring(zone FROM 2 FOR 2)::int * 60 + right(zone, 2)::int), func);
END $$;

-- The local time stays, the offset is put beside it.
CREATE FUNCTION tsql.todatetimeoffset(t int8, minutes int) RETURNS text LANGUAGE sql IMMUTABLE STRICT
AS $$ SELECT tsql.offset_make(t - tsql.check_zone(minutes, 'todatetimeoffset')::int8 * 600000000, minutes) $$;

-- The instant stays, the offset changes.
CREATE FUNCTION tsql.switchoffset(value text, minutes int) RETURNS text LANGUAGE sql IMMUTABLE STRICT
AS $$ SELECT left(value, 27) || tsql.zone(tsql.check_zone(minutes, 'switchoffset')) $$;
`;
