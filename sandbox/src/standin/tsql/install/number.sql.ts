/** Conversions to and between numbers, with SQL Server's ranges, rounding and error texts. `attempt`: NULL instead of an error. */
export const NUMBER_SQL = String.raw`
CREATE FUNCTION tsql.fits_int(value numeric, kind text) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE kind WHEN 'tinyint' THEN value BETWEEN 0 AND 255 WHEN 'smallint' THEN value BETWEEN -32768 AND 32767
    WHEN 'int' THEN value BETWEEN -2147483648 AND 2147483647
    ELSE value BETWEEN -9223372036854775808 AND 9223372036854775807 END $$;

CREATE FUNCTION tsql.int_overflow(value numeric, kind text) RETURNS void LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
  IF kind IN ('tinyint', 'smallint') THEN
    PERFORM tsql.fail(220, format('Arithmetic overflow error for data type %s, value = %s.', kind, value));
  END IF;
  PERFORM tsql.fail(8115, format('Arithmetic overflow error converting expression to data type %s.', kind));
END $$;

-- Any exact number to tinyint, smallint, int or bigint: cut towards zero, then checked.
CREATE FUNCTION tsql.int_from_number(value numeric, kind text, attempt boolean) RETURNS int8
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
  value := trunc(value);
  IF NOT tsql.fits_int(value, kind) THEN
    IF attempt THEN RETURN NULL; END IF;
    PERFORM tsql.int_overflow(value, kind);
  END IF;
  RETURN value;
END $$;

-- money rounds where decimal and float cut.
CREATE FUNCTION tsql.int_from_money(value numeric, kind text, attempt boolean) RETURNS int8
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$ SELECT tsql.int_from_number(round(value), kind, attempt) $$;

CREATE FUNCTION tsql.int_from_float(value float8, kind text, attempt boolean) RETURNS int8
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
  IF NOT tsql.fits_int(trunc(tsql.exact(value)), kind) THEN
    IF attempt THEN RETURN NULL; END IF;
    IF kind IN ('tinyint', 'smallint', 'int') THEN
      PERFORM tsql.fail(232, format('Arithmetic overflow error for type %s, value = %s.', kind, to_char(value, 'FM999999999999999999990.000000')));
    END IF;
    PERFORM tsql.int_overflow(value::numeric, kind);
  END IF;
  RETURN trunc(tsql.exact(value));
END $$;

-- The number that a float is, to its last binary digit (PostgreSQL's own cast keeps 15 decimal digits).
CREATE FUNCTION tsql.exact(value float8) RETURNS numeric LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
  bits int8 := ('x' || encode(float8send(value), 'hex'))::bit(64)::int8;
  exponent int := (bits >> 52) & 2047;
  mantissa int8 := bits & 4503599627370495;
  result numeric;
BEGIN
  IF exponent = 0 THEN exponent := 1; ELSE mantissa := mantissa | 4503599627370496; END IF;
  exponent := exponent - 1075;
  IF mantissa = 0 THEN RETURN 0; END IF;
  WHILE exponent < 0 AND mantissa & 1 = 0 LOOP
    mantissa := mantissa >> 1;
    exponent := exponent + 1;
  END LOOP;
  IF exponent >= 0 THEN result := mantissa * power(2::numeric, exponent);
  ELSE result := mantissa * power(5::numeric, -exponent) * ('1e' || exponent)::numeric;
  END IF;
  RETURN CASE WHEN bits < 0 THEN -result ELSE result END;
END $$;

CREATE FUNCTION tsql.decimal_fit(value numeric, p int, s int, kind text, attempt boolean) RETURNS numeric
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
  value := round(value, s);
  IF abs(value) >= power(10::numeric, p - s) THEN
    IF attempt THEN RETURN NULL; END IF;
    PERFORM tsql.fail(8115, format('Arithmetic overflow error converting %s to data type numeric.', kind));
  END IF;
  RETURN value;
END $$;

-- Exact quotient cut (not rounded) to s decimals, as T-SQL divides decimals.
CREATE FUNCTION tsql.quotient(a numeric, b numeric, s int) RETURNS numeric LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
  IF b = 0 THEN PERFORM tsql.fail(8134, 'Divide by zero error encountered.'); END IF;
  RETURN round(div(a * power(10::numeric, s), b) * ('1e-' || s)::numeric, s);
END $$;

CREATE FUNCTION tsql.money_fit(value numeric, kind text, attempt boolean) RETURNS numeric
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
  value := round(value, 4);
  IF (kind = 'money' AND NOT value BETWEEN -922337203685477.5808 AND 922337203685477.5807)
    OR (kind = 'smallmoney' AND NOT value BETWEEN -214748.3648 AND 214748.3647) THEN
    IF attempt THEN RETURN NULL; END IF;
    PERFORM tsql.fail(8115, format('Arithmetic overflow error converting expression to data type %s.', kind));
  END IF;
  RETURN value;
END $$;

CREATE FUNCTION tsql.real_fit(value float8, attempt boolean) RETURNS float4
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
  IF abs(value) > 3.4028235677973366e38::float8 THEN
    IF attempt THEN RETURN NULL; END IF;
    PERFORM tsql.fail(232, format('Arithmetic overflow error for type real, value = %s.', value));
  END IF;
  IF abs(value) < 1e-45::float8 THEN RETURN 0; END IF;
  RETURN value;
END $$;

CREATE FUNCTION tsql.int_from_text(value text, source text, kind text, attempt boolean) RETURNS int8
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
  digits text := btrim(value);
BEGIN
  IF digits !~ '^[+-]?[0-9]*$' OR digits IN ('+', '-') THEN
    IF attempt THEN RETURN NULL; END IF;
    IF kind = 'bigint' THEN PERFORM tsql.fail(8114, format('Error converting data type %s to bigint.', source)); END IF;
    PERFORM tsql.fail(245, format('Conversion failed when converting the %s value ''%s'' to data type %s.', source, value, kind));
  END IF;
  IF digits = '' THEN RETURN 0; END IF;
  IF NOT tsql.fits_int(digits::numeric, kind) THEN
    IF attempt THEN RETURN NULL; END IF;
    IF kind = 'int' THEN
      PERFORM tsql.fail(248, format('The conversion of the %s value ''%s'' overflowed an int column.', source, value));
    ELSIF kind = 'bigint' THEN
      PERFORM tsql.fail(8115, 'Arithmetic overflow error converting expression to data type bigint.');
    END IF;
    PERFORM tsql.fail(244, format('The conversion of the %s value ''%s'' overflowed an %s column. Use a larger integer column.',
      source, value, CASE kind WHEN 'tinyint' THEN 'INT1' ELSE 'INT2' END));
  END IF;
  RETURN digits::int8;
END $$;

CREATE FUNCTION tsql.bit_from_text(value text, source text, attempt boolean) RETURNS int2
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
  word text := lower(btrim(value));
BEGIN
  IF word = 'true' THEN RETURN 1; END IF;
  IF word = 'false' OR word = '' THEN RETURN 0; END IF;
  IF word !~ '^[+-]?[0-9]+$' THEN
    IF attempt THEN RETURN NULL; END IF;
    PERFORM tsql.fail(245, format('Conversion failed when converting the %s value ''%s'' to data type bit.', source, value));
  END IF;
  RETURN CASE WHEN word::numeric = 0 THEN 0 ELSE 1 END;
END $$;

CREATE FUNCTION tsql.decimal_from_text(value text, source text, p int, s int, attempt boolean) RETURNS numeric
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
  IF btrim(value) !~ '^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)$' THEN
    IF attempt THEN RETURN NULL; END IF;
    PERFORM tsql.fail(8114, format('Error converting data type %s to numeric.', source));
  END IF;
  RETURN tsql.decimal_fit(btrim(value)::numeric, p, s, source, attempt);
END $$;

CREATE FUNCTION tsql.money_from_text(value text, kind text, attempt boolean) RETURNS numeric
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
  digits text := replace(regexp_replace(btrim(value), '^([+-]?)\s*[$£€]?\s*([+-]?)', '\1\2'), ',', '');
BEGIN
  IF digits = '' THEN RETURN 0; END IF;
  IF digits !~ '^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)$' THEN
    IF attempt THEN RETURN NULL; END IF;
    PERFORM tsql.fail(235, 'Cannot convert a char value to money. The char value has incorrect syntax.');
  END IF;
  RETURN tsql.money_fit(digits::numeric, kind, attempt);
END $$;

CREATE FUNCTION tsql.float_from_text(value text, source text, kind text, attempt boolean) RETURNS float8
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
  digits text := btrim(value);
BEGIN
  IF digits = '' THEN RETURN 0; END IF;
  IF digits !~ '^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$' THEN
    IF attempt THEN RETURN NULL; END IF;
    PERFORM tsql.fail(8114, format('Error converting data type %s to %s.', source, kind));
  END IF;
  RETURN CASE WHEN kind = 'real' THEN tsql.real_fit(digits::float8, attempt) ELSE digits::float8 END;
EXCEPTION WHEN numeric_value_out_of_range THEN
  IF attempt THEN RETURN NULL; END IF;
  PERFORM tsql.fail(8115, format('Arithmetic overflow error converting %s to data type %s.', source, kind));
END $$;
`;
