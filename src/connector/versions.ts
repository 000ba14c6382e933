/** Versions of the parts of an installation; undefined where a part is not there or does not tell. */
export interface PartVersions {
  container?: string | undefined;
  image?: string | undefined;
  /** Of the compose file in the folder. */
  compose?: string | undefined;
  /** The connector has the configuration that this program's version gives it. */
  connectorAsWanted?: boolean | undefined;
}

export const VERSION_LABEL = 'org.clinicmaster.cdc.version';
/** Of the image itself (Dockerfile.connect). */
export const IMAGE_VERSION_LABEL = 'org.opencontainers.image.version';

/**
 * What is of another version than this program, and the command that mends it, in one sentence; undefined when all fits.
 * An older program leaves alone what a newer one has made; a newer one brings the rest along by `upgrade`.
 */
export function versionNotice(program: string, parts: PartVersions): string | undefined {
  const named = [
    ['the container', parts.container],
    ['its image', parts.image],
    ['the compose file', parts.compose],
  ] as const;
  const others = named.flatMap(([name, version]) =>
    version === undefined || version === program ? [] : [{ name, version }],
  );
  const newest = others.reduce((most, { version }) => (isNewer(version, most) ? version : most), program);
  const list = others.map(({ name, version }) => `${name} is ${version}`).join(', ');
  if (newest !== program)
    return `This program is ${program}, but ${list}. Use: npx clinicmaster-cdc@${newest}`;
  if (others.length > 0)
    return `This program is ${program}, but ${list}. To bring it along: clinicmaster-cdc upgrade`;
  if (parts.connectorAsWanted === false)
    return `The connector's configuration is not the one of version ${program}. To see it: clinicmaster-cdc init --dry-run`;
  return undefined;
}

/** By numbers, as semantic versions go; a version that is none is never newer. */
function isNewer(version: string, than: string): boolean {
  const [a, b] = [numbers(version), numbers(than)];
  if (a === undefined || b === undefined) return false;
  const at = a.findIndex((part, place) => part !== b[place]);
  return at !== -1 && (a[at] ?? 0) > (b[at] ?? 0);
}

function numbers(version: string): number[] | undefined {
  const parts = /^v?(\d+)\.(\d+)\.(\d+)/.exec(version);
  return parts === null ? undefined : parts.slice(1).map(Number);
}
