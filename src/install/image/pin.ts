import type { FilesPort } from '../../adapters/files-port.ts';
import { CliError } from '../../errors.ts';
import { envValues, parseEnv } from '../../settings/env-file.ts';
import { mergeEnv } from '../../settings/env-write.ts';
import { digestFor, PIN_KEY } from '../../settings/image-pin.ts';
import { ENV_FILE } from '../facility-folder.ts';
import { ENV_MODE } from '../steps/files.ts';

/** The digest that `.env` pins for this reference; undefined where none is pinned, or one for another name. */
export async function pinned(reference: string, dir: string, files: FilesPort): Promise<string | undefined> {
  const text = await files.read(`${dir}/${ENV_FILE}`);
  return text === undefined ? undefined : digestFor(reference, envValues(parseEnv(text))[PIN_KEY] ?? '');
}

/** Writes the pin into a `.env` that stands there. @returns whether it was changed */
export async function pinIn(
  dir: string,
  reference: string,
  digest: string,
  files: FilesPort,
): Promise<boolean> {
  const path = `${dir}/${ENV_FILE}`;
  const text = await files.read(path);
  if (text === undefined) return false;
  const pin = `${reference}@${digest}`;
  if (envValues(parseEnv(text))[PIN_KEY] === pin) return false;
  const merged = mergeEnv(text, { [PIN_KEY]: pin }, 'The image that was installed');
  await files.writeAtomically(path, merged, ENV_MODE);
  return true;
}

/**
 * @param ids of the other image: its id, its digests
 * @param from where it is, or came from
 */
export function otherImage(
  reference: string,
  digest: string,
  ids: readonly string[],
  from: string,
): CliError {
  return new CliError('image.pin', `${reference} is not the image that .env pins.`, {
    seen: `${from}: ${ids.join(', ')}`,
    needed: `${digest} (${PIN_KEY}). Where the change is meant (a new build, a corrected release), pin the new one.`,
    commands: ['clinicmaster-cdc image verify', 'clinicmaster-cdc init --repin'],
    who: 'central-team',
  });
}
