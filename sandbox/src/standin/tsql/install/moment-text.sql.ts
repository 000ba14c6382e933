/** Dates and times to text and back, by CONVERT's styles. Style 0 stands for "no style given" where a type has its own default. */
export const MOMENT_TEXT_SQL = String.raw`
-- Which of year, month, day comes first in 1/2/3, by style; the session's own DATEFORMAT is mdy.
CREATE FUNCTION tsql.style_order(style int) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT CASE WHEN style % 100 IN (3, 4, 5) THEN 'dmy' WHEN style % 100 IN (2, 11, 12) THEN 'ymd' ELSE 'mdy' END $$;

-- Splits text into a day, the ticks within it and an offset. problem: 1 not a date, 2 a date that cannot be.
CREATE FUNCTION tsql.read_moment(value text, style int, OUT day date, OUT ticks int8, OUT minutes int, OUT digits int, OUT problem int)
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
  rest text := lower(btrim(regexp_replace(value, '\s+', ' ', 'g')));
  m text[];
  y int; mo int; d int; h int := 0;
  months text := 'jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec';
BEGIN
  day := '1900-01-01'; ticks := 0; digits := 0; problem := 0;
  -- The usual spelling, read at once.
  m := regexp_match(value, '^(\d{4})-(\d\d)-(\d\d)(?:[ T]([01]\d|2[0-3]):([0-5]\d):([0-5]\d)(?:\.(\d{1,7}))?)?$');
  IF m IS NOT NULL AND m[1] > '0000' AND m[2]::int BETWEEN 1 AND 12 AND m[3]::int BETWEEN 1 AND 28 THEN
    day := make_date(m[1]::int, m[2]::int, m[3]::int);
    digits := length(coalesce(m[7], ''));
    IF m[4] IS NOT NULL THEN
      ticks := (m[4]::int * 3600 + m[5]::int * 60 + m[6]::int)::int8 * 10000000 + rpad(coalesce(m[7], ''), 7, '0')::int8;
    END IF;
    RETURN;
  END IF;
  m := regexp_match(rest, ' ?(z|[+-]\d{1,2}:\d{2})$');
  IF m IS NOT NULL AND rest ~ ':\d' THEN
    rest := regexp_replace(rest, ' ?(z|[+-]\d{1,2}:\d{2})$', '');
    minutes := CASE WHEN m[1] = 'z' THEN 0 ELSE (left(m[1], 1) || '1')::int
      * (split_part(substr(m[1], 2), ':', 1)::int * 60 + split_part(m[1], ':', 2)::int) END;
    IF minutes NOT BETWEEN -840 AND 840 THEN problem := 1; RETURN; END IF;
  END IF;
  -- The time, if any, ends the text.
  m := regexp_match(rest, '(?:^|[ t])(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:[.:](\d{1,9}))?)? ?(am|pm)?$');
  IF m IS NULL THEN m := regexp_match(rest, '(?:^| )(\d{1,2})()()() ?(am|pm)$'); END IF;
  IF m IS NOT NULL THEN
    rest := btrim(regexp_replace(rest, '(^|[ t])\d{1,2}(:\d{1,2}){0,2}([.:]\d{1,9})? ?(am|pm)?$', ''));
    h := m[1]::int;
    digits := length(coalesce(m[4], ''));
    IF m[5] IS NOT NULL THEN
      IF h NOT BETWEEN 1 AND 12 THEN problem := 1; RETURN; END IF;
      h := h % 12 + CASE m[5] WHEN 'pm' THEN 12 ELSE 0 END;
    END IF;
    IF h > 23 OR coalesce(nullif(m[2], ''), '0')::int > 59 OR coalesce(nullif(m[3], ''), '0')::int > 59 OR digits > 7 THEN
      problem := CASE WHEN digits > 7 THEN 1 ELSE 2 END;
      RETURN;
    END IF;
    ticks := (h * 3600 + coalesce(nullif(m[2], ''), '0')::int * 60 + coalesce(nullif(m[3], ''), '0')::int)::int8 * 10000000
      + rpad(coalesce(m[4], ''), 7, '0')::int8;
  END IF;
  IF rest = '' THEN RETURN; END IF;
  rest := replace(rest, ',', ' ');
  rest := btrim(regexp_replace(rest, '\s+', ' ', 'g'));
  m := regexp_match(rest, '^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})$');
  IF m IS NULL THEN m := regexp_match(rest, '^(\d{4})(\d{2})(\d{2})$'); END IF;
  IF m IS NULL THEN m := regexp_match(rest, '^(\d{2})(\d{2})(\d{2})$'); END IF;
  IF m IS NULL AND rest ~ '^\d{4}$' THEN m := ARRAY[rest, '1', '1']; END IF;
  IF m IS NULL THEN
    m := regexp_match(rest, '^(\d{1,2})[-/.](\d{1,2})[-/.](\d{4}|\d{2})$');
    IF m IS NOT NULL THEN
      m := CASE tsql.style_order(style) WHEN 'dmy' THEN ARRAY[m[3], m[2], m[1]]
        WHEN 'ymd' THEN m ELSE ARRAY[m[3], m[1], m[2]] END;
    END IF;
  END IF;
  IF m IS NULL THEN
    m := regexp_match(rest, '^(' || months || ')[a-z]*[ .-]?(\d{1,2})[ -](\d{4}|\d{2})$');
    IF m IS NOT NULL THEN m := ARRAY[m[3], m[1], m[2]]; END IF;
  END IF;
  IF m IS NULL THEN
    m := regexp_match(rest, '^(\d{1,2})[ -]?(' || months || ')[a-z]*[ -]?(\d{4}|\d{2})$');
    IF m IS NOT NULL THEN m := ARRAY[m[3], m[2], m[1]]; END IF;
  END IF;
  IF m IS NULL THEN m := regexp_match(rest, '^(\d{4})[ -]?(' || months || ')[a-z]*[ -]?(\d{1,2})$'); END IF;
  IF m IS NULL THEN problem := 1; RETURN; END IF;
  y := m[1]::int;
  IF length(m[1]) = 2 THEN y := y + CASE WHEN y < 50 THEN 2000 ELSE 1900 END; END IF;
  mo := CASE WHEN m[2] ~ '^\d' THEN m[2]::int ELSE (position(m[2] IN months) + 3) / 4 END;
  d := m[3]::int;
  IF y < 1 OR mo NOT BETWEEN 1 AND 12 OR d < 1
    OR d > extract(day FROM make_date(y, mo, 1) + interval '1 month - 1 day') THEN
    problem := 2;
    RETURN;
  END IF;
  day := make_date(y, mo, d);
END $$;

CREATE FUNCTION tsql.moment_error(problem int, source text, kind text) RETURNS void LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
  IF problem = 2 AND kind IN ('datetime', 'smalldatetime') THEN
    PERFORM tsql.fail(242, format('The conversion of a %s data type to a %s data type resulted in an out-of-range value.', source, kind));
  ELSIF kind = 'smalldatetime' THEN
    PERFORM tsql.fail(295, 'Conversion failed when converting character string to smalldatetime data type.');
  END IF;
  PERFORM tsql.fail(241, 'Conversion failed when converting date and/or time from character string.');
END $$;

CREATE FUNCTION tsql.date_from_text(value text, source text, style int, attempt boolean) RETURNS date
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
  r record := tsql.read_moment(value, style);
BEGIN
  IF r.problem <> 0 THEN
    IF attempt THEN RETURN NULL; END IF;
    PERFORM tsql.moment_error(r.problem, source, 'date');
  END IF;
  RETURN r.day;
END $$;

-- To time, datetime, smalldatetime or datetime2.
CREATE FUNCTION tsql.ticks_from_text(value text, source text, kind text, scale int, style int, attempt boolean) RETURNS int8
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
  r record := tsql.read_moment(value, style);
BEGIN
  IF r.problem = 0 AND kind IN ('datetime', 'smalldatetime') AND (r.digits > 3 OR (r.minutes IS NOT NULL AND value !~* 'z\s*$')) THEN
    r.problem := 1;
  END IF;
  IF r.problem <> 0 THEN
    IF attempt THEN RETURN NULL; END IF;
    PERFORM tsql.moment_error(r.problem, source, kind);
  END IF;
  IF kind = 'time' THEN RETURN tsql.fit_ticks(r.ticks, kind, scale, source, attempt); END IF;
  RETURN tsql.fit_ticks(tsql.ticks_of(r.day) + r.ticks, kind, scale, source, attempt);
END $$;

CREATE FUNCTION tsql.offset_from_text(value text, source text, scale int, style int, attempt boolean) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
  r record := tsql.read_moment(value, style);
  local int8;
BEGIN
  IF r.problem <> 0 THEN
    IF attempt THEN RETURN NULL; END IF;
    PERFORM tsql.moment_error(r.problem, source, 'datetimeoffset');
  END IF;
  local := tsql.to_scale(tsql.ticks_of(r.day) + r.ticks, scale);
  RETURN tsql.offset_make(local - coalesce(r.minutes, 0)::int8 * 600000000, coalesce(r.minutes, 0));
END $$;

CREATE FUNCTION tsql.twelve(t int8, scale int, gap text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
AS $$ SELECT lpad(((t / 36000000000 + 11) % 12 + 1)::text, 2, ' ') || substr(tsql.clock_time(t, greatest(scale, 0)), 3,
    CASE WHEN scale < 0 THEN 3 ELSE 20 END) || gap || CASE WHEN t / 36000000000 % 24 < 12 THEN 'AM' ELSE 'PM' END $$;

-- A moment by a style. digits: decimals that the source type has.
CREATE FUNCTION tsql.text_from_ticks(t int8, digits int, style int) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
  d date := tsql.day_of(t);
  millis text := translate(tsql.clock_time(t, digits), '.', ':');
  result text;
BEGIN
  result := CASE style
    WHEN 0 THEN to_char(d, 'Mon ') || lpad(to_char(d, 'FMDD'), 2, ' ') || to_char(d, ' YYYY ') || tsql.twelve(t, -1, '')
    WHEN 1000 THEN to_char(d, 'Mon ') || lpad(to_char(d, 'FMDD'), 2, ' ') || to_char(d, ' YYYY')
    WHEN 1 THEN to_char(d, 'MM/DD/YY') WHEN 101 THEN to_char(d, 'MM/DD/YYYY')
    WHEN 2 THEN to_char(d, 'YY.MM.DD') WHEN 102 THEN to_char(d, 'YYYY.MM.DD')
    WHEN 3 THEN to_char(d, 'DD/MM/YY') WHEN 103 THEN to_char(d, 'DD/MM/YYYY')
    WHEN 4 THEN to_char(d, 'DD.MM.YY') WHEN 104 THEN to_char(d, 'DD.MM.YYYY')
    WHEN 5 THEN to_char(d, 'DD-MM-YY') WHEN 105 THEN to_char(d, 'DD-MM-YYYY')
    WHEN 6 THEN to_char(d, 'DD Mon YY') WHEN 106 THEN to_char(d, 'DD Mon YYYY')
    WHEN 7 THEN to_char(d, 'Mon DD, YY') WHEN 107 THEN to_char(d, 'Mon DD, YYYY')
    WHEN 108 THEN tsql.clock_time(t, 0)
    WHEN 109 THEN to_char(d, 'Mon ') || lpad(to_char(d, 'FMDD'), 2, ' ') || to_char(d, ' YYYY ')
      || replace(tsql.twelve(t, digits, ''), '.', CASE WHEN digits = 3 THEN ':' ELSE '.' END)
    WHEN 10 THEN to_char(d, 'MM-DD-YY') WHEN 110 THEN to_char(d, 'MM-DD-YYYY')
    WHEN 11 THEN to_char(d, 'YY/MM/DD') WHEN 111 THEN to_char(d, 'YYYY/MM/DD')
    WHEN 12 THEN to_char(d, 'YYMMDD') WHEN 112 THEN to_char(d, 'YYYYMMDD')
    WHEN 113 THEN to_char(d, 'DD Mon YYYY ') || CASE WHEN digits = 3 THEN millis ELSE tsql.clock_time(t, digits) END
    WHEN 114 THEN CASE WHEN digits = 3 THEN millis ELSE tsql.clock_time(t, digits) END
    WHEN 120 THEN tsql.clock(t, 0)
    WHEN 121 THEN tsql.clock(t, digits)
    WHEN 23 THEN to_char(d, 'YYYY-MM-DD')
    WHEN 126 THEN replace(tsql.clock(t, CASE WHEN t % 10000000 = 0 AND digits = 3 THEN 0 ELSE digits END), ' ', 'T')
    WHEN 127 THEN replace(tsql.clock(t, CASE WHEN t % 10000000 = 0 AND digits = 3 THEN 0 ELSE digits END), ' ', 'T')
    END;
  IF result IS NULL THEN
    PERFORM tsql.fail(281, format('%s is not a valid style number when converting from datetime to a character string.', style));
  END IF;
  RETURN result;
END $$;

-- A time by a style: those that hold only a date are refused, as SQL Server does.
CREATE FUNCTION tsql.text_from_time(t int8, digits int, style int) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
  IF style IN (0) THEN RETURN tsql.twelve(t, -1, ''); END IF;
  IF style IN (108, 120) THEN RETURN tsql.clock_time(t, 0); END IF;
  IF style = 109 THEN RETURN tsql.twelve(t, digits, ''); END IF;
  IF style IN (113, 114, 121, 126, 127) THEN RETURN tsql.clock_time(t, digits); END IF;
  PERFORM tsql.fail(281, format('%s is not a valid style number when converting from time to a character string.', style));
END $$;
`;
