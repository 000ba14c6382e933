import type { FilesPort } from '../adapters/files-port.ts';
import { type FacilityNames, facilityNames } from '../connector/names.ts';
import { CliError } from '../errors.ts';
import { envValues, parseEnv } from '../settings/env-file.ts';
import { decodeTwins } from '../settings/env-write.ts';
import type { Values } from '../settings/field.ts';
import { type ComposePlan, readCompose } from './compose-file.ts';
import type { Deployment, WantedFile } from './deployment.ts';
import { composeValues, FACILITY_COMPOSE } from './facility-deployment.ts';
import {
  CA_DIR,
  DATABASE_CA,
  ENV_FILE,
  JOURNAL_FILE,
  KAFKA_CA,
  SAVED_POSITION,
  SEEN_FILE,
} from './facility-folder.ts';
import { type Journal, readJournal } from './journal.ts';
import { packageFile } from './package-files.ts';
import { ENV_MODE, PUBLIC_MODE } from './steps/files.ts';

/** What stands of an installation, read without asking that it be whole. */
export interface Installed {
  deployment: Deployment;
  names: FacilityNames;
  /** Empty for the first installation of a machine. */
  instance: string;
  /** Decoded; undefined where there is no `.env`. */
  values: Values | undefined;
  journal: Journal | undefined;
  restPort: number;
  /** Files that are not ours although they bear our names: somebody laid them there before `init` ran. */
  foreign: string[];
}

/**
 * Reads what stands in a folder, also where half of it is gone or wrong.
 * @param hint what is known where there is no `.env`: the instance from its flag, the code from the container's label
 */
export async function readInstalled(
  files: FilesPort,
  packageRoot: string,
  dir: string,
  hint: { instance: string; code: string },
): Promise<Installed> {
  const text = await files.read(`${dir}/${ENV_FILE}`);
  const raw = text === undefined ? undefined : envValues(parseEnv(text));
  const values = raw === undefined ? undefined : decodeTwins(raw);
  const instance = (values?.INSTANCE ?? hint.instance).replace(/^-/, '');
  const code = values?.FACILITY_DHIS2_CODE ?? hint.code;
  const names = facilityNames(values?.FACILITY_ID || code || 'unknown', instance);
  const known = raw ?? {
    FACILITY_DHIS2_CODE: code,
    INSTANCE: instance === '' ? '' : `-${instance}`,
    ...composeValues(FACILITY_COMPOSE, instance),
  };
  const { journal } = await readJournal(files, `${dir}/${JOURNAL_FILE}`);
  const { own, foreign } = await filesOf(dir, files, journal);
  const compose = await composeOf(files, packageRoot, dir, known);
  return {
    deployment: {
      role: 'facility',
      dir,
      files: own,
      compose,
      image: {
        packageRoot,
        target: 'facility',
        args: {},
        extraCas: {},
        folders: [],
        offline: true,
        repin: false,
      },
      connector: names.connector,
      config: {},
    },
    names,
    instance,
    values,
    journal,
    restPort: Number(values?.REST_PORT || 8083) || 8083,
    foreign,
  };
}

/** The site's own compose file; the package's where that one is gone or cannot be followed. */
async function composeOf(
  files: FilesPort,
  packageRoot: string,
  dir: string,
  values: Values,
): Promise<ComposePlan> {
  const shipped = await packageFile(files, packageRoot, FACILITY_COMPOSE);
  const own = await files.read(`${dir}/${FACILITY_COMPOSE}`);
  try {
    return readCompose(own ?? shipped, values, dir, FACILITY_COMPOSE);
  } catch (cause) {
    if (!(cause instanceof CliError)) throw cause;
    return readCompose(shipped, values, dir, FACILITY_COMPOSE);
  }
}

/** `.env`, what the checks noted and what a recovery saved are ours by their names; the rest only where the journal says that we made it. */
async function filesOf(dir: string, files: FilesPort, journal: Journal | undefined) {
  const made = new Set((journal?.made ?? []).map(({ name }) => name));
  const own: WantedFile[] = [];
  const foreign: string[] = [];
  const put = async (name: string, mode: number, always: boolean) => {
    const path = `${dir}/${name}`;
    if (!(await files.exists(path))) return;
    if (always || made.has(path)) own.push({ path, content: '', mode });
    else foreign.push(path);
  };
  await put(ENV_FILE, ENV_MODE, true);
  await put(SEEN_FILE, ENV_MODE, true);
  for (const name of await files.list(dir)) if (SAVED_POSITION.test(name)) await put(name, ENV_MODE, true);
  await put(FACILITY_COMPOSE, PUBLIC_MODE, false);
  await put(`${CA_DIR}/${KAFKA_CA}`, PUBLIC_MODE, false);
  await put(`${CA_DIR}/${DATABASE_CA}`, PUBLIC_MODE, false);
  return { own, foreign };
}
