import type { FilesPort } from '../adapters/files-port.ts';
import { SINK_CONNECTOR } from '../connector/names.ts';
import { connectorConfig } from '../connector/template.ts';
import type { CentralSettings } from '../settings/central.ts';
import { envValues, parseEnv } from '../settings/env-file.ts';
import { readCompose } from './compose-file.ts';
import type { Deployment, ImageRecipe } from './deployment.ts';
import { certificate } from './facility-deployment.ts';
import { ENV_FILE, KAFKA_CA, WAREHOUSE_CA } from './facility-folder.ts';
import { packageFile, wantedCompose } from './package-files.ts';
import { ENV_MODE } from './steps/files.ts';

export const CENTRAL_COMPOSE = 'docker-compose.central.yml';
const CENTRAL_TEMPLATE = 'templates/connector/central-sink.json';

/** What the sink's installation shall be. Nothing is changed yet. */
export async function centralDeployment(
  settings: CentralSettings,
  envText: string,
  recipe: Omit<ImageRecipe, 'target'>,
  files: FilesPort,
): Promise<Deployment> {
  const { dir } = settings;
  const compose = await wantedCompose(files, recipe.packageRoot, dir, CENTRAL_COMPOSE);
  const template = await packageFile(files, recipe.packageRoot, CENTRAL_TEMPLATE);
  return {
    role: 'central',
    dir,
    files: [
      { path: `${dir}/${ENV_FILE}`, content: envText, mode: ENV_MODE },
      compose,
      ...certificate(dir, KAFKA_CA, settings.kafka.ca),
      ...certificate(dir, WAREHOUSE_CA, settings.warehouse.ca),
    ],
    compose: readCompose(compose.content, envValues(parseEnv(envText)), dir, CENTRAL_COMPOSE),
    image: { ...recipe, target: 'central' },
    connector: SINK_CONNECTOR,
    config: connectorConfig(template, SINK_CONNECTOR),
  };
}
