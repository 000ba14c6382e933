import { type EnvFile, envValues, parseEnv } from '../settings/env-file.ts';
import { decodeTwins } from '../settings/env-write.ts';
import type { Field } from '../settings/field.ts';
import { PIN_KEY } from '../settings/image-pin.ts';
import type { Secret } from '../settings/redact.ts';

/** A key that holds a secret by its name, for keys that no field knows. */
const LIKELY_SECRET = /pass|pwd|secret|token|credential|(?:^|_)key$/i;
/** Said of Compose and of the image build, and of no person. */
const OTHER_PLAIN = new Set(['COMPOSE_FILE', 'COMPOSE_PROJECT_NAME', 'BASE_IMAGE', PIN_KEY]);

/**
 * `.env` for somebody else's eyes: known settings as they are, secrets and unknown keys without their value. Comments are left out:
 * people note old passwords there.
 */
export function maskedEnv(source: string, fields: readonly Field[]): string {
  const file = parseEnv(source);
  const lines = file.entries.map(({ key, value, ambiguous }) => {
    const shown = value === '' ? '' : isPlain(key, fields) ? value : '(hidden)';
    return `${key}=${shown}${ambiguous === undefined ? '' : `  # ${ambiguous}`}`;
  });
  const unreadable = file.unreadable.map((line) => `# line ${line} is no KEY=value`);
  return `${[...lines, ...unreadable].join('\n')}\n`;
}

function isPlain(key: string, fields: readonly Field[]): boolean {
  const field = fields.find((candidate) => candidate.key === key.replace(/_B64$/, ''));
  return field === undefined ? OTHER_PLAIN.has(key) : field.secret !== true;
}

/** Every secret that `.env` holds: those of the fields, decoded and as written, and what other keys hold by their names. */
export function envSecrets(source: string, fields: readonly Field[]): Secret[] {
  const file: EnvFile = parseEnv(source);
  const decoded = Object.entries(decodeTwins(envValues(file)));
  const written = file.entries.map(({ key, value }): [string, string] => [key, value]);
  return [...decoded, ...written]
    .filter(([key, value]) => value !== '' && isSecret(key.replace(/_B64$/, ''), fields))
    .map(([name, value]) => ({ name, value }));
}

function isSecret(key: string, fields: readonly Field[]): boolean {
  const field = fields.find((candidate) => candidate.key === key);
  return field === undefined ? LIKELY_SECRET.test(key) && !OTHER_PLAIN.has(key) : field.secret === true;
}
