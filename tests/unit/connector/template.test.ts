import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FACILITY_ID, facilityNames, TOPIC_PREFIX } from '../../../src/connector/names.ts';
import { configDifferences, connectorConfig } from '../../../src/connector/template.ts';

const template = (name: string) =>
  readFileSync(join(import.meta.dirname, '../../../templates/connector', name), 'utf8');

describe('names of a facility', () => {
  const id = fc.stringMatching(new RegExp(FACILITY_ID.source)).filter((text) => FACILITY_ID.test(text));

  it('never reach into those of another one by prefix', () => {
    fc.assert(
      fc.property(id, id, (one, other) => {
        fc.pre(one !== other);
        const names = facilityNames(other);
        const { prefix } = facilityNames(one);
        for (const name of [...Object.values(names.topics), names.group, names.historyGroup])
          expect(name.startsWith(prefix)).toBe(false);
      }),
    );
  });

  it('are all under the prefix that its rights name', () => {
    const { topics, group, historyGroup, prefix } = facilityNames('A-1');
    for (const name of [...Object.values(topics), group, historyGroup])
      expect(name.startsWith(prefix)).toBe(true);
    expect(facilityNames('A', 'two').container).toBe('clinicmasterwarehouse-two');
  });
});

describe.each(['facility-source.json', 'central-sink.json'])('%s', (file) => {
  const config = connectorConfig(template(file), 'cdc-x');

  it('is a flat map of texts, with its name inside', () => {
    expect(Object.values(config).every((value) => typeof value === 'string')).toBe(true);
    expect(config.name).toBe('cdc-x');
  });

  it('holds every secret as a reference', () => {
    const secret = Object.entries(config).filter(
      ([key]) => /(password|jaas\.config)$/i.test(key) && key !== 'driver.trustStorePassword',
    );
    expect(secret.length).toBeGreaterThan(0);
    for (const [, value] of secret) expect(value).toMatch(/^\$\{env:[A-Z_]+\}$/);
  });
});

describe('the chain of the source', () => {
  it('has the transforms and fields of the specification', () => {
    const config = connectorConfig(template('facility-source.json'), 'cdc-x');
    const steps = config.transforms?.split(',').filter((step) => step !== 'keepNulls');
    expect(steps).toEqual(['unwrap', 'addFacilityCodeValue', 'addFacilityNameValue', 'addFacilityCodeKey']);
    expect(config['topic.prefix']).toBe(TOPIC_PREFIX);
  });
});

describe('differences of two configurations', () => {
  it('are named by key, in both directions', () => {
    expect(configDifferences({ a: '1', b: '2', name: 'n' }, { a: '1', b: '3', c: '4', name: 'n' })).toEqual([
      'b',
      'c',
    ]);
  });
});
