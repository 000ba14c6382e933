import { FACILITY_ID } from '../connector/names.ts';
import { suggestedId } from './dhis2.ts';
import type { EnvFile } from './env-file.ts';
import { envValues } from './env-file.ts';
import { decodeTwins } from './env-write.ts';
import { type Field, flagName, type Source } from './field.ts';
import { PIN_KEY } from './image-pin.ts';
import { LAYER_ORDER, type Layers, problems, resolve } from './resolve.ts';

/** One setting as it stands: what it is, where that comes from, what would override it, what is wrong with it. */
export interface ExplainedSetting {
  key: string;
  prompt: string;
  help: string;
  flag: string | null;
  secret: boolean;
  /** The text in force; of a secret, and of what nobody gave, null. */
  value: string | null;
  set: boolean;
  /** Null: nobody gave it. */
  source: Source | null;
  /** Line of `.env` in which the value stands. */
  line: number | null;
  /** Stronger ways to give it, strongest first. */
  overriddenBy: string[];
  /** Weaker sources that hold another text; of a secret only that they do. */
  hides: { source: Source; value: string | null }[];
  default: string | null;
  choices: readonly string[] | null;
  problem: string | null;
}

const UNGIVEN = 'Needed, and nobody gives it.';

/** Keys of `.env` that others read. */
const FOREIGN = /^(COMPOSE_.*|BASE_IMAGE|DOCKER_HOST)$/;
const TWIN = /_B64$/;

/**
 * Explains every field. Nothing is refused here: what is wrong stands beside its value.
 * @param layers what the sources say; `.env` as far as it can be read
 * @param file the `.env`, where there is one
 */
export function explain(fields: readonly Field[], layers: Layers, file?: EnvFile): ExplainedSetting[] {
  const resolved = resolve(fields, layers);
  const refused = new Map(problems(fields, resolved).map(({ field, message }) => [field.key, message]));
  return fields.map((field) => {
    const { key, prompt, help, choices } = field;
    const secret = field.secret === true;
    const text = resolved.values[key];
    const source = resolved.sources[key] ?? null;
    const set = text !== undefined && text !== '';
    const entry = source === '.env' ? lastEntry(file, key) : undefined;
    return {
      key,
      prompt,
      help,
      flag: flagName(field) ?? null,
      secret,
      value: secret || text === undefined ? null : text,
      set,
      source,
      line: entry?.line ?? null,
      overriddenBy: strongerWays(field, source),
      hides: hidden(field, source, text, layers),
      default: secret ? null : (field.default ?? null),
      choices: choices ?? null,
      problem:
        entry?.ambiguous ?? refused.get(key) ?? (source === null ? UNGIVEN : idProblem(key, resolved.values)),
    };
  });
}

/** Keys of `.env` that neither this program nor Compose reads: often a misspelled one. */
export function unknownKeys(fields: readonly Field[], file: EnvFile): { key: string; line: number }[] {
  const known = new Set([...fields.map(({ key }) => key), PIN_KEY]);
  return file.entries
    .filter(({ key }) => !known.has(key.replace(TWIN, '')) && !FOREIGN.test(key))
    .map(({ key, line }) => ({ key, line }));
}

/** What a `.env` says, as far as it can be read. */
export function readableValues(file: EnvFile): Record<string, string> {
  return decodeTwins(envValues(file));
}

/** A code that cannot name topics needs an id beside it. */
function idProblem(key: string, values: Readonly<Record<string, string>>): string | null {
  const { FACILITY_DHIS2_CODE: code = '', FACILITY_ID: id = '' } = values;
  if (key !== 'FACILITY_ID' || code === '' || id !== '' || FACILITY_ID.test(code)) return null;
  const suggestion = suggestedId(code);
  const example = suggestion === undefined ? '' : `, for example ${suggestion}`;
  return `Needed, because the code holds other characters than letters, digits and hyphens${example}.`;
}

/** The assignment that counts: the last one, or that of its base64 twin where the plain key is empty. */
function lastEntry(file: EnvFile | undefined, key: string) {
  const of = (name: string) => file?.entries.findLast((entry) => entry.key === name);
  const plain = of(key);
  return plain === undefined || plain.value === '' ? (of(`${key}_B64`) ?? plain) : plain;
}

function strongerWays(field: Field, source: Source | null): string[] {
  const flag = flagName(field);
  const ways: Record<(typeof LAYER_ORDER)[number], string | undefined> = {
    flag: field.secret === true ? '--passwords-stdin' : flag,
    environment: `${field.key} in the environment`,
    config: '--config',
    enrolment: '--enrolment',
    '.env': '.env',
  };
  const weakest = (LAYER_ORDER as readonly string[]).indexOf(source ?? '');
  return LAYER_ORDER.slice(0, weakest === -1 ? undefined : weakest).flatMap((name) => ways[name] ?? []);
}

function hidden(field: Field, source: Source | null, text: string | undefined, layers: Layers) {
  const from = (LAYER_ORDER as readonly string[]).indexOf(source ?? '') + 1;
  if (from === 0) return [];
  return LAYER_ORDER.slice(from).flatMap((name) => {
    const other = layers[name]?.[field.key] ?? '';
    if (other === '' || other === text) return [];
    return [{ source: name, value: field.secret === true ? null : other }];
  });
}
