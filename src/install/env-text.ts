import type { FilesPort } from '../adapters/files-port.ts';
import { envValues, parseEnv } from '../settings/env-file.ts';
import { mergeEnv } from '../settings/env-write.ts';
import { canonical, type Field, type Values } from '../settings/field.ts';
import type { Resolved } from '../settings/resolve.ts';
import { ENV_FILE } from './facility-folder.ts';
import { packageFile } from './package-files.ts';

/**
 * The `.env` that the folder shall have: the one that stands there, or the package's sample, with the answers put in.
 * Defaults are written only where their key stands already: a later version may have better ones.
 * @param sample name of the package's sample file
 * @param extra keys of Compose itself
 */
export async function wantedEnv(
  fields: readonly Field[],
  resolved: Resolved,
  place: { files: FilesPort; dir: string; packageRoot: string; sample: string },
  extra: Values,
): Promise<string> {
  const existing = await place.files.read(`${place.dir}/${ENV_FILE}`);
  const base = existing ?? (await packageFile(place.files, place.packageRoot, place.sample));
  const present = envValues(parseEnv(base));
  const answers = fields.flatMap((field) => {
    const text = resolved.values[field.key];
    const wanted = text !== undefined && (resolved.sources[field.key] !== 'default' || field.key in present);
    return wanted ? [[field.key, canonical(field, text)] as const] : [];
  });
  // A name of the project that the site has chosen stays: its containers carry it.
  const own = existing === undefined ? [] : Object.keys(extra).filter((key) => (present[key] ?? '') !== '');
  const compose = Object.entries(extra).filter(([key]) => !own.includes(key));
  return mergeEnv(base, Object.fromEntries([...answers, ...compose]), 'Written by clinicmaster-cdc init');
}
