import { X509Certificate } from 'node:crypto';
import type { Command } from 'commander';
import type { Context } from '../../context.ts';
import type { ImageRecipe } from '../../install/deployment.ts';
import type { Options } from './module.ts';

/** Where Debian and its relatives keep the certificates that this machine trusts besides the public ones. */
const LOCAL_CAS = '/usr/local/share/ca-certificates';

export function addImageFlags(command: Command): void {
  command.option(
    '--base-image <reference>',
    'image to build on, where the image is built here (environment: BASE_IMAGE)',
  );
}

/** How an image would be built on this machine: its base, and the CAs of a proxy that inspects TLS. */
export async function imageRecipe(options: Options, context: Context): Promise<Omit<ImageRecipe, 'target'>> {
  const base = typeof options.baseImage === 'string' ? options.baseImage : context.host.env.BASE_IMAGE;
  return {
    packageRoot: context.packageRoot,
    args: base === undefined || base === '' ? {} : { BASE_IMAGE: base },
    extraCas: await localCas(context),
  };
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
