import { parse } from 'yaml';
import type { ZodType } from 'zod';
import type { ContainerOptions, NetworkState } from '../adapters/docker-port.ts';
import type { Values } from '../settings/field.ts';
import { containerOptions } from './compose-container.ts';
import { composeError, interpolate } from './compose-interpolate.ts';
import { composeSchema, serviceSchema } from './compose-schema.ts';

/** One service of a compose file, ready for the Engine. */
export interface ComposePlan {
  containerName: string;
  image: string;
  /** Body of the Engine's create call. */
  options: ContainerOptions;
  networks: NetworkState[];
  /** Seconds that the container may take to stop. */
  stopGraceSeconds: number;
}

/**
 * Reads the single service of a compose file, with the values of `.env`, as Compose would.
 * @param dir folder of the file; relative mounts start there
 * @throws CliError for a key that this program does not know how to follow
 */
export function readCompose(text: string, values: Values, dir: string, file: string): ComposePlan {
  const document = check(composeSchema, fill(parse(text), values));
  const [entry, ...others] = Object.entries(document.services);
  if (entry === undefined || others.length > 0) throw composeError('it must hold exactly one service');
  const [serviceName, raw] = entry;
  const service = check(serviceSchema, raw);
  const project = values.COMPOSE_PROJECT_NAME ?? 'clinicmaster-cdc';
  const used = Array.isArray(service.networks) ? service.networks : Object.keys(service.networks ?? {});
  const networks = used.map((key): NetworkState => {
    const network = document.networks?.[key];
    return {
      name: network?.name ?? `${project}_${key}`,
      driver: network?.driver ?? 'bridge',
      options: definite(network?.driver_opts ?? {}),
      // Compose takes over what carries its own labels; without them its next `up` would stop at a foreign network.
      labels: {
        ...definite(network?.labels ?? {}),
        'com.docker.compose.network': key,
        'com.docker.compose.project': project,
      },
    };
  });
  const place = { dir, file, project, serviceName, networks: networks.map(({ name }) => name) };
  const { options, stopGraceSeconds } = containerOptions(service, values, place);
  return { containerName: service.container_name, image: service.image, options, networks, stopGraceSeconds };
}

/** Every text of the document with its references replaced; keys are left alone. */
function fill(node: unknown, values: Values): unknown {
  if (typeof node === 'string') return interpolate(node, values);
  if (Array.isArray(node)) return node.map((item) => fill(item, values));
  if (node === null || typeof node !== 'object') return node;
  return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, fill(value, values)]));
}

function check<T>(schema: ZodType<T>, node: unknown): T {
  const result = schema.safeParse(node);
  if (result.success) return result.data;
  const lines = result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  throw composeError(lines.join('\n'));
}

/** A map without its empty entries. */
function definite(map: Record<string, string | null>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(map).flatMap(([key, value]) => (value === null ? [] : [[key, value]])),
  );
}
