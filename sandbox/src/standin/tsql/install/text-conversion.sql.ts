/** Numbers, binary values and GUIDs to text and back, by CONVERT's styles. */
export const TEXT_CONVERSION_SQL = String.raw`
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
