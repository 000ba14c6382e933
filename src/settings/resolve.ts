import { CliError, EXIT } from '../errors.ts';
import { type Field, flagName, type Source, type Values } from './field.ts';

/** Where values may come from, strongest first (flag > environment > --config > enrolment > .env > prompt > default). */
export type Layers = Partial<Record<Exclude<Source, 'prompt' | 'default'>, Values>>;

export interface Resolved {
  /** Text form of every known field that has a value; defaults included. */
  values: Record<string, string>;
  sources: Record<string, Source>;
  /** Fields that only the user can fill in. */
  missing: Field[];
}

/** Strongest first. */
export const LAYER_ORDER = ['flag', 'environment', 'config', 'enrolment', '.env'] as const;

/** Takes each field from the strongest layer that holds a non-empty text for it. */
export function resolve(fields: readonly Field[], layers: Layers): Resolved {
  const resolved: Resolved = { values: {}, sources: {}, missing: [] };
  for (const field of fields) {
    const source = LAYER_ORDER.find((name) => (layers[name]?.[field.key] ?? '') !== '');
    if (source !== undefined) {
      resolved.values[field.key] = layers[source]?.[field.key] ?? '';
      resolved.sources[field.key] = source;
    } else if (field.default !== undefined) {
      resolved.values[field.key] = field.default;
      resolved.sources[field.key] = 'default';
    } else resolved.missing.push(field);
  }
  return resolved;
}

/** One refused value. `seen` is masked for secrets. */
export interface Problem {
  field: Field;
  message: string;
  source: Source;
  seen: string;
}

/** Checks every value by its field's schema. */
export function problems(fields: readonly Field[], resolved: Resolved): Problem[] {
  return fields.flatMap((field) => {
    const text = resolved.values[field.key];
    if (text === undefined) return [];
    const message = refusal(field, text);
    const seen = field.secret ? '(hidden)' : text;
    return message === undefined
      ? []
      : [{ field, message, source: resolved.sources[field.key] ?? 'default', seen }];
  });
}

/** Why a field refuses this text; undefined when it takes it. */
export function refusal(field: Field, text: string): string | undefined {
  const result = field.schema.safeParse(text);
  return result.success ? undefined : result.error.issues.map((issue) => issue.message).join(' ');
}

/** The error for answers that cannot be used, naming where each came from. */
export function badAnswers(found: readonly Problem[]): CliError {
  const [first] = found;
  const lines = found.map(
    ({ field, message, seen, source }) => `${field.key} (${source}) = ${seen}: ${message}`,
  );
  return new CliError(
    'settings.invalid',
    found.length === 1 ? `${first?.field.prompt}: ${first?.message}` : 'Some answers cannot be used.',
    {
      exitCode: EXIT.usage,
      seen: lines.join('\n'),
      needed: 'Give another value; nothing was changed.',
    },
  );
}

/** The error for answers that nobody gave and nobody can be asked for. */
export function missingAnswers(missing: readonly Field[]): CliError {
  return new CliError(
    'settings.missing',
    `No terminal to ask for: ${missing.map((field) => field.key).join(', ')}.`,
    {
      exitCode: EXIT.usage,
      seen: 'Neither a flag, nor the environment, nor --config, nor an existing .env gives a value.',
      needed: missing.map((field) => `${field.prompt}: ${waysToGive(field)}`).join('\n'),
    },
  );
}

function waysToGive(field: Field): string {
  const flag = flagName(field);
  if (field.secret)
    return `environment variable ${field.key}, or a line ${field.key}=… with --passwords-stdin`;
  return flag === undefined
    ? `environment variable ${field.key}`
    : `${flag}, or environment variable ${field.key}`;
}
