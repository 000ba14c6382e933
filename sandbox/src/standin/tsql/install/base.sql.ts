/**
 * The ground of the function library: raising T-SQL errors, strings that keep their trailing blanks, lengths.
 *
 * Every character type is stored as `bpchar` without a length. PostgreSQL compares, groups, joins and indexes bpchar
 * without regard to trailing blanks, exactly as T-SQL does, and yet stores and prints them. Casting it to `text` drops
 * them, so `tsql.txt` goes through the output function instead.
 */
export const BASE_SQL = String.raw`
-- An error number travels as SQLSTATE 'T' and four digits, one of 10000 and more as 'U' and its last four.
CREATE FUNCTION tsql.fail(number int, message text) RETURNS void LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
  RAISE EXCEPTION USING
    ERRCODE = CASE WHEN number < 10000 THEN 'T' ELSE 'U' END || lpad((number % 10000)::text, 4, '0'),
    MESSAGE = message;
END $$;

CREATE FUNCTION tsql.txt(value bpchar) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
AS $$ SELECT textin(bpcharout($1)) $$;

-- UTF-16 code units: what nvarchar(n) counts.
CREATE FUNCTION tsql.units(value text) RETURNS int LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
  IF value !~ '[\U00010000-\U0010FFFF]' THEN RETURN length(value); END IF;
  RETURN length(value) + length(regexp_replace(value, '[^\U00010000-\U0010FFFF]', '', 'g'));
END $$;

-- First n code units, never half a character.
CREATE FUNCTION tsql.cut_units(value text, n int) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
  part text := left(value, n);
BEGIN
  IF octet_length(value) <= n THEN RETURN value; END IF;
  WHILE tsql.units(part) > n LOOP part := left(part, -1); END LOOP;
  RETURN part;
END $$;

-- First n bytes of the UTF-8 form, never half a character: what varchar(n) holds under a UTF-8 collation.
CREATE FUNCTION tsql.cut_bytes_of(value text, n int) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
  part text := left(value, n);
BEGIN
  IF octet_length(value) <= n THEN RETURN value; END IF;
  WHILE octet_length(part) > n LOOP
    part := left(part, -greatest(1, (octet_length(part) - n) / 4));
  END LOOP;
  RETURN part;
END $$;

-- CAST to a character type of length n (kinds: char, varchar, nchar, nvarchar): cuts silently, pads char and nchar.
CREATE FUNCTION tsql.fit(value text, kind text, n int) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
  part text := CASE WHEN left(kind, 1) = 'n' THEN tsql.cut_units(value, n) ELSE tsql.cut_bytes_of(value, n) END;
BEGIN
  IF kind = 'char' THEN RETURN part || repeat(' ', n - octet_length(part)); END IF;
  IF kind = 'nchar' THEN RETURN part || repeat(' ', n - tsql.units(part)); END IF;
  RETURN part;
END $$;

-- Storing into a column: blanks may be cut off its end, anything else is error 2628.
CREATE FUNCTION tsql.store(value text, kind text, n int, place text, col text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
  wide boolean := left(kind, 1) = 'n';
  bare text;
BEGIN
  IF octet_length(value) > n THEN
    bare := rtrim(value, ' ');
    IF (CASE WHEN wide THEN tsql.units(bare) ELSE octet_length(bare) END) > n THEN
      PERFORM tsql.fail(2628, format(
        'String or binary data would be truncated in table ''%s'', column ''%s''. Truncated value: ''%s''.', place, col,
        left(CASE WHEN wide THEN tsql.cut_units(value, n) ELSE tsql.cut_bytes_of(value, n) END, 100)));
    END IF;
  END IF;
  RETURN tsql.fit(value, kind, n);
END $$;

CREATE FUNCTION tsql.fit_bytes(value bytea, fixed boolean, n int) RETURNS bytea
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
  IF length(value) >= n THEN RETURN substring(value FROM 1 FOR n); END IF;
  RETURN CASE WHEN fixed THEN value || decode(repeat('00', n - length(value)), 'hex') ELSE value END;
END $$;

CREATE FUNCTION tsql.store_bytes(value bytea, fixed boolean, n int, place text, col text) RETURNS bytea
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
  IF length(value) > n THEN
    PERFORM tsql.fail(2628, format(
      'String or binary data would be truncated in table ''%s'', column ''%s''. Truncated value: ''%s''.', place, col, ''));
  END IF;
  RETURN tsql.fit_bytes(value, fixed, n);
END $$;

-- Binary values compare as if padded with zeros: this makes any value comparable with a binary(n) column.
CREATE FUNCTION tsql.bytes_for(value bytea, n int) RETURNS bytea LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
  IF length(value) = n THEN RETURN value; END IF;
  value := rtrim(value, '\x00'::bytea);
  RETURN CASE WHEN length(value) < n THEN tsql.fit_bytes(value, true, n) ELSE value END;
END $$;

-- SQL Server orders GUIDs by their last six bytes, then the two before, then the first three groups from their ends.
CREATE FUNCTION tsql.guid_key(value uuid) RETURNS bytea LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
  b bytea := uuid_send(value);
  key bytea := substring(b FROM 11 FOR 6) || substring(b FROM 9 FOR 2);
BEGIN
  FOR i IN REVERSE 8..1 LOOP key := key || substring(b FROM i FOR 1); END LOOP;
  RETURN key;
END $$;

-- The number of rows that TOP, OFFSET or FETCH may take.
CREATE FUNCTION tsql.row_limit(value int8, clause text) RETURNS int8 LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
  IF value IS NULL THEN
    PERFORM tsql.fail(1060, 'The number of rows provided for a TOP or FETCH clauses row count parameter must be an integer.');
  ELSIF value < 0 AND clause = 'offset' THEN
    PERFORM tsql.fail(10742, 'The offset specified in a OFFSET clause may not be negative.');
  ELSIF value < 0 THEN
    PERFORM tsql.fail(127, 'A TOP N or FETCH rowcount value may not be negative.');
  END IF;
  RETURN value;
END $$;

-- After explicit identity values: the counter goes on from the furthest one.
CREATE FUNCTION tsql.raise_identity(counter regclass, value int8) RETURNS void LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  step int8;
  reached int8;
  used boolean;
BEGIN
  SELECT seqincrement INTO step FROM pg_sequence WHERE seqrelid = counter;
  EXECUTE format('SELECT last_value, is_called FROM %s', counter) INTO reached, used;
  IF (step > 0 AND value > reached - CASE WHEN used THEN 0 ELSE 1 END) OR (step < 0 AND value < reached + CASE WHEN used THEN 0 ELSE 1 END) THEN
    PERFORM setval(counter, value, true);
  END IF;
END $$;

CREATE SEQUENCE tsql.rowversion_seq;
CREATE FUNCTION tsql.next_rowversion() RETURNS bytea LANGUAGE sql VOLATILE
AS $$ SELECT int8send(nextval('tsql.rowversion_seq')) $$;
`;
