import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { generatedFiles } from '../../../generate/files.ts';
import { sampleText } from '../../../generate/sample.ts';
import { withPart } from '../../../generate/settings-page.ts';
import manifest from '../../../package.json' with { type: 'json' };
import { envValues, parseEnv } from '../../../src/settings/env-file.ts';
import { canonical } from '../../../src/settings/field.ts';
import { settingsSchema } from '../../../src/settings/json-schema.ts';
import { settingsKinds } from '../../../src/settings/kinds.ts';
import { refusal } from '../../../src/settings/resolve.ts';

const ROOT = join(import.meta.dirname, '../../..');
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const kinds = settingsKinds(manifest.version);
const rows = Object.values(kinds).flatMap(({ fields }) => fields);

describe('the files that are made from the table of settings', () => {
  it.each(Object.entries(generatedFiles(manifest.version, read)))('%s is up to date', (path, text) => {
    expect(read(path), 'Run: npm run generate').toBe(text);
  });
});

describe.each(Object.entries(kinds))('the sample of %s', (kind, { fields }) => {
  const text = read(kind === 'facility' ? '.env.sample' : '.env.central.sample');
  const opened = parseEnv(text.replaceAll(/^#(?=[A-Z0-9_]+=)/gm, ''));

  it('can be read with certainty, with every line of it taken in', () => {
    expect(opened.unreadable).toEqual([]);
    expect(opened.entries.filter(({ ambiguous }) => ambiguous !== undefined)).toEqual([]);
  });

  it('shows every setting once, with a value that its own rule takes', () => {
    const shown = fields.filter(({ local }) => local !== true).map(({ key }) => key);
    const keys = opened.entries.map(({ key }) => key).filter((key) => !key.startsWith('COMPOSE_'));
    expect(keys.toSorted()).toEqual(shown.toSorted());
    const values = envValues(opened);
    for (const field of fields) {
      const value = values[field.key] ?? '';
      if (value !== '') expect([field.key, refusal(field, value)]).toEqual([field.key, undefined]);
    }
  });

  it('fits a screen', () => {
    expect(text.split('\n').filter((line) => line.length > 125)).toEqual([]);
  });
});

describe('the rows of the table', () => {
  it.each(rows)('$key lists every choice that its rule takes, and no other', (field) => {
    for (const text of field.choices ?? []) expect(refusal(field, text)).toBeUndefined();
    if (field.choices !== undefined) expect(refusal(field, `${field.choices[0]}x`)).toContain('');
  });

  it.each(rows)('$key has a flag unless it is secret, and then no flag', ({ flag, secret }) => {
    expect(flag === undefined).toBe(secret === true);
  });
});

describe('the JSON schema of the settings', () => {
  const schema = settingsSchema(kinds) as {
    $defs: Record<
      string,
      { properties: Record<string, { pattern?: string; enum?: string[]; writeOnly?: boolean }> }
    >;
  };
  const property = (kind: keyof typeof kinds, key: string) => schema.$defs[kind]?.properties[key] ?? {};

  it.each([
    ['DB_PORT', ['1', '1433', '65535'], ['', 'x', '123456']],
    ['FACILITY_ID', ['', 'UG-01', 'xY9AbCdEf12'], ['-a', 'a.b', 'a b']],
    ['MEMORY_LIMIT', ['768m', '1G', '5'], ['lots', '1gb']],
    ['HEARTBEAT_INTERVAL_MS', ['30000'], ['x', '-1']],
  ])('%s has a pattern that goes with its rule', (key, good, bad) => {
    const field = kinds.facility.fields.find((row) => row.key === key)!;
    const pattern = new RegExp(property('facility', key).pattern ?? 'missing');
    for (const text of good) {
      expect(text).toMatch(pattern);
      expect(canonical(field, text)).toBe(text);
    }
    for (const text of bad) {
      expect(text).not.toMatch(pattern);
      expect(refusal(field, text)).toBeTypeOf('string');
    }
  });

  it('marks passwords and lists choices', () => {
    expect(property('facility', 'DB_PASS').writeOnly).toBe(true);
    expect(property('facility', 'DB_HOST').writeOnly).toBeUndefined();
    expect(property('central', 'WAREHOUSE_SSLMODE').enum).toContain('verify-full');
  });
});

describe('the makers', () => {
  it('leave a page alone around the part, and refuse one without a place for it', () => {
    expect(withPart('a\n<!-- x -->\nold\n<!-- /x -->\nb', 'x', 'new')).toBe(
      'a\n<!-- x -->\nnew\n<!-- /x -->\nb',
    );
    expect(() => withPart('nothing', 'x', 'new')).toThrow('no place for x');
  });

  it('put a new setting among what is seldom changed', () => {
    const field = { ...kinds.facility.fields.at(-1)!, key: 'NEW_ONE', default: '7', sample: { hint: 'why' } };
    const heads = {
      facility: 'f',
      database: 'd',
      warehouse: 'w',
      kafka: 'k',
      certificates: 'c',
      seldom: 's',
    };
    const text = sampleText([field], { title: 't', heads, compose: { A: 'b' } });
    expect(text.split('\n').slice(3)).toEqual(['', '# --- s', '#NEW_ONE=7  # why', '', 'A=b', '']);
  });
});
