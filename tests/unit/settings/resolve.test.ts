import { describe, expect, it } from 'vitest';
import { toFacilitySettings } from '../../../src/settings/facility.ts';
import { facilityFields } from '../../../src/settings/fields.ts';
import { badAnswers, missingAnswers, problems, resolve } from '../../../src/settings/resolve.ts';

const fields = facilityFields('0.1.0');
const complete = {
  FACILITY_NAME: 'Kayunga',
  FACILITY_DHIS2_CODE: 'xY9AbCdEf12',
  DB_HOST: 'sql.example.org',
  DB_USER: 'cdc',
  DB_PASS: 'secret-db',
  KAFKA_BOOTSTRAP_SERVERS: 'kafka-1.example.org:9093',
  KAFKA_USER: 'f7',
  KAFKA_PASS: 'secret-kafka',
};

describe('where a value comes from', () => {
  it('flag > environment > --config > .env > default', () => {
    const layers = {
      flag: { DB_HOST: 'by-flag' },
      environment: { DB_HOST: 'by-env', DB_PORT: '1' },
      config: { DB_HOST: 'by-config', DB_PORT: '2', DB_USER: 'by-config' },
      '.env': { DB_HOST: 'by-file', DB_PORT: '3', DB_USER: 'by-file', DB_NAME: 'by-file' },
    };
    const { values, sources } = resolve(fields, layers);
    expect(values).toMatchObject({
      DB_HOST: 'by-flag',
      DB_PORT: '1',
      DB_USER: 'by-config',
      DB_NAME: 'by-file',
      REST_PORT: '8083',
    });
    expect(sources).toMatchObject({
      DB_HOST: 'flag',
      DB_PORT: 'environment',
      DB_USER: 'config',
      DB_NAME: '.env',
      REST_PORT: 'default',
    });
  });

  it('an empty text does not hide a weaker one', () => {
    expect(resolve(fields, { environment: { DB_HOST: '' }, '.env': { DB_HOST: 'h' } }).values.DB_HOST).toBe(
      'h',
    );
  });

  it('names what nobody gave, with the ways to give it', () => {
    const { missing } = resolve(fields, { '.env': { ...complete, DB_PASS: '', DB_HOST: '' } });
    expect(missing.map(({ key }) => key)).toEqual(['DB_HOST', 'DB_PASS']);
    const error = missingAnswers(missing);
    expect(error.exitCode).toBe(2);
    expect(error.needed).toContain('--db-host, or environment variable DB_HOST');
    expect(error.needed).toContain(
      'environment variable DB_PASS, or a line DB_PASS=… with --passwords-stdin',
    );
  });

  it('never shows a refused password', () => {
    const resolved = resolve(fields, {
      environment: { ...complete, DB_PASS: 'zebra\u0007crossing', DB_PORT: 'x' },
    });
    const error = badAnswers(problems(fields, resolved));
    expect(error.exitCode).toBe(2);
    expect(JSON.stringify(error)).not.toMatch(/zebra|crossing/);
    expect(error.seen).toContain('DB_PORT (environment) = x');
  });
});

describe('facility settings', () => {
  const settings = (values: Record<string, string>) =>
    toFacilitySettings(fields, resolve(fields, { '.env': values }).values, { dir: '/f' });

  it('has the code as its id, unless another one is given', () => {
    expect(settings(complete).facilityId).toBe('xY9AbCdEf12');
    expect(settings({ ...complete, FACILITY_ID: 'kayunga-1' }).facilityId).toBe('kayunga-1');
  });

  it('asks for an id where the code cannot name topics, and proposes one', () => {
    expect(() => settings({ ...complete, FACILITY_DHIS2_CODE: 'UG/01_é' })).toThrowError(
      expect.objectContaining({
        exitCode: 2,
        commands: ['clinicmaster-cdc init --facility-id UG-2F01-5F-C3-A9'],
      }),
    );
  });

  it('takes no code that would claim the names of the sink', () => {
    expect(() => settings({ ...complete, FACILITY_DHIS2_CODE: 'Central' })).toThrowError();
  });
});
