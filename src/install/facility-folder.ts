import { posix, win32 } from 'node:path';
import type { FilesPort } from '../adapters/files-port.ts';
import type { HostFacts } from '../adapters/host.ts';
import { CliError, EXIT } from '../errors.ts';
import { envValues, parseEnv } from '../settings/env-file.ts';
import { decodeTwins } from '../settings/env-write.ts';
import { type FacilitySettings, toFacilitySettings } from '../settings/facility.ts';
import { facilityFields } from '../settings/fields.ts';
import { badAnswers, missingAnswers, problems, resolve } from '../settings/resolve.ts';

/** Names inside a facility folder. */
export const ENV_FILE = '.env';
export const JOURNAL_FILE = 'journal.json';
/** What the checks saw last (checks/memory.ts). */
export const SEEN_FILE = 'seen.json';
/** A position as it was before a recovery touched it (install/recovery/stop-steps.ts). */
export const SAVED_POSITION = /^offsets-\d{8}T\d{6}Z\.json$/;
export const CA_DIR = 'ca';
export const KAFKA_CA = 'kafka-ca.pem';
export const DATABASE_CA = 'sqlserver-ca.pem';
export const WAREHOUSE_CA = 'warehouse-ca.pem';

/** Which kind of installation a folder is looked for. */
export interface FolderWish {
  /** `--dir`. */
  dir?: string | undefined;
  /** Appended to the folder's name, with a hyphen; empty for the first facility of a machine. */
  suffix: string;
  /** A key that only the `.env` of such an installation holds. */
  marker: 'FACILITY_DHIS2_CODE' | 'WAREHOUSE_HOST';
}

/**
 * The folder of an installation: `--dir`; else the working folder when such a `.env` stands in it; else
 * `/opt/clinicmaster-cdc` as root, `%ProgramData%\clinicmaster-cdc` on Windows, `~/clinicmaster-cdc`, each with its suffix.
 */
export async function installDir(files: FilesPort, host: HostFacts, wish: FolderWish): Promise<string> {
  const path = host.platform === 'win32' ? win32 : posix;
  if (wish.dir !== undefined) return path.resolve(host.cwd, wish.dir);
  const here = await files.read(path.join(host.cwd, ENV_FILE));
  if (here !== undefined && wish.marker in envValues(parseEnv(here)) && isMeant(here, wish)) return host.cwd;
  const programData = host.env.ProgramData ?? 'C:\\ProgramData';
  const parent = host.platform === 'win32' ? programData : host.privileged ? '/opt' : host.home;
  return path.join(parent, `clinicmaster-cdc${wish.suffix === '' ? '' : `-${wish.suffix}`}`);
}

/** Someone who stands in one facility's folder and names another instance means the other one. */
function isMeant(envText: string, { suffix, marker }: FolderWish): boolean {
  if (marker === 'WAREHOUSE_HOST' || suffix === '') return true;
  return (envValues(parseEnv(envText)).INSTANCE ?? '').replace(/^-/, '') === suffix;
}

/** The `.env` of a folder as decoded values; undefined when there is none. */
export async function readEnvValues(
  files: FilesPort,
  dir: string,
): Promise<Record<string, string> | undefined> {
  const path = `${dir}/${ENV_FILE}`;
  const text = await files.read(path);
  if (text === undefined) return undefined;
  const file = parseEnv(text);
  const [bad] = file.entries.filter((entry) => entry.ambiguous !== undefined);
  if (bad !== undefined || file.unreadable.length > 0) {
    throw new CliError('settings.env-line', `${path} cannot be read with certainty.`, {
      exitCode: EXIT.usage,
      seen: bad === undefined ? `line ${file.unreadable[0]} is no KEY=value` : `line ${bad.line}: ${bad.key}`,
      needed: bad?.ambiguous ?? 'KEY=value on one line; put values with special characters in single quotes.',
    });
  }
  return decodeTwins(envValues(file));
}

/**
 * Reads and checks the facility that an earlier `init` (or a hand-filled `.env`) describes.
 * @throws CliError when there is none, or when a value is missing or wrong
 */
export async function loadFacility(
  files: FilesPort,
  dir: string,
  version: string,
): Promise<FacilitySettings> {
  const values = await readEnvValues(files, dir);
  if (values === undefined) {
    throw new CliError('settings.no-facility', 'No facility is set up here.', {
      exitCode: EXIT.usage,
      seen: `no ${ENV_FILE} in ${dir}`,
      needed: 'Install a facility first, or name its folder with --dir.',
      commands: ['clinicmaster-cdc init'],
    });
  }
  const fields = facilityFields(version);
  const resolved = resolve(fields, { '.env': values });
  if (resolved.missing.length > 0) throw missingAnswers(resolved.missing);
  const found = problems(fields, resolved);
  if (found.length > 0) throw badAnswers(found);
  return toFacilitySettings(fields, resolved.values, await folderFacts(files, dir));
}

/** The certificates beside `.env`. */
export async function folderFacts(files: FilesPort, dir: string) {
  const kafkaCa = await files.read(`${dir}/${CA_DIR}/${KAFKA_CA}`);
  const databaseCa = await files.read(`${dir}/${CA_DIR}/${DATABASE_CA}`);
  const warehouseCa = await files.read(`${dir}/${CA_DIR}/${WAREHOUSE_CA}`);
  return {
    dir,
    ...(kafkaCa === undefined ? {} : { kafkaCa }),
    ...(databaseCa === undefined ? {} : { databaseCa }),
    ...(warehouseCa === undefined ? {} : { warehouseCa }),
  };
}
