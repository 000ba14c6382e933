import { describe, expect, it } from 'vitest';
import type { CliError } from '../../../src/errors.ts';
import {
  buildEnrolment,
  type EnrolmentContent,
  enrolmentSchema,
  enrolmentValues,
  readEnrolment,
} from '../../../src/settings/enrolment.ts';
import { facilityFields } from '../../../src/settings/fields.ts';
import { CA } from './certificate.ts';

const fields = facilityFields('0.1.0');
const PASSWORD = `zebra's "crossing" \\ $1`;
const CONTENT: EnrolmentContent = {
  issuedAt: '2026-11-25T08:00:00Z',
  issuedBy: 'Central data team',
  facility: { name: `St. Mary's "Lacor"`, code: 'xY9AbCdEf12' },
  kafka: {
    brokers: ['kafka-1.example.org:9093', 'kafka-2.example.org:9093'],
    user: 'facility-7',
    password: PASSWORD,
    ca: CA,
  },
};

const read = (text: string) => readEnrolment(text, 'kayunga.json', fields);
const error = (text: string): CliError => {
  try {
    read(text);
  } catch (cause) {
    return cause as CliError;
  }
  throw new Error('it was taken');
};
/** The file with changes at dotted paths; undefined removes. */
function changed(changes: Record<string, unknown>): string {
  const data = JSON.parse(buildEnrolment(CONTENT, fields));
  for (const [path, value] of Object.entries(changes)) {
    const keys = path.split('.');
    const last = keys.pop() ?? '';
    const parent = keys.reduce((object, key) => object[key], data);
    if (value === undefined) delete parent[last];
    else parent[last] = value;
  }
  return JSON.stringify(data, null, 2);
}

describe('an enrolment file', () => {
  it('is read back as it was built, and answers the table of settings', () => {
    const text = buildEnrolment(CONTENT, fields);
    expect(read(text)).toEqual({ kind: 'clinicmaster-cdc/enrolment', schemaVersion: 1, ...CONTENT });
    expect(enrolmentValues(read(text))).toEqual({
      FACILITY_NAME: `St. Mary's "Lacor"`,
      FACILITY_DHIS2_CODE: 'xY9AbCdEf12',
      KAFKA_BOOTSTRAP_SERVERS: 'kafka-1.example.org:9093,kafka-2.example.org:9093',
      KAFKA_USER: 'facility-7',
      KAFKA_PASS: PASSWORD,
    });
  });

  it('may say more', () => {
    const values = enrolmentValues(
      read(
        changed({
          'facility.id': 'kayunga-1',
          'kafka.mechanism': 'SCRAM-SHA-512',
          'kafka.securityProtocol': 'SASL_SSL',
          image: 'registry.example.org/cdc:1',
          database: { name: 'ClinicMasterMOH', port: 1444, encrypt: true, trustServerCertificate: true },
        }),
      ),
    );
    expect(values).toMatchObject({
      FACILITY_ID: 'kayunga-1',
      KAFKA_SASL_MECHANISM: 'SCRAM-SHA-512',
      IMAGE: 'registry.example.org/cdc:1',
      DB_PORT: '1444',
      DB_TRUST_SERVER_CERTIFICATE: 'true',
    });
  });

  it('may begin with a byte order mark, as Windows editors save it', () => {
    expect(read(`\uFEFF${changed({})}`).facility.code).toBe('xY9AbCdEf12');
  });

  it.each([
    [{ kind: 'clinicmaster-cdc/bundle' }, 'kind "clinicmaster-cdc/bundle" in it'],
    [{ kind: undefined }, 'no kind in it'],
    [{ schemaVersion: 2 }, 'schemaVersion 2; this program reads 1'],
    [{ schemaVersion: '1' }, 'schemaVersion: '],
    [{ 'kafka.brokers': [] }, 'kafka.brokers: '],
    [{ 'kafka.brokers': ['kafka'] }, 'kafka.brokers: "kafka" is not host:port'],
    [{ 'kafka.password': undefined }, 'kafka.password: '],
    [{ 'kafka.password': `${PASSWORD}\n` }, 'kafka.password: The Kafka password holds a line break'],
    [{ 'kafka.passwrd': PASSWORD }, 'kafka: Unrecognized key: "passwrd"'],
    [{ 'kafka.ca': 'PEM' }, 'kafka.ca: no readable certificate'],
    [{ 'kafka.mechanism': 'GSSAPI' }, 'kafka.mechanism: '],
    [{ 'facility.code': '12345' }, 'facility.code: That is a sample'],
    [{ 'facility.code': ' xY9AbCdEf12' }, 'facility.code: The DHIS2 code begins or ends with a blank'],
    [{ issuedAt: 'yesterday' }, 'issuedAt: '],
  ])('%j is refused: %s', (changes, telling) => {
    const { exitCode, seen, message, needed, commands } = error(changed(changes));
    expect(exitCode).toBe(2);
    expect(seen).toContain(telling);
    expect([message, seen, needed, ...commands].join('\n')).not.toMatch(/zebra|crossing/);
  });

  it('names every field that is wrong at once', () => {
    const { seen } = error(changed({ 'facility.code': '12345', 'kafka.brokers': ['x'] }));
    expect(seen?.split('\n')).toHaveLength(2);
  });

  it.each([
    ['', 'the file is empty'],
    ['[]', 'no object in it'],
    ['"text"', 'no object in it'],
    [changed({}).replace('"password": ', '"password": x'), 'broken in line'],
    [changed({}).slice(0, 400), 'broken in line'],
  ])('broken JSON shows none of its text: %#', (text, telling) => {
    const { seen, message, cause } = error(text);
    expect(seen).toContain(telling);
    expect(`${message}${seen}${cause}`).not.toMatch(/zebra|crossing/);
  });

  it('is not built when a facility could not use it', () => {
    const wrong = { ...CONTENT, facility: { ...CONTENT.facility, code: 'UG 01' } };
    expect(() => buildEnrolment(wrong, fields)).toThrow('the enrolment cannot be used');
  });

  it('has a schema that is as strict', () => {
    expect(enrolmentSchema()).toMatchObject({
      additionalProperties: false,
      required: ['kind', 'schemaVersion', 'issuedAt', 'issuedBy', 'facility', 'kafka'],
      properties: { kafka: { additionalProperties: false, properties: { password: { writeOnly: true } } } },
    });
  });
});
