import type { FilesPort } from '../adapters/files-port.ts';
import { CliError, EXIT } from '../errors.ts';
import { type CentralSettings, centralFields, toCentralSettings } from '../settings/central.ts';
import { badAnswers, missingAnswers, problems, resolve } from '../settings/resolve.ts';
import { ENV_FILE, folderFacts, readEnvValues } from './facility-folder.ts';

/**
 * Reads and checks the central site that an earlier `central init` (or a hand-filled `.env`) describes.
 * @throws CliError when there is none, or when a value is missing or wrong
 */
export async function loadCentral(files: FilesPort, dir: string, version: string): Promise<CentralSettings> {
  const values = await readEnvValues(files, dir);
  if (values === undefined) {
    throw new CliError('settings.no-central', 'No central site is set up here.', {
      exitCode: EXIT.usage,
      seen: `no ${ENV_FILE} in ${dir}`,
      needed: 'The folder of central init: stand in it, or name it with --dir.',
      commands: ['clinicmaster-cdc central init'],
    });
  }
  const fields = centralFields(version);
  const resolved = resolve(fields, { '.env': values });
  if (resolved.missing.length > 0) throw missingAnswers(resolved.missing);
  const found = problems(fields, resolved);
  if (found.length > 0) throw badAnswers(found);
  return toCentralSettings(fields, resolved.values, await folderFacts(files, dir));
}
