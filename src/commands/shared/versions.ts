import { facilityNames } from '../../connector/names.ts';
import { configDifferences, connectorConfig } from '../../connector/template.ts';
import {
  IMAGE_VERSION_LABEL,
  type PartVersions,
  VERSION_LABEL,
  versionNotice,
} from '../../connector/versions.ts';
import type { Context } from '../../context.ts';
import { FACILITY_COMPOSE, FACILITY_TEMPLATE } from '../../install/facility-deployment.ts';
import { packageFile } from '../../install/package-files.ts';
import { soon } from './soon.ts';

/** A look that takes longer is given up: a notice is worth no second. */
const PATIENCE_MS = 600;

/** The facility that a command is about. */
export interface Looked {
  dir: string;
  instance: string;
  /** Undefined: the connector is not looked at. */
  connector?: { facilityId: string; restPort: number };
}

/**
 * Says on stderr, in one line, when container, image, compose file or connector are of another version than this program.
 * Never fails and never holds a command up: what does not answer at once says nothing.
 */
export async function noticeVersions(facility: Looked, context: Context): Promise<void> {
  const none: PartVersions = {};
  const [docker, compose, connector] = await Promise.all([
    soon(dockerVersions(facility, context), PATIENCE_MS, none),
    soon(composeVersion(facility, context), PATIENCE_MS, none),
    soon(connectorState(facility, context), PATIENCE_MS, none),
  ]);
  const notice = versionNotice(context.version, { ...docker, ...compose, ...connector });
  if (notice !== undefined) context.out.warn(notice);
}

async function dockerVersions({ instance }: Looked, context: Context): Promise<PartVersions> {
  const docker = await context.docker();
  const { container: name } = facilityNames('x', instance);
  const container = await docker.container(name);
  if (container === undefined) return {};
  const image = await docker.image(container.imageId);
  return {
    container: container.labels[VERSION_LABEL],
    image: image?.labels[IMAGE_VERSION_LABEL] ?? taggedVersion(container.image),
  };
}

/** Our own images carry their version as their tag. */
function taggedVersion(reference: string): string | undefined {
  return /(?:^|\/)clinicmaster-cdc\/connect-facility:(\d+\.\d+\.\d+[\w.-]*)$/.exec(reference)?.[1];
}

async function composeVersion({ dir }: Looked, { files }: Context): Promise<PartVersions> {
  const text = await files.read(`${dir}/${FACILITY_COMPOSE}`);
  return { compose: new RegExp(`^\\s*${VERSION_LABEL}:\\s*"?([\\w.-]+)`, 'm').exec(text ?? '')?.[1] };
}

async function connectorState({ connector }: Looked, context: Context): Promise<PartVersions> {
  if (connector === undefined) return {};
  const { connector: name } = facilityNames(connector.facilityId);
  const connect = await context.connect(connector.restPort);
  const actual = await connect.config(name);
  if (actual === undefined) return {};
  const template = await packageFile(context.files, context.packageRoot, FACILITY_TEMPLATE);
  return { connectorAsWanted: configDifferences(connectorConfig(template, name), actual).length === 0 };
}
