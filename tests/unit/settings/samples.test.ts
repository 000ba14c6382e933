import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import manifest from '../../../package.json' with { type: 'json' };
import { centralFields } from '../../../src/settings/central.ts';
import { envValues, parseEnv } from '../../../src/settings/env-file.ts';
import { flagName } from '../../../src/settings/field.ts';
import { facilityFields } from '../../../src/settings/fields.ts';

const ROOT = join(import.meta.dirname, '../../..');
const read = (name: string) => readFileSync(join(ROOT, name), 'utf8');
/** Defaults that the entrypoint of the image knows, because an empty text in the compose file means "yours". */
const LEFT_TO_THE_IMAGE = new Set([
  'FACILITY_ID',
  'INSTANCE',
  'TABLE_INCLUDE_LIST',
  'MESSAGE_KEY_COLUMNS',
  'COLUMN_EXCLUDE_LIST',
  'HEAP_OPTS',
]);

describe.each([
  ['docker-compose.facility.yml', '.env.sample', facilityFields(manifest.version)],
  ['docker-compose.central.yml', '.env.central.sample', centralFields(manifest.version)],
])('%s, %s and the table of fields', (compose, sample, fields) => {
  const composeDefaults = Object.fromEntries(
    [...read(compose).matchAll(/\$\{([A-Z0-9_]+):-([^}]*)\}/g)].map(([, key = '', preset = '']) => [
      key,
      preset,
    ]),
  );

  it('agree on every default', () => {
    for (const { key, default: preset = '', local } of fields) {
      if (local === true) expect(composeDefaults).not.toHaveProperty(key);
      else expect([key, composeDefaults[key]]).toEqual([key, LEFT_TO_THE_IMAGE.has(key) ? '' : preset]);
    }
  });

  it('agree on every key of the sample', () => {
    const keys = Object.keys(envValues(parseEnv(read(sample).replaceAll(/^#([A-Z0-9_]+=)/gm, '$1'))));
    const known = new Set([...fields.map(({ key }) => key), 'COMPOSE_FILE', 'COMPOSE_PROJECT_NAME']);
    expect(keys.filter((key) => !known.has(key))).toEqual([]);
  });

  it('can carry any value that one spelling cannot', () => {
    const free = fields.filter(({ schema }) => schema.safeParse(`it's $1`).success);
    expect(free.map(({ key }) => `${key}_B64`).filter((twin) => !(twin in composeDefaults))).toEqual([]);
  });
});

describe('docs/settings.md', () => {
  const rows = read('docs/settings.md').split('\n');

  it.each([...facilityFields(manifest.version), ...centralFields(manifest.version)])(
    'tells of $key',
    (field) => {
      const row = rows.filter((line) => line.startsWith(`| \`${field.key}\` |`));
      expect(row.length).toBeGreaterThan(0);
      const all = row.join('\n');
      expect(all).toContain(field.help);
      if (field.flag !== undefined) expect(all).toContain(`\`${flagName(field)}\``);
      if (field.default) expect(all).toContain(`\`${field.default}\``);
    },
  );
});
