import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { envValues, parseEnv } from '../../src/settings/env-file.ts';
import { decodeTwins, mergeEnv } from '../../src/settings/env-write.ts';
import { compose } from './support/compose-program.ts';

const VALUES = 10_000;
const BATCH = 2000;
const spiteful = fc
  .array(
    fc.constantFrom(
      "'",
      '"',
      '\\',
      '$',
      '{',
      '}',
      '#',
      ' ',
      '=',
      '`',
      '%',
      ':',
      '!',
      'a',
      'é',
      '😀',
      '${A}',
      '$1',
      ' #',
      '\u00a0',
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(''));

describe('Compose and this program', () => {
  let dir: string;

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'env-'));
  });
  afterAll(() => rm(dir, { recursive: true }));

  /** What Compose would put into a container, for each `.env` key. */
  async function readByCompose(env: string, keys: readonly string[]): Promise<Record<string, string>> {
    const environment = keys.map((key) => `      ${key}: \${${key}:-}`).join('\n');
    await writeFile(
      join(dir, 'docker-compose.yml'),
      `version: '3'\nservices:\n  x:\n    image: x\n    environment:\n${environment}\n`,
    );
    await writeFile(join(dir, '.env'), env);
    const { services } = parse(await compose(dir, 'config'));
    const found = services.x.environment as Record<string, string | null>;
    // `config` doubles every dollar sign, so that its output is a compose file again.
    return Object.fromEntries(keys.map((key) => [key, String(found[key] ?? '').replaceAll('$$', '$')]));
  }

  test(`read ${VALUES} spiteful values out of .env alike`, async () => {
    const texts = fc.sample(spiteful, { numRuns: VALUES, seed: 7 });
    for (let from = 0; from < VALUES; from += BATCH) {
      const batch = texts.slice(from, from + BATCH);
      const values = Object.fromEntries(batch.map((text, index) => [`V${index}`, text]));
      const env = mergeEnv('', values, 'test');
      const keys = Object.keys(values).flatMap((key) => [key, `${key}_B64`]);
      expect(decodeTwins(await readByCompose(env, keys))).toMatchObject(values);
      expect(decodeTwins(envValues(parseEnv(env)))).toEqual(values);
    }
  });

  test('read a .env written by hand alike, where this program does not call it ambiguous', async () => {
    const env = [
      'A=plain # note',
      'B=b#c',
      "C='# $x'",
      'D="a \\"b\\" \\\\ c"',
      'export E=e',
      'F = f ',
      'G=',
    ].join('\n');
    const read = envValues(parseEnv(env));
    expect(parseEnv(env).entries.every(({ ambiguous }) => ambiguous === undefined)).toBe(true);
    expect(await readByCompose(env, Object.keys(read))).toEqual(read);
  });
});
