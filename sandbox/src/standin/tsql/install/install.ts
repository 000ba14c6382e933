import { AGGREGATE_SQL } from './aggregate.sql.ts';
import { BASE_SQL } from './base.sql.ts';
import { CALENDAR_SQL } from './calendar.sql.ts';
import { MOMENT_SQL } from './moment.sql.ts';
import { MOMENT_TEXT_SQL } from './moment-text.sql.ts';
import { NUMBER_SQL } from './number.sql.ts';
import { TEXT_SQL } from './text.sql.ts';
import { TEXT_CONVERSION_SQL } from './text-conversion.sql.ts';

/**
 * The function library that compiled statements call, in the schema `tsql`. Run it once in a new PostgreSQL database
 * (UTF-8, LC_COLLATE 'C'), as one simple query; it fails when the schema exists already.
 */
export function installSql(): string {
  return [
    'CREATE SCHEMA tsql;',
    BASE_SQL,
    NUMBER_SQL,
    MOMENT_SQL,
    CALENDAR_SQL,
    MOMENT_TEXT_SQL,
    TEXT_SQL,
    TEXT_CONVERSION_SQL,
    AGGREGATE_SQL,
    'GRANT USAGE ON SCHEMA tsql TO PUBLIC;',
  ].join('\n');
}
