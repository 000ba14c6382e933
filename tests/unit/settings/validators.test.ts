import { describe, expect, it } from 'vitest';
import { canonical } from '../../../src/settings/field.ts';
import { facilityFields } from '../../../src/settings/fields.ts';
import { refusal } from '../../../src/settings/resolve.ts';

const fields = facilityFields('0.1.0');
const field = (key: string) => {
  const found = fields.find((candidate) => candidate.key === key);
  if (found === undefined) throw new Error(`no field ${key}`);
  return found;
};

describe('answers that are refused', () => {
  it.each([
    ['FACILITY_DHIS2_CODE', '12345', 'sample'],
    ['FACILITY_DHIS2_CODE', 'your_code', 'sample'],
    ['FACILITY_DHIS2_CODE', 'UG 01', 'blank'],
    ['FACILITY_DHIS2_CODE', '', 'empty'],
    ['FACILITY_DHIS2_CODE', 'x'.repeat(51), '50'],
    ['FACILITY_ID', 'a.b', 'letters'],
    ['FACILITY_ID', 'Central', 'taken'],
    ['FACILITY_NAME', 'a\nb', 'one line'],
    ['FACILITY_NAME', '   ', 'empty'],
    ['DB_HOST', 'localhost', 'host.docker.internal'],
    ['DB_HOST', '127.0.0.1', 'host.docker.internal'],
    ['DB_HOST', 'SERVER\\SQLEXPRESS', 'named instance'],
    ['DB_HOST', 'server,1433', 'DB_PORT'],
    ['DB_HOST', 'server:1433', 'DB_PORT'],
    ['DB_HOST', 'no host', 'host name'],
    ['DB_PORT', '0', '65535'],
    ['DB_PORT', '70000', '65535'],
    ['DB_PORT', '14x3', '65535'],
    ['DB_PASS', 'a\nb', 'line break'],
    ['KAFKA_BOOTSTRAP_SERVERS', 'kafka.example.org', 'host:port'],
    ['KAFKA_BOOTSTRAP_SERVERS', 'a:9093,localhost:9093', 'container itself'],
    ['KAFKA_BOOTSTRAP_SERVERS', ' , ', 'at least one'],
    ['KAFKA_SASL_MECHANISM', 'GSSAPI', 'SCRAM-SHA-256'],
    ['INSTANCE', 'Two Words', 'small letters'],
    ['HEARTBEAT_INTERVAL_MS', '5', '1000'],
    ['MEMORY_LIMIT', 'lots', '512m'],
    ['DB_ENCRYPT', 'yes', 'true or false'],
  ])('%s = %j: says "%s"', (key, text, telling) => {
    expect(refusal(field(key), text)).toContain(telling);
  });
});

describe('answers that are taken', () => {
  it.each([
    ['FACILITY_DHIS2_CODE', 'xY9AbCdEf12', 'xY9AbCdEf12'],
    [
      'FACILITY_NAME',
      ` St. Mary's "Lacor" Hospital, Gulu & Co $1 / ünïcode `,
      `St. Mary's "Lacor" Hospital, Gulu & Co $1 / ünïcode`,
    ],
    ['DB_HOST', ' sql-1.example.org ', 'sql-1.example.org'],
    ['DB_HOST', 'fd00::12', 'fd00::12'],
    ['DB_PASS', '  kept to the last blank  ', '  kept to the last blank  '],
    ['KAFKA_BOOTSTRAP_SERVERS', 'a:9093, b:9094 ,[fd00::1]:9093', 'a:9093,b:9094,[fd00::1]:9093'],
    ['INSTANCE', 'second', '-second'],
    ['INSTANCE', '-second', '-second'],
    ['INSTANCE', '', ''],
    ['DB_PORT', '1433', '1433'],
  ])('%s = %j stands in .env as %j', (key, text, stored) => {
    expect(refusal(field(key), text)).toBeUndefined();
    expect(canonical(field(key), text)).toBe(stored);
  });

  it('every default is taken by its own rule', () => {
    for (const candidate of fields) {
      if (candidate.default !== undefined)
        expect([candidate.key, refusal(candidate, candidate.default)]).toEqual([candidate.key, undefined]);
    }
  });
});
