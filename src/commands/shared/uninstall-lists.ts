import type { DockerPort } from '../../adapters/docker-port.ts';
import type { FilesPort } from '../../adapters/files-port.ts';
import { TOPIC_PREFIX } from '../../connector/names.ts';
import type { Installed } from '../../install/installed.ts';
import { isOurs } from '../../install/steps/container.ts';
import { quoted, type Typist } from '../../shell.ts';
import { type LeftOvers, leftOvers } from './uninstall-leftovers.ts';

/** What the flags of `uninstall` ask for. */
export interface UninstallWishes {
  image: boolean;
  keepSettings: boolean;
  /** The position in Kafka too. */
  purge: boolean;
  withoutDocker: boolean;
}

/** What in Docker is of this installation. A foreign container under our name is never touched, nor what it uses. */
export interface Ownership {
  container: { name: string; ours: boolean } | undefined;
  networks: string[];
  image: boolean;
  /** Of an upgrade or a rotation. */
  left: LeftOvers;
}

export async function ownership(
  installed: Installed,
  docker: DockerPort | undefined,
  files: FilesPort,
): Promise<Ownership> {
  const { deployment, values, journal } = installed;
  const { compose } = deployment;
  const found = await docker?.container(compose.containerName);
  const ours = found === undefined || isOurs(found, compose);
  const networks: string[] = [];
  for (const { name } of docker === undefined || !ours ? [] : compose.networks) {
    // Without settings and container only the journal tells whose it is.
    const made = journal?.made.some((one) => one.kind === 'network' && one.name === name) === true;
    const known = values !== undefined || found !== undefined || made;
    if (known && (await docker?.network(name)) !== undefined) networks.push(name);
  }
  return {
    container: found === undefined ? undefined : { name: found.name, ours },
    networks,
    image: (await docker?.image(compose.image)) !== undefined,
    left: await leftOvers(installed, docker, files),
  };
}

/** What goes and what stays, each in one sentence; what is not there is in neither list. */
export function goesAndStays(
  installed: Installed,
  { container, networks, image, left }: Ownership,
  wishes: UninstallWishes,
): { goes: string[]; stays: string[] } {
  const { deployment, names, values, foreign } = installed;
  const { dir, compose, files } = deployment;
  const lists = { goes: [] as string[], stays: [] as string[] };
  const put = (goes: boolean, text: string) => (goes ? lists.goes : lists.stays).push(text);

  if (container !== undefined) {
    const how = container.ours ? ', stopped in order first' : ': it is not of this installation';
    put(container.ours, `the container ${container.name}${how}`);
  }
  for (const name of left.containers) put(true, `the container ${name}, kept from a replacement`);
  for (const name of networks) put(true, `the network ${name}, where nothing else uses it`);
  if (image) put(wishes.image, `the image ${compose.image}${wishes.image ? '' : ' (--image removes it)'}`);
  if (wishes.withoutDocker) put(false, 'whatever is in Docker: it was not looked at');

  for (const { path } of files) {
    const name = path.slice(dir.length + 1);
    const secret =
      name === '.env' ? (wishes.keepSettings ? ' with its passwords' : ', and with it the passwords') : '';
    put(!wishes.keepSettings, `${path}${secret}`);
  }
  for (const path of left.files) put(true, path);
  for (const path of foreign) put(false, `${path}: it stood there before init`);

  const topics = `Kafka topics ${names.prefix}*: position, schema history, heartbeat`;
  if (values !== undefined) {
    put(
      wishes.purge,
      wishes.purge
        ? `${topics}. A later installation copies every table of the hospital again`
        : `${topics}. A later init with this code goes on from there while SQL Server still holds the changes`,
    );
    put(
      false,
      `rows that were streamed: topics ${TOPIC_PREFIX}.${values.DB_NAME || 'ClinicMasterMOH'}.* and the warehouse`,
    );
    put(
      false,
      `change data capture in ${values.DB_NAME || 'ClinicMasterMOH'}: it goes on writing until the DBA turns it off`,
    );
  }
  return lists;
}

/** The command that prints the DBA's undo script, with flags: `.env` may be gone by then. Null where the database is not known. */
export function undoScriptCommand({ values }: Installed, typist: Typist): string | null {
  if (values === undefined || (values.DB_HOST ?? '') === '') return null;
  const name = values.DB_NAME || 'ClinicMasterMOH';
  const flags = {
    '--db-host': values.DB_HOST ?? '',
    '--db-port': values.DB_PORT || '1433',
    '--db-user': values.DB_USER ?? '',
    '--db-name': name,
    '--dba-user': 'sa',
    '--confirm': name,
  };
  const words = Object.entries(flags).map(([flag, value]) => `${flag} ${quoted(value, typist)}`);
  return `clinicmaster-cdc sql disable ${words.join(' ')}`;
}
