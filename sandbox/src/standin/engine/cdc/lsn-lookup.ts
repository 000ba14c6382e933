import { literal } from '../postgres/quote.ts';
import { cdcSchema, changeTablesOf, logSchema } from './change-log.ts';

/**
 * The fn_cdc_* functions of one database that read its CDC tables. They exist always and answer as SQL Server does for a
 * database without CDC: NULL.
 */
export function createLookups(database: string): string {
  const log = logSchema(database);
  const mapping = `${cdcSchema(database)}.lsn_time_mapping`;
  const changeTables = changeTablesOf(database);
  const withoutCdc = (answer: string) =>
    `IF to_regclass(${literal(mapping)}) IS NULL THEN RETURN ${answer}; END IF;`;
  const zero = String.raw`'\x00000000000000000000'::bytea`;
  return `
CREATE FUNCTION ${log}.max_lsn() RETURNS bytea LANGUAGE plpgsql STABLE AS $$
BEGIN
  ${withoutCdc('NULL')}
  RETURN (SELECT start_lsn FROM ${mapping} ORDER BY start_lsn DESC LIMIT 1);
END $$;

CREATE FUNCTION ${log}.min_lsn(instance bpchar) RETURNS bytea LANGUAGE plpgsql STABLE AS $$
BEGIN
  ${withoutCdc(zero)}
  RETURN coalesce((SELECT start_lsn FROM ${changeTables} c
    WHERE lower(tsql.txt(c.capture_instance)) = lower(tsql.txt(instance))), ${zero});
END $$;

CREATE FUNCTION ${log}.map_lsn_to_time(lsn bytea) RETURNS int8 LANGUAGE plpgsql STABLE AS $$
BEGIN
  ${withoutCdc('NULL')}
  RETURN (SELECT tran_end_time FROM ${mapping} WHERE start_lsn = lsn);
END $$;

CREATE FUNCTION ${log}.map_time_to_lsn(operator bpchar, moment int8) RETURNS bytea LANGUAGE plpgsql STABLE AS $$
BEGIN
  ${withoutCdc('NULL')}
  RETURN CASE lower(rtrim(tsql.txt(operator)))
    WHEN 'largest less than' THEN
      (SELECT start_lsn FROM ${mapping} WHERE tran_end_time < moment ORDER BY start_lsn DESC LIMIT 1)
    WHEN 'largest less than or equal' THEN
      (SELECT start_lsn FROM ${mapping} WHERE tran_end_time <= moment ORDER BY start_lsn DESC LIMIT 1)
    WHEN 'smallest greater than' THEN
      (SELECT start_lsn FROM ${mapping} WHERE tran_end_time > moment ORDER BY start_lsn LIMIT 1)
    WHEN 'smallest greater than or equal' THEN
      (SELECT start_lsn FROM ${mapping} WHERE tran_end_time >= moment ORDER BY start_lsn LIMIT 1)
  END;
END $$;
`;
}
