import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readCompose } from '../../../src/install/compose-file.ts';
import { envValues, parseEnv } from '../../../src/settings/env-file.ts';
import { decodeTwins, mergeEnv } from '../../../src/settings/env-write.ts';
import { canonical } from '../../../src/settings/field.ts';
import { readJaas } from './jaas.ts';
import { anyTextFor, fieldOf } from './spiteful.ts';

/** Of each: passwords and names. */
const VALUES = 5000;
const BATCH = 500;

/** What `.env` shall carry for answers that somebody has typed. */
function answers(key: string): string[] {
  return fc.sample(anyTextFor(key), VALUES).map((typed) => canonical(fieldOf(key), typed));
}

function batches(values: readonly string[]): Record<string, string>[] {
  const count = Math.ceil(values.length / BATCH);
  return [...Array(count).keys()].map((at) =>
    Object.fromEntries(
      values.slice(at * BATCH, (at + 1) * BATCH).map((value, index) => [`V${index}`, value]),
    ),
  );
}

/** The container's environment that the compose file makes of a `.env`: each key and its twin, as for every free text. */
function containerEnvironment(envText: string, keys: readonly string[]): Record<string, string> {
  const lines = keys.flatMap((key) => [key, `${key}_B64`]).map((key) => `      ${key}: \${${key}:-}`);
  const file = `services:\n  connect:\n    image: x\n    container_name: c\n    environment:\n${lines.join('\n')}\n`;
  const { options } = readCompose(file, envValues(parseEnv(envText)), '/f', 'docker-compose.yml');
  return Object.fromEntries(
    (options.Env as string[]).map((line) => [
      line.slice(0, line.indexOf('=')),
      line.slice(line.indexOf('=') + 1),
    ]),
  );
}

const inContainer = (values: Record<string, string>) =>
  containerEnvironment(mergeEnv('', values, 'test'), Object.keys(values));

const PRINT = `${JSON.stringify(process.execPath)} -e 'process.stdout.write(JSON.stringify(process.env))'`;

/** What the entrypoint of the image hands on: connect/settings.sh by this machine's sh (the image has busybox's). */
function entrypoint(environment: Record<string, string>, more = ''): Record<string, string> {
  const script = `set -eu\n. connect/settings.sh\ndecode_twins\n[ -z "$problems" ]\n${more}\n${PRINT}`;
  const printed = execFileSync('sh', ['-c', script], {
    env: { PATH: process.env.PATH, LC_ALL: 'C.UTF-8', ...environment },
    encoding: 'utf8',
    maxBuffer: 64e6,
  });
  return JSON.parse(printed);
}

describe(`${2 * VALUES} answers come through`, () => {
  const passwords = batches(answers('DB_PASS'));
  const names = batches(answers('FACILITY_NAME'));

  it('.env, as this program reads it again, and written once more over itself', () => {
    for (const values of [...passwords, ...names]) {
      const text = mergeEnv('', values, 'test');
      expect(parseEnv(text)).toMatchObject({ unreadable: [] });
      expect(decodeTwins(envValues(parseEnv(text)))).toEqual(values);
      expect(mergeEnv(text, values, 'test')).toBe(text);
    }
  });

  it('the compose file and the entrypoint of the image', { timeout: 240_000 }, () => {
    for (const values of names) expect(entrypoint(inContainer(values))).toMatchObject(values);
  });

  it('and, of passwords, the JAAS line with which the worker logs in to Kafka', { timeout: 240_000 }, () => {
    for (const values of passwords) {
      const quote = Object.keys(values).map((key) => `export "Q_${key}=$(jaas_quoted "$${key}")"`);
      const seen = entrypoint(inContainer(values), quote.join('\n'));
      expect(seen).toMatchObject(values);
      const read = Object.keys(values).map((key) => [key, readJaas(seen[`Q_${key}`] ?? '')]);
      expect(Object.fromEntries(read)).toEqual(values);
    }
  });
});
