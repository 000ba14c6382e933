import { X509Certificate } from 'node:crypto';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { Context } from '../../context.ts';
import { CliError, EXIT } from '../../errors.ts';
import type { ImageRecipe } from '../../install/deployment.ts';
import { findImageFile } from '../../install/image/file.ts';
import type { Options } from './module.ts';

/** Where Debian and its relatives keep the certificates that this machine trusts besides the public ones. */
const LOCAL_CAS = '/usr/local/share/ca-certificates';

/** Also set in the environment of a machine that is never to fetch anything. */
const OFFLINE = 'CDC_OFFLINE';

export function addImageFlags(command: Command): void {
  command
    .option('--image-file <file>', 'load the image from this file, made with `image save`')
    .option('--offline', `fetch nothing: no pull, no build, no registry (environment: ${OFFLINE}=1)`)
    .option('--image-digest <sha256:…>', 'refuse any other image, as the central team names it')
    .option('--repin', 'another image than the one pinned in .env is meant')
    .option(
      '--base-image <reference>',
      'image to build on, where the image is built here (environment: BASE_IMAGE)',
    );
}

/** Nothing may be fetched from a network beyond the hospital's own. */
export function isOffline(options: Options, { host }: Context): boolean {
  return options.offline === true || !['', '0', 'false'].includes(host.env[OFFLINE] ?? '');
}

/** The checks that make sense here: no registry is asked offline, or where the image is at hand as a file. */
export async function withinReach<T extends { id: string }>(
  checks: readonly T[],
  dir: string,
  options: Options,
  context: Context,
): Promise<readonly T[]> {
  const { files, host } = context;
  const needless =
    isOffline(options, context) ||
    options.imageFile !== undefined ||
    (await findImageFile('facility', [dir, host.cwd], files)) !== undefined;
  return needless ? checks.filter(({ id }) => id !== 'docker-registry') : checks;
}

/** How an image comes to this machine: from which file, from where a build starts, whether anything may be fetched. */
export async function imageRecipe(options: Options, context: Context): Promise<Omit<ImageRecipe, 'target'>> {
  const { host, packageRoot } = context;
  const base = typeof options.baseImage === 'string' ? options.baseImage : host.env.BASE_IMAGE;
  return {
    packageRoot,
    args: base === undefined || base === '' ? {} : { BASE_IMAGE: base },
    extraCas: await localCas(context),
    ...(typeof options.imageFile === 'string' ? { file: resolve(host.cwd, options.imageFile) } : {}),
    folders: [host.cwd],
    offline: isOffline(options, context),
    repin: options.repin === true,
    ...digestFlag(options),
  };
}

function digestFlag({ imageDigest }: Options): { digest?: string } {
  if (typeof imageDigest !== 'string') return {};
  if (/^sha256:[0-9a-f]{64}$/.test(imageDigest)) return { digest: imageDigest };
  throw new CliError('image.digest', `${imageDigest} is no digest of an image.`, {
    exitCode: EXIT.usage,
    needed: 'sha256: and 64 hexadecimal digits.',
    commands: ['clinicmaster-cdc image verify --json   (where the image is right)'],
  });
}

async function localCas({ files, host }: Context): Promise<Record<string, string>> {
  const names = host.platform === 'linux' ? await files.list(LOCAL_CAS) : [];
  const paths = names.filter((name) => name.endsWith('.crt')).map((name) => `${LOCAL_CAS}/${name}`);
  const extra = host.env.NODE_EXTRA_CA_CERTS;
  if (extra !== undefined && extra !== '') paths.push(extra);
  const found: Record<string, string> = {};
  for (const path of paths) {
    const pem = await files.read(path);
    // Debian's ca-certificates takes one certificate from each file.
    for (const block of pem?.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g) ?? []) {
      found[`local-${fingerprint(block)}.crt`] = `${block}\n`;
    }
  }
  return found;
}

/** Names a certificate by its content, so that the same one in two places is one file and the build cache holds. */
function fingerprint(pem: string): string {
  return new X509Certificate(pem).fingerprint256.replaceAll(':', '').slice(0, 16).toLowerCase();
}
