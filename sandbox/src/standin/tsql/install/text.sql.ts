/** Text functions and patterns. Texts here are PostgreSQL's `text`. */
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
`;
