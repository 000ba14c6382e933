import type { ZodType } from 'zod';

/**
 * One setting, in one row: where it may come from, how it is asked for and what it may be.
 * Its `.env` key is the environment variable's name too.
 */
export interface Field {
  key: string;
  /** Long flag with its argument, `--db-host <host>`. Secrets have none: argv shows in process lists. */
  flag?: string;
  /** The question, without its colon. */
  prompt: string;
  /** One sentence for `--help` and docs/settings.md. */
  help: string;
  /** Text form → value; its messages are shown to the user as they are. */
  schema: ZodType<unknown, string>;
  /** Text form. Absent: the user must give one. */
  default?: string;
  secret?: boolean;
  /** How a checked value stands in `.env`, where that is not simply its text. */
  toText?: (value: string) => string;
  /** Asked for even where a default exists, because sites differ. */
  ask?: boolean;
  /** Every text that the schema takes, where they can be listed: questions, completion and the JSON schema offer them. */
  choices?: readonly string[];
  /** Where the sample of `.env` and `config explain` show it. Absent: among what is seldom changed. */
  group?: Group;
  /** Its line in the sample of `.env`: a text that shows the form, where the default does not, and a hint. */
  sample?: { text?: string; hint?: string };
  /** For this program alone: Compose and the container never see it. */
  local?: true;
}

/** Groups of settings, in the order of the sample. */
export const GROUPS = ['facility', 'database', 'warehouse', 'kafka', 'certificates', 'seldom'] as const;
export type Group = (typeof GROUPS)[number];

/** Where a value was found; the order is the precedence. */
export const SOURCES = ['flag', 'environment', 'config', 'enrolment', '.env', 'prompt', 'default'] as const;
export type Source = (typeof SOURCES)[number];

/** Key → text, as `.env` holds it. */
export type Values = Readonly<Record<string, string>>;

/** `--db-host` of a field, without its argument. */
export function flagName(field: Field): string | undefined {
  return field.flag?.split(' ')[0];
}

/** The text of an accepted answer as `.env` shall hold it: trimmed, lists joined. */
export function canonical(field: Field, text: string): string {
  const value = field.schema.parse(text);
  if (Array.isArray(value)) return value.join(',');
  return field.toText?.(String(value)) ?? String(value);
}
