import type { Unsealed } from '../../../src/bundle/seal.ts';
import { pass } from '../../../src/checks/verdicts.ts';
import { toFacilitySettings } from '../../../src/settings/facility.ts';
import { facilityFields } from '../../../src/settings/fields.ts';

/** Settings of a facility with the given passwords. */
export function settingsWith(dbPassword: string, kafkaPassword: string) {
  return toFacilitySettings(
    facilityFields('0.1.0'),
    {
      FACILITY_NAME: 'St. Mary’s',
      FACILITY_DHIS2_CODE: 'A1',
      DB_HOST: 'clinic-db',
      DB_USER: 'cdc_reader',
      DB_PASS: dbPassword,
      KAFKA_BOOTSTRAP_SERVERS: 'kafka-1.example.org:9093',
      KAFKA_USER: 'facility-7',
      KAFKA_PASS: kafkaPassword,
    },
    { dir: '/fac' },
  );
}

/** A bundle with next to nothing in it. */
export function unsealed(changes: Partial<Unsealed> = {}): Unsealed {
  return {
    settings: settingsWith('s3cret-of-the-database', 's3cret-of-kafka'),
    secrets: [],
    checks: [
      { id: 'sql-tcp', title: 'T', area: 'sqlserver', verdict: pass('ok'), facts: { ok: true }, ms: 3 },
    ],
    env: '',
    report: '',
    collected: [],
    missing: [],
    hostname: 'records-office-pc',
    createdAt: '2026-11-24T08:00:00.000Z',
    version: '0.1.0',
    ...changes,
  };
}
