import type { FilesPort } from '../adapters/files-port.ts';
import { facilityNames } from '../connector/names.ts';
import { connectorConfig } from '../connector/template.ts';
import { envValues, parseEnv } from '../settings/env-file.ts';
import type { FacilitySettings } from '../settings/facility.ts';
import type { Values } from '../settings/field.ts';
import { readCompose } from './compose-file.ts';
import type { Deployment, ImageRecipe, WantedFile } from './deployment.ts';
import { CA_DIR, DATABASE_CA, ENV_FILE, KAFKA_CA } from './facility-folder.ts';
import { packageCompose, packageFile, wantedCompose } from './package-files.ts';
import { ENV_MODE, PUBLIC_MODE } from './steps/files.ts';

export const FACILITY_COMPOSE = 'docker-compose.facility.yml';
export const FACILITY_TEMPLATE = 'templates/connector/facility-source.json';

/**
 * What a facility's installation shall be: files of the folder, container, connector. Nothing is changed yet.
 * @param ownCompose this version's compose file, whatever stands in the folder
 */
export async function facilityDeployment(
  settings: FacilitySettings,
  envText: string,
  recipe: Omit<ImageRecipe, 'target'>,
  files: FilesPort,
  { ownCompose = false }: { ownCompose?: boolean } = {},
): Promise<Deployment> {
  const { dir } = settings;
  const names = facilityNames(settings.facilityId, settings.instance);
  const compose = ownCompose
    ? await packageCompose(files, recipe.packageRoot, dir, FACILITY_COMPOSE)
    : await wantedCompose(files, recipe.packageRoot, dir, FACILITY_COMPOSE);
  const template = await packageFile(files, recipe.packageRoot, FACILITY_TEMPLATE);
  return {
    role: 'facility',
    dir,
    files: [
      { path: `${dir}/${ENV_FILE}`, content: envText, mode: ENV_MODE },
      compose,
      ...certificate(dir, KAFKA_CA, settings.kafka.ca),
      ...certificate(dir, DATABASE_CA, settings.database.ca),
    ],
    compose: readCompose(compose.content, envValues(parseEnv(envText)), dir, FACILITY_COMPOSE),
    image: { ...recipe, target: 'facility' },
    connector: names.connector,
    config: connectorConfig(template, names.connector),
  };
}

/** Where Compose finds its file and how it names its project; one project for each instance. */
export function composeValues(file: string, instance: string): Values {
  return {
    COMPOSE_FILE: file,
    COMPOSE_PROJECT_NAME: instance === '' ? 'clinicmaster-cdc' : `clinicmaster-cdc-${instance}`,
  };
}

/** A certificate beside `.env`; the container mounts its folder. */
export function certificate(dir: string, name: string, pem: string | undefined): WantedFile[] {
  return pem === undefined ? [] : [{ path: `${dir}/${CA_DIR}/${name}`, content: pem, mode: PUBLIC_MODE }];
}
