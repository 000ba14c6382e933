/**
 * LSNs: ten bytes, compared as unsigned bytes, shown as `00000020:00000010:0001`. They are made from one sequence per
 * T-SQL database: the first four bytes start at 0x20, then the counter, then slot 1. The sequence hands out numbers to
 * changes (`__$seqval`) and, under a lock at commit, to transactions (`start_lsn`), so a transaction's LSN is greater
 * than those of its changes and LSNs grow in commit order.
 */
export const LSN_FUNCTIONS = `
CREATE FUNCTION standin.lsn(n bigint) RETURNS bytea
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS
$$ SELECT int8send((32::bigint << 32) + n) || '\\x0001'::bytea $$;

CREATE FUNCTION standin.lsn_text(lsn bytea) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS
$$ SELECT encode(substr(lsn, 1, 4), 'hex') || ':' || encode(substr(lsn, 5, 4), 'hex') || ':' || encode(substr(lsn, 9, 2), 'hex') $$;

-- LSN + step as an 80-bit big-endian number; step is 1 or -1.
CREATE FUNCTION standin.lsn_step(lsn bytea, step int) RETURNS bytea
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
  padded bytea := lsn || substr('\\x00000000000000000000'::bytea, 1, greatest(0, 10 - length(lsn)));
  low int := get_byte(padded, 8) * 256 + get_byte(padded, 9) + step;
  high bigint := ('x' || encode(substr(padded, 1, 8), 'hex'))::bit(64)::bigint;
BEGIN
  IF low > 65535 THEN
    high := high + 1; low := 0;
  ELSIF low < 0 THEN
    high := high - 1; low := 65535;
  END IF;
  RETURN int8send(high) || substr(int4send(low), 3, 2);
END $$;

CREATE FUNCTION standin.increment_lsn(lsn bytea) RETURNS bytea
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT standin.lsn_step(lsn, 1) $$;

CREATE FUNCTION standin.decrement_lsn(lsn bytea) RETURNS bytea
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT standin.lsn_step(lsn, -1) $$;

-- Positions count from 1; the last byte of a mask holds positions 1 to 8.
CREATE FUNCTION standin.is_bit_set(pos int, mask bytea) RETURNS int2
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT (CASE WHEN pos < 1 OR pos > 8 * length(mask) THEN 0
    ELSE get_byte(mask, length(mask) - 1 - (pos - 1) / 8) >> ((pos - 1) % 8) & 1 END)::int2
$$;
`;
