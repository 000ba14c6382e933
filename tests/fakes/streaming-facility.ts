import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { hostFiles } from '../../src/adapters/files.ts';
import type { SqlValue } from '../../src/adapters/sqlserver-port.ts';
import type { SystemFacts } from '../../src/adapters/system.ts';
import { connectorConfig } from '../../src/connector/template.ts';
import { loadFacility } from '../../src/install/facility-folder.ts';
import type { FacilitySettings } from '../../src/settings/facility.ts';
import type { World } from './check-ports.ts';
import { healthyCapture } from './healthy-capture.ts';
import { instanceAnswer } from './sql-instance-answers.ts';

export const CODE = 'xY9AbCdEf12';
const ROOT = join(import.meta.dirname, '../..');
const CONTAINER_ID = '0123456789abcdef0123456789abcdef';

/** The `.env` of the facility that {@link streamingFacility} surrounds. */
export const ENV = `FACILITY_NAME='St. Mary''s'
FACILITY_DHIS2_CODE=${CODE}
DB_HOST=192.168.1.100
DB_USER=cdc_reader
DB_PASS=s3cret-of-the-database
KAFKA_BOOTSTRAP_SERVERS=kafka-1.example.org:9093
KAFKA_USER=facility-7
KAFKA_PASS=s3cret-of-kafka
`.replace("'St. Mary''s'", 'St. Mary’s');

/** The settings that {@link ENV} comes to. */
export function settingsOfFake(): Promise<FacilitySettings> {
  const read = async (path: string) => (path === '/fac/.env' ? ENV : undefined);
  return loadFacility({ ...hostFiles(), read }, '/fac', '0.1.0');
}

/** The names of topics hold this prefix (specification). */
const DATA = 'clinicmasterwarehouse-sqlserver.ClinicMasterMOH.dbo';

/** The machine that {@link streamingFacility} runs on. */
export const SYSTEM: SystemFacts = {
  platform: 'linux',
  release: '6.8.0',
  version: '#1 SMP',
  arch: 'x64',
  cpus: 4,
  memoryBytes: 8e9,
  freeMemoryBytes: 3e9,
  uptimeSeconds: 86_400,
  node: 'v20.17.0',
  timeZone: 'Africa/Kampala',
  hostname: 'records-office-pc',
};

/** A facility on which there is nothing to be found. */
export function streamingFacility(): World {
  const nowMs = Date.parse('2026-11-24T08:00:00Z');
  const template = readFileSync(join(ROOT, 'templates/connector/facility-source.json'), 'utf8');
  const world: World = {
    nowMs,
    docker: {
      log: '',
      containers: [
        {
          id: CONTAINER_ID,
          name: 'clinicmasterwarehouse',
          image: 'clinicmaster-cdc/connect-facility:0.1.0',
          imageId: 'sha256:0123456789abcdef',
          labels: { 'org.clinicmaster.cdc.facility': CODE, 'org.clinicmaster.cdc.version': '0.1.0' },
          status: 'running',
          running: true,
          health: 'healthy',
          exitCode: 0,
          oomKilled: false,
          restartCount: 0,
          startedAt: '2026-11-24T07:00:00Z',
          finishedAt: '',
          ports: [{ containerPort: 8083, hostIp: '127.0.0.1', hostPort: 8083 }],
          networks: ['clinicmasterwarehouse'],
        },
      ],
    },
    broken: {},
    certificate: {
      protocol: 'TLSv1.3',
      subject: 'kafka-1.example.org',
      issuer: 'Ministry CA',
      names: ['kafka-1.example.org'],
      validFrom: '2026-01-01T00:00:00.000Z',
      validTo: '2027-11-24T08:00:00.000Z',
      selfSigned: false,
      chain: [
        {
          subject: 'kafka-1.example.org',
          issuer: 'Ministry CA',
          validTo: '2027-11-24T08:00:00.000Z',
          fingerprint: 'AA:BB',
        },
      ],
      nameMatches: true,
    },
    sql: { login: undefined, rows: (text) => catalogue(text, world.nowMs) },
    kafka: {
      login: 'ok',
      advertised: [{ id: 1, host: 'kafka-1.example.org', port: 9093 }],
      members: [
        {
          clientId: `cdc.${CODE}.worker.${CONTAINER_ID.slice(0, 12)}`,
          clientHost: '/10.8.0.14',
          memberId: 'm',
        },
      ],
      ends: { [`${DATA}.Visits`]: 60_000, [`${DATA}.Patients`]: 43_000 },
      heartbeat: {
        offset: '77',
        timestampMs: nowMs - 12_000,
        key: JSON.stringify({ payload: { facility_dhis2_code: CODE } }),
        value: '{}',
      },
      mayReadData: false,
    },
    configuration: {
      Env: ['HEAP_OPTS=', 'DEFAULT_HEAP_OPTS=-Xms64m -Xmx384m', 'DB_PASS=s3cret-of-the-database'],
      StopTimeout: 60,
      HostConfig: {
        RestartPolicy: { Name: 'unless-stopped' },
        LogConfig: { Type: 'json-file', Config: { 'max-size': '20m', 'max-file': '5' } },
        Memory: 768 * 2 ** 20,
        ExtraHosts: ['host.docker.internal:host-gateway'],
      },
    },
    writes: [],
    asked: [],
    connect: {
      health: 'healthy',
      states: { connector: 'RUNNING', task: 'RUNNING' },
      config: connectorConfig(template, `cdc-${CODE}`),
      problems: [],
      offset: { commit_lsn: '00000027:00000ac0:0003', change_lsn: null, event_serial_no: 0 },
    },
  };
  return world;
}

/** What a well-kept SQL Server answers, by the view that is asked. */
function catalogue(text: string, nowMs: number): Record<string, SqlValue>[] {
  const instance = instanceAnswer(text, nowMs);
  if (instance !== undefined) return instance;
  const capture = healthyCapture(text);
  if (capture !== undefined) return capture;
  const table = { schema_name: 'dbo', table_name: 'Visits' };
  if (text.includes('snapshot_isolation_state_desc')) return [{ state: 'ON' }];
  if (text.includes('is_cdc_enabled')) return [{ is_cdc_enabled: true }];
  if (text.includes('sys.indexes')) return [{ ...table, index_name: 'PK_Visits', is_primary_key: true }];
  if (text.includes('sys.dm_server_services')) {
    return [
      {
        servicename: 'SQL Server Agent (X)',
        status_desc: 'Running',
        startup_type_desc: 'Automatic',
        service_account: 'NT SERVICE\\SQLSERVERAGENT',
      },
    ];
  }
  if (text.includes('lsn_time_mapping')) return [{ age_s: 4 }];
  if (text.includes('can_select')) return [{ ...table, role_name: null, can_select: 1, in_role: null }];
  if (text.includes('capture_instance')) return [{ ...table, capture_instance: 'dbo_Visits' }];
  if (text.includes('cdc.change_tables AS ct')) return [table];
  if (text.includes('sys.columns AS c') && text.includes('max_length = -1')) return [];
  if (text.includes('SUM(p.rows)')) return [{ ...table, row_count: '60000' }];
  if (text.includes('sp_cdc_help_jobs')) {
    return [
      { job_type: 'capture', retention: 0 },
      { job_type: 'cleanup', retention: '20160' },
    ];
  }
  throw new Error(`the fake SQL Server was asked: ${text}`);
}
