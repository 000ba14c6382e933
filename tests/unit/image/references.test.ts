import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import manifest from '../../../package.json' with { type: 'json' };
import { DLQ_TOPIC, facilityNames, TOPIC_PREFIX } from '../../../src/connector/names.ts';
import { parseEnv } from '../../../src/settings/env-file.ts';

const read = (file: string) => readFileSync(file, 'utf8');
const template = (name: string): Record<string, string> =>
  JSON.parse(read(`templates/connector/${name}.json`));
const references = (text: string) =>
  new Set([...text.matchAll(/\$\{env:([^}]+)\}/g)].map(([, name]) => name!));

const WORKER = read('connect/worker.properties');
const [, allowed = ''] = /^config\.providers\.env\.param\.allowlist\.pattern=(.+)$/m.exec(WORKER) ?? [];
/** What the image and its entrypoint give besides the settings. */
const DERIVED = new Set([
  'CDC_ID',
  'DB_TRUSTSTORE',
  'HOSTNAME',
  'IDLE_FETCH_WAIT_MS',
  'KAFKA_JAAS_CONFIG',
  'KAFKA_TRUSTSTORE',
  'WAREHOUSE_ROOT_CERT',
]);

const ROLES = [
  { role: 'facility', file: 'facility-source', sample: '.env.sample' },
  { role: 'central', file: 'central-sink', sample: '.env.central.sample' },
] as const;

describe.each(ROLES)('the references of the $role image', ({ role, file, sample }) => {
  const compose = parse(read(`docker-compose.${role}.yml`));
  const [service] = Object.values<{ environment: Record<string, string> }>(compose.services);
  const passed = new Set(Object.keys(service?.environment ?? {}));
  const used = new Set([...references(JSON.stringify(template(file))), ...references(WORKER)]);

  it('are all on the list that the worker resolves: any other would reach the data as literal text', () => {
    expect([...used].filter((name) => !new RegExp(allowed).test(name))).toEqual([]);
  });

  it('are all given by Compose or by the image', () => {
    expect([...used].filter((name) => !passed.has(name) && !DERIVED.has(name))).toEqual([]);
  });

  it('are all that Compose passes, but for what the entrypoint itself reads', () => {
    const own = ['FACILITY_ID', 'FIRST_COPY_WINDOW', 'HEAP_OPTS', 'KAFKA_USER', 'KAFKA_PASS'];
    const unused = [...passed].filter(
      (name) => !used.has(name) && !own.includes(name) && !name.endsWith('_B64'),
    );
    expect(unused).toEqual([]);
  });

  it('can all be set in the sample of .env', () => {
    const text = read(sample).replace(/^#(?=[A-Z_]+=)/gm, '');
    const known = new Set(parseEnv(text).entries.map(({ key }) => key));
    expect([...passed].filter((name) => !known.has(name) && !name.endsWith('_B64'))).toEqual([]);
  });
});

describe('the list of references', () => {
  it('holds no name that nothing refers to: each is a value that a connector could read', () => {
    const used = new Set(
      [WORKER, ...ROLES.map(({ file }) => JSON.stringify(template(file)))].flatMap((text) => [
        ...references(text),
      ]),
    );
    const listed = allowed.replace(/^\^\(|\)\$$/g, '').split('|');
    expect(listed.filter((name) => !used.has(name))).toEqual([]);
  });
});

describe('the facility connector', () => {
  const config = template('facility-source');
  const names = facilityNames('X');
  const filled = (key: string) => config[key]?.replaceAll('${env:CDC_ID}', 'X');

  it('uses the names that the rest of the product derives', () => {
    expect(config['topic.prefix']).toBe(TOPIC_PREFIX);
    expect(filled('topic.heartbeat.name')).toBe(names.topics.heartbeat);
    expect(filled('schema.history.internal.kafka.topic')).toBe(names.topics.schemaHistory);
    expect(filled('schema.history.internal.consumer.group.id')).toBe(names.historyGroup);
  });

  it('marks records in the order that the specification gives, and keeps NULL before anything else reads a row', () => {
    expect(config.transforms).toBe(
      'unwrap,keepNulls,addFacilityCodeValue,addFacilityNameValue,addFacilityCodeKey',
    );
    for (const transform of config.transforms!.split(',')) {
      expect(config[`transforms.${transform}.type`], transform).toBeDefined();
    }
  });

  it('matches table topics only by its predicate', () => {
    const table = new RegExp(`^(${config['predicates.isTable.pattern']})$`);
    expect(`${TOPIC_PREFIX}.ClinicMasterMOH.dbo.Visits`).toMatch(table);
    expect(names.topics.heartbeat).not.toMatch(table);
    expect(TOPIC_PREFIX).not.toMatch(table);
  });

  it('holds no secret and no value of a site', () => {
    for (const key of Object.keys(config).filter((name) =>
      /password|jaas|user|hostname|servers/i.test(name),
    )) {
      if (key === 'driver.trustStorePassword') continue;
      expect(config[key], key).toMatch(/^\$\{env:[A-Z_]+\}$/);
    }
  });
});

describe('the sink', () => {
  const config = template('central-sink');
  const route = (topic: string) => {
    const match = new RegExp(`^(?:${config['transforms.route.regex']})$`).exec(topic);
    return match === null ? undefined : config['transforms.route.replacement']?.replace('$1', match[1]!);
  };

  it('reads what the source writes and names the table after it', () => {
    const topic = `${TOPIC_PREFIX}.ClinicMasterMOH.dbo.Visits`;
    expect(topic).toMatch(new RegExp(`^(${config['topics.regex']})$`));
    expect(route(topic)).toBe('Visits');
    expect(route(`${TOPIC_PREFIX}.Clinic.Master.dbo.Order_Lines`)).toBe('Order_Lines');
    expect(facilityNames('X').topics.heartbeat).not.toMatch(new RegExp(`^(${config['topics.regex']})$`));
  });

  it('tolerates what cannot be read, sets it aside and prints none of it', () => {
    expect(config).toMatchObject({
      'errors.tolerance': 'all',
      'errors.deadletterqueue.topic.name': DLQ_TOPIC,
      'errors.log.include.messages': 'false',
    });
    expect(config['connection.url']).toContain('logServerErrorDetail=false');
  });

  it('does not let the driver join upserts: the same row twice in a statement is refused', () => {
    expect(config['connection.url']).not.toContain('reWriteBatchedInserts');
  });
});

describe('the labels of the images', () => {
  it('carry the version of this program: image verify compares it', () => {
    const versions = [
      ...read('Dockerfile.connect').matchAll(/org\.opencontainers\.image\.version="([^"]+)"/g),
    ];
    expect(versions.map(([, version]) => version)).toEqual([manifest.version, manifest.version]);
  });
});
