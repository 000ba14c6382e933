import type { Field } from './field.ts';

/** A JSON schema, as far as one is made here. */
export type JsonSchema = { readonly [key: string]: unknown };

/** Keys that stand in `.env` for Compose and for the build, not for this program. */
const COMPOSE_KEYS: Record<string, JsonSchema> = {
  COMPOSE_FILE: { type: 'string', description: 'Read by Compose: the compose file.' },
  COMPOSE_PROJECT_NAME: { type: 'string', description: 'Read by Compose: the name of the project.' },
  BASE_IMAGE: { type: 'string', description: 'Image to build on.' },
};

/**
 * The JSON schema (draft 2020-12) of the values that `.env` and `--config` hold, every value in its text form. No key is
 * required: each may come from a flag or the environment as well.
 */
export function settingsSchema(
  kinds: Readonly<Record<string, { title: string; fields: readonly Field[] }>>,
): JsonSchema {
  const defs = Object.entries(kinds).map(([name, kind]) => [name, valuesSchema(kind)] as const);
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Settings of clinicmaster-cdc',
    anyOf: defs.map(([name]) => ({ $ref: `#/$defs/${name}` })),
    $defs: Object.fromEntries(defs),
  };
}

function valuesSchema({ title, fields }: { title: string; fields: readonly Field[] }): JsonSchema {
  return {
    title,
    type: 'object',
    properties: {
      ...Object.fromEntries(fields.map((field) => [field.key, valueSchema(field)] as const)),
      ...COMPOSE_KEYS,
    },
    patternProperties: {
      '^[A-Z0-9_]+_B64$': {
        type: 'string',
        contentEncoding: 'base64',
        description: 'The value of the key without _B64, in base64; counts where that key is empty.',
      },
    },
    additionalProperties: false,
  };
}

function valueSchema({ prompt, help, schema, choices, secret, flag, default: preset }: Field): JsonSchema {
  const pattern = schema.meta()?.pattern;
  return {
    type: 'string',
    title: prompt,
    description: flag === undefined ? help : `${help} Flag: ${flag}`,
    ...(preset === undefined ? {} : { default: preset }),
    ...(choices === undefined ? {} : { enum: choices }),
    ...(pattern === undefined ? {} : { pattern }),
    ...(secret === true ? { writeOnly: true } : {}),
  };
}
