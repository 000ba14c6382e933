/** DATEADD, DATEDIFF, DATEPART and the functions that make dates. Parts arrive under their full names. */
export const CALENDAR_SQL = `
CREATE FUNCTION tsql.add_part(part text, n int8, t int8, kind text) RETURNS int8
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
  months int8 := CASE part WHEN 'year' THEN 12 * n WHEN 'quarter' THEN 3 * n WHEN 'month' THEN n END;
  result numeric;
BEGIN
  IF months IS NOT NULL THEN
    IF abs(months) < 120000 THEN
      result := tsql.ticks_of((tsql.day_of(t) + make_interval(months => months::int))::date) + t % 864000000000;
    END IF;
  ELSE
    result := t + n::numeric * (CASE part WHEN 'week' THEN 6048000000000 WHEN 'hour' THEN 36000000000
      WHEN 'minute' THEN 600000000 WHEN 'second' THEN 10000000 WHEN 'millisecond' THEN 10000 WHEN 'microsecond' THEN 10
      WHEN 'nanosecond' THEN 0.01 ELSE 864000000000 END);
    IF kind = 'time' THEN result := ((result % 864000000000) + 864000000000) % 864000000000; END IF;
  END IF;
  IF result IS NULL OR result NOT BETWEEN 0 AND 3155378975999999999 THEN
    PERFORM tsql.fail(517, format('Adding a value to a ''%s'' column caused an overflow.', kind));
  END IF;
  RETURN floor(result);
END $$;

-- How many boundaries of the part lie between two moments.
CREATE FUNCTION tsql.diff_part(part text, a int8, b int8) RETURNS int8 LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
  da date := tsql.day_of(a);
  db date := tsql.day_of(b);
  months int8 := (extract(year FROM db) - extract(year FROM da)) * 12 + extract(month FROM db) - extract(month FROM da);
BEGIN
  RETURN CASE part
    WHEN 'year' THEN extract(year FROM db) - extract(year FROM da)
    WHEN 'quarter' THEN (extract(year FROM db) - extract(year FROM da)) * 4 + extract(quarter FROM db) - extract(quarter FROM da)
    WHEN 'month' THEN months
    WHEN 'week' THEN (b / 864000000000 + 1) / 7 - (a / 864000000000 + 1) / 7
    WHEN 'hour' THEN b / 36000000000 - a / 36000000000
    WHEN 'minute' THEN b / 600000000 - a / 600000000
    WHEN 'second' THEN b / 10000000 - a / 10000000
    WHEN 'millisecond' THEN b / 10000 - a / 10000
    WHEN 'microsecond' THEN b / 10 - a / 10
    WHEN 'nanosecond' THEN (b - a) * 100
    ELSE db - da END;
END $$;

CREATE FUNCTION tsql.diff_part_int(part text, a int8, b int8) RETURNS int LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
  n int8 := tsql.diff_part(part, a, b);
BEGIN
  IF n NOT BETWEEN -2147483648 AND 2147483647 THEN
    PERFORM tsql.fail(535, 'The datediff function resulted in an overflow. The number of dateparts separating two date/time '
      || 'instances is too large. Try to use datediff with a less precise datepart.');
  END IF;
  RETURN n;
END $$;

-- DATEFIRST is 7: weeks begin on Sunday. 0001-01-01 was a Monday.
CREATE FUNCTION tsql.part_of(part text, t int8) RETURNS int LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
  d date := tsql.day_of(t);
  first int8 := tsql.ticks_of(date_trunc('year', d)::date) / 864000000000;
BEGIN
  RETURN CASE part
    WHEN 'year' THEN extract(year FROM d)
    WHEN 'quarter' THEN extract(quarter FROM d)
    WHEN 'month' THEN extract(month FROM d)
    WHEN 'dayofyear' THEN extract(doy FROM d)
    WHEN 'day' THEN extract(day FROM d)
    WHEN 'week' THEN (t / 864000000000 - first + (first + 1) % 7) / 7 + 1
    WHEN 'iso_week' THEN extract(week FROM d)
    WHEN 'weekday' THEN (t / 864000000000 + 1) % 7 + 1
    WHEN 'hour' THEN t / 36000000000 % 24
    WHEN 'minute' THEN t / 600000000 % 60
    WHEN 'second' THEN t / 10000000 % 60
    WHEN 'millisecond' THEN t / 10000 % 1000
    WHEN 'microsecond' THEN t / 10 % 1000000
    WHEN 'nanosecond' THEN t % 10000000 * 100
    ELSE 0 END;
END $$;

CREATE FUNCTION tsql.name_of(part text, t int8) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT CASE part WHEN 'month' THEN to_char(tsql.day_of(t), 'FMMonth') WHEN 'weekday' THEN to_char(tsql.day_of(t), 'FMDay')
    ELSE tsql.part_of(part, t)::text END $$;

CREATE FUNCTION tsql.datefromparts(y int, m int, d int) RETURNS date LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
  IF y BETWEEN 1 AND 9999 THEN RETURN make_date(y, m, d); END IF;
  RAISE datetime_field_overflow;
EXCEPTION WHEN datetime_field_overflow THEN
  PERFORM tsql.fail(289, 'Cannot construct data type date, some of the arguments have values which are not valid.');
END $$;

CREATE FUNCTION tsql.datetimefromparts(y int, m int, d int, h int, mi int, s int, fraction int, scale int, kind text) RETURNS int8
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
  IF y BETWEEN 1 AND 9999 AND h BETWEEN 0 AND 23 AND mi BETWEEN 0 AND 59 AND s BETWEEN 0 AND 59
    AND fraction BETWEEN 0 AND power(10, scale) - 1 THEN
    RETURN tsql.fit_ticks(tsql.ticks_of(make_date(y, m, d)) + (h * 3600 + mi * 60 + s)::int8 * 10000000
      + fraction * power(10, 7 - scale)::int8, kind, scale, 'int', false);
  END IF;
  RAISE datetime_field_overflow;
EXCEPTION WHEN datetime_field_overflow THEN
  PERFORM tsql.fail(289, format('Cannot construct data type %s, some of the arguments have values which are not valid.', kind));
END $$;

CREATE FUNCTION tsql.eomonth(day date, months int) RETURNS date LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT (date_trunc('month', day) + make_interval(months => coalesce(months, 0) + 1))::date - 1 $$;
`;
