/** Text functions, patterns, and the conversions of numbers and binary values to text and back. Texts here are `text`. */
export const TEXT_SQL = String.raw`
-- A LIKE pattern as a regular expression. Characters in [] stand for themselves but for ^ at the start and ranges.
CREATE FUNCTION tsql.like_regex(pattern text, escape text, blanks boolean) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
  result text := '^';
  c text;
  i int := 1;
  j int;
  part text;
BEGIN
  IF pattern IS NULL THEN RETURN NULL; END IF;
  IF length(escape) > 1 THEN
    PERFORM tsql.fail(506, format('The invalid escape character "%s" was specified in a LIKE predicate.', escape));
  END IF;
  WHILE i <= length(pattern) LOOP
    c := substr(pattern, i, 1);
    IF c = escape AND i < length(pattern) THEN
      i := i + 1;
      result := result || regexp_replace(substr(pattern, i, 1), '([^\w\s])', '\\\1');
    ELSIF c = '%' THEN result := result || '.*';
    ELSIF c = '_' THEN result := result || '.';
    ELSIF c = '[' THEN
      j := i + 1;
      part := '';
      IF substr(pattern, j, 1) = '^' THEN part := '^'; j := j + 1; END IF;
      WHILE j <= length(pattern) AND substr(pattern, j, 1) <> ']' LOOP
        IF substr(pattern, j, 1) = escape AND j < length(pattern) THEN
          j := j + 1;
          part := part || regexp_replace(substr(pattern, j, 1), '([^\w\s])', '\\\1');
        ELSIF substr(pattern, j, 1) = '-' AND part NOT IN ('', '^') AND j < length(pattern) AND substr(pattern, j + 1, 1) <> ']' THEN
          part := part || '-';
        ELSE part := part || regexp_replace(substr(pattern, j, 1), '([^\w\s])', '\\\1');
        END IF;
        j := j + 1;
      END LOOP;
      -- An open or empty bracket matches nothing.
      IF j > length(pattern) OR part = '' THEN RETURN '(?!)'; END IF;
      result := result || '[' || part || ']';
      i := j;
    ELSE result := result || regexp_replace(c, '([^\w\s])', '\\\1');
    END IF;
    i := i + 1;
  END LOOP;
  RETURN result || CASE WHEN blanks THEN ' *$' ELSE '$' END;
END $$;

CREATE FUNCTION tsql.len(value text) RETURNS int LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
AS $$ SELECT length(rtrim(value, ' ')) $$;

CREATE FUNCTION tsql.substring_of(value text, start int8, n int8) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
  IF n < 0 THEN PERFORM tsql.fail(537, 'Invalid length parameter passed to the LEFT or SUBSTRING function.'); END IF;
  RETURN substring(value FROM greatest(start, 1)::int FOR least(greatest(start + n - greatest(start, 1), 0), 2147483647 - greatest(start, 1))::int);
END $$;

CREATE FUNCTION tsql.substring_of(value bytea, start int8, n int8) RETURNS bytea LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
  IF n < 0 THEN PERFORM tsql.fail(537, 'Invalid length parameter passed to the LEFT or SUBSTRING function.'); END IF;
  RETURN substring(value FROM greatest(start, 1)::int FOR least(greatest(start + n - greatest(start, 1), 0), 2147483647 - greatest(start, 1))::int);
END $$;

CREATE FUNCTION tsql.left_of(value text, n int8) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
  IF n < 0 THEN PERFORM tsql.fail(536, 'Invalid length parameter passed to the left function.'); END IF;
  RETURN left(value, least(n, 2147483647)::int);
END $$;

CREATE FUNCTION tsql.right_of(value text, n int8) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
  IF n < 0 THEN PERFORM tsql.fail(536, 'Invalid length parameter passed to the right function.'); END IF;
  RETURN CASE WHEN n = 0 THEN '' ELSE right(value, least(n, 2147483647)::int) END;
END $$;

CREATE FUNCTION tsql.charindex(needle text, hay text, start int8) RETURNS int LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
  skip int := least(greatest(start, 1), length(hay) + 1)::int - 1;
  at int := CASE WHEN needle = '' THEN 0 ELSE position(needle IN substr(hay, skip + 1)) END;
BEGIN
  RETURN CASE WHEN at = 0 THEN 0 ELSE at + skip END;
END $$;

CREATE FUNCTION tsql.patindex(pattern text, value text) RETURNS int LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
  inner_pattern text := pattern;
  regex text;
BEGIN
  IF left(pattern, 1) <> '%' THEN
    RETURN CASE WHEN value ~ tsql.like_regex(pattern, NULL, false) THEN 1 ELSE 0 END;
  END IF;
  inner_pattern := ltrim(pattern, '%');
  FOR i IN 1..length(value) LOOP
    IF substr(value, i) ~ tsql.like_regex(inner_pattern, NULL, false) THEN RETURN i; END IF;
  END LOOP;
  RETURN CASE WHEN inner_pattern = '' THEN 1 ELSE 0 END;
END $$;

-- Case-sensitive and literal. An empty pattern changes nothing.
CREATE FUNCTION tsql.stuff(value text, start int8, n int8, put text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT CASE WHEN start < 1 OR n < 0 OR start > length(value) THEN NULL
  ELSE left(value, start::int - 1) || coalesce(put, '') || substr(value, least(start + n, 2147483647)::int) END $$;

CREATE FUNCTION tsql.replicate(value text, n int8) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
AS $$ SELECT CASE WHEN n < 0 THEN NULL ELSE repeat(value, n::int) END $$;

CREATE FUNCTION tsql.quotename(value text, quote text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
AS $$ SELECT CASE WHEN length(value) > 128 THEN NULL WHEN quote IN ('[', ']') THEN '[' || replace(value, ']', ']]') || ']'
  WHEN quote IN ('''', '"') THEN quote || replace(value, quote, quote || quote) || quote END $$;

-- Character of a code; NUL travels as U+FDD0 (see storage.ts).
CREATE FUNCTION tsql.character(code int, maximum int) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
AS $$ SELECT CASE WHEN code < 0 OR code > maximum OR code BETWEEN 55296 AND 57343 THEN NULL
  WHEN code = 0 THEN chr(64976) ELSE chr(code) END $$;

CREATE FUNCTION tsql.code_of(value text) RETURNS int LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
AS $$ SELECT CASE WHEN value = '' THEN NULL WHEN ascii(value) = 64976 THEN 0 ELSE ascii(value) END $$;

CREATE FUNCTION tsql.str(value float8, n int, decimals int) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
  result text := round(tsql.exact(value), least(greatest(decimals, 0), 16))::text;
BEGIN
  -- Fewer decimals rather than no number; stars when even the whole part does not fit.
  IF length(result) > n THEN
    decimals := greatest(decimals - (length(result) - n), 0);
    result := round(tsql.exact(value), decimals)::text;
  END IF;
  RETURN CASE WHEN length(result) > n THEN repeat('*', n) ELSE lpad(result, n, ' ') END;
END $$;

-- Numbers into a character type: too long is an error (or * for whole numbers), never cut.
CREATE FUNCTION tsql.text_fits(value text, kind text, n int, source text, attempt boolean) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
  IF length(value) <= n THEN RETURN value; END IF;
  IF attempt THEN RETURN NULL; END IF;
  IF source IN ('int', 'smallint', 'tinyint') AND kind IN ('char', 'varchar') THEN RETURN '*'; END IF;
  IF source IN ('money', 'smallmoney') THEN
    PERFORM tsql.fail(234, format('There is insufficient result space to convert a %s value to %s.', source, kind));
  ELSIF source = 'uniqueidentifier' THEN
    PERFORM tsql.fail(8170, 'Insufficient result space to convert uniqueidentifier value to char.');
  END IF;
  PERFORM tsql.fail(8115, format('Arithmetic overflow error converting %s to data type %s.',
    CASE WHEN source IN ('decimal', 'numeric') THEN 'numeric' WHEN source IN ('float', 'real') THEN source ELSE 'expression' END, kind));
END $$;

-- Styles: 0 six significant digits where they are enough, 1 eight, 2 sixteen, 3 all that are needed.
CREATE FUNCTION tsql.text_from_float(value float8, style int) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
  figures int := CASE style WHEN 0 THEN 6 WHEN 1 THEN 8 WHEN 2 THEN 16 ELSE 17 END;
  parts text[];
  mantissa numeric;
  exponent int;
BEGIN
  IF value = 0 AND style = 0 THEN RETURN '0'; END IF;
  IF value = 0 THEN mantissa := 0; exponent := 0;
  ELSE
    mantissa := tsql.exact(value);
    exponent := floor(log(abs(mantissa)));
    IF abs(mantissa) >= ('1e' || (exponent + 1))::numeric THEN exponent := exponent + 1; END IF;
    IF abs(mantissa) < ('1e' || exponent)::numeric THEN exponent := exponent - 1; END IF;
    mantissa := round(mantissa * ('1e' || -exponent)::numeric, figures - 1);
    IF abs(mantissa) >= 10 THEN mantissa := round(mantissa / 10, figures - 1); exponent := exponent + 1; END IF;
  END IF;
  IF style = 0 THEN
    IF exponent BETWEEN -5 AND 5 THEN RETURN trim_scale(round(mantissa * ('1e' || exponent)::numeric, figures - 1 - exponent))::text; END IF;
    mantissa := trim_scale(mantissa);
  END IF;
  RETURN mantissa::text || 'e' || CASE WHEN exponent < 0 THEN '-' ELSE '+' END || lpad(abs(exponent)::text, 3, '0');
END $$;

CREATE FUNCTION tsql.text_from_money(value numeric, style int) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
AS $$ SELECT CASE style WHEN 0 THEN round(value, 2)::text WHEN 2 THEN round(value, 4)::text
  ELSE to_char(round(value, 2), 'FM999,999,999,999,990.00') END $$;

-- Style 0: the bytes are the text (UTF-16 for n-types, else UTF-8); 1: 0x and hexadecimal; 2: hexadecimal.
CREATE FUNCTION tsql.text_from_bytes(value bytea, wide boolean, style int) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
  result text := '';
  unit int;
  high int;
BEGIN
  IF style = 1 THEN RETURN '0x' || upper(encode(value, 'hex')); END IF;
  IF style = 2 THEN RETURN upper(encode(value, 'hex')); END IF;
  IF NOT wide THEN
    RETURN convert_from(decode(replace(encode(value, 'hex'), '', ''), 'hex'), 'UTF8');
  END IF;
  FOR i IN 0..length(value) / 2 - 1 LOOP
    unit := get_byte(value, 2 * i) + 256 * get_byte(value, 2 * i + 1);
    IF unit BETWEEN 55296 AND 56319 THEN high := unit;
    ELSIF unit BETWEEN 56320 AND 57343 THEN result := result || chr((high - 55296) * 1024 + unit - 56320 + 65536);
    ELSE result := result || tsql.character(unit, 65535);
    END IF;
  END LOOP;
  RETURN result;
EXCEPTION WHEN character_not_in_repertoire OR untranslatable_character OR program_limit_exceeded THEN
  PERFORM tsql.fail(8114, 'Error converting data type varbinary to varchar.');
END $$;

CREATE FUNCTION tsql.bytes_from_text(value text, wide boolean, style int, attempt boolean) RETURNS bytea
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
  digits text := CASE WHEN style = 1 THEN substr(value, 3) ELSE value END;
  result bytea := '';
  code int;
BEGIN
  IF style IN (1, 2) THEN
    IF (style = 1 AND value !~* '^0x') OR digits !~ '^[0-9a-fA-F]*$' OR length(digits) % 2 = 1 THEN
      IF attempt THEN RETURN NULL; END IF;
      PERFORM tsql.fail(8114, 'Error converting data type varchar to varbinary.');
    END IF;
    RETURN decode(digits, 'hex');
  END IF;
  IF NOT wide THEN RETURN convert_to(replace(value, chr(64976), ''), 'UTF8'); END IF;
  FOR i IN 1..length(value) LOOP
    code := tsql.code_of(substr(value, i, 1));
    IF code > 65535 THEN
      result := result || substring(int4send(55296 + (code - 65536) / 1024) FROM 4) || substring(int4send(55296 + (code - 65536) / 1024) FROM 3 FOR 1);
      code := 56320 + (code - 65536) % 1024;
    END IF;
    result := result || substring(int4send(code) FROM 4) || substring(int4send(code) FROM 3 FOR 1);
  END LOOP;
  RETURN result;
END $$;

CREATE FUNCTION tsql.bytes_from_int(value int8, width int, n int) RETURNS bytea LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
  b bytea := substring(int8send(value) FROM 9 - width);
BEGIN
  -- Cut or filled at the left: binary(2) of 1 is 0x0001.
  IF n < 0 OR n = width THEN RETURN b; END IF;
  RETURN CASE WHEN n < width THEN substring(b FROM width - n + 1) ELSE decode(repeat('00', n - width), 'hex') || b END;
END $$;

CREATE FUNCTION tsql.int_from_bytes(value bytea, width int) RETURNS int8 LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
  hex text := right(encode(value, 'hex'), width * 2);
  result int8 := ('x' || lpad(hex, 16, '0'))::bit(64)::int8;
BEGIN
  RETURN CASE WHEN width = 4 AND result > 2147483647 THEN result - 4294967296
    WHEN width = 2 AND result > 32767 THEN result - 65536 ELSE result END;
END $$;

CREATE FUNCTION tsql.guid_from_text(value text, attempt boolean) RETURNS uuid LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
  m text[] := regexp_match(value, '^\{?([0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12})');
BEGIN
  IF m IS NULL THEN
    IF attempt THEN RETURN NULL; END IF;
    PERFORM tsql.fail(8169, 'Conversion failed when converting from a character string to uniqueidentifier.');
  END IF;
  RETURN m[1]::uuid;
END $$;

-- A GUID's bytes: the first three groups are little-endian.
CREATE FUNCTION tsql.bytes_from_guid(value uuid) RETURNS bytea LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
AS $$ SELECT decode(regexp_replace(value::text, '^(..)(..)(..)(..)-(..)(..)-(..)(..)-(....)-', '\4\3\2\1\6\5\8\7\9'), 'hex') $$;

CREATE FUNCTION tsql.guid_from_bytes(value bytea) RETURNS uuid LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
AS $$ SELECT regexp_replace(encode(tsql.fit_bytes(value, true, 16), 'hex'), '^(..)(..)(..)(..)(..)(..)(..)(..)', '\4\3\2\1\6\5\8\7')::uuid $$;
`;
