import type { FacilityCheck } from '../../../src/checks/context.ts';
import type { Facts, Verdict } from '../../../src/checks/types.ts';
import type { FacilitySettings } from '../../../src/settings/facility.ts';

/** A facility as `.env` might describe it; tests change what they are about. */
export function facility(changes: Partial<FacilitySettings> = {}): FacilitySettings {
  return {
    dir: '/opt/clinicmaster-cdc',
    facilityName: 'St. Mary’s',
    facilityCode: 'xY9AbCdEf12',
    facilityId: 'xY9AbCdEf12',
    instance: '',
    restPort: 8083,
    image: 'clinicmaster-cdc/connect-facility:0.1.0',
    database: {
      host: '192.168.1.100',
      port: 1433,
      user: 'cdc_reader',
      password: 's3cret-db',
      name: 'ClinicMasterMOH',
      encrypt: true,
      trustServerCertificate: false,
    },
    kafka: {
      brokers: ['kafka-1.example.org:9093', 'kafka-2.example.org:9093'],
      user: 'facility-7',
      password: 's3cret-kafka',
      securityProtocol: 'SASL_SSL',
      mechanism: 'SCRAM-SHA-256',
    },
    firstCopyWindow: '',
    snapshotMode: 'when_needed',
    snapshotIsolation: 'snapshot',
    tableIncludeList: 'dbo\\..*',
    messageKeyColumns: 'nothing:nothing',
    columnExcludeList: 'none',
    heartbeatIntervalMs: 30_000,
    networkMtu: 1500,
    ...changes,
  };
}

/** Judges facts that have gone through JSON, as those of a support bundle have. */
export function judge<F extends Facts>(check: FacilityCheck<F>, facts: F, settings = facility()): Verdict {
  return check.judge(JSON.parse(JSON.stringify(facts)) as F, settings);
}

/** What a verdict comes down to, for one-line comparisons. */
export function gist({ outcome, code, remedy }: Verdict): string {
  return [outcome, code, ...(remedy === undefined ? [] : [remedy.who])].join(' ');
}
