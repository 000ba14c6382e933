import { createHash } from 'node:crypto';
import { pack } from 'tar-stream';

/** An image as `docker save` writes it, without what fills its layers. */
export interface SavedFake {
  id: string;
  tags: string[];
  config: string;
}

export function savedImage(
  wish: Partial<{
    tags: string[];
    architecture: string;
    role: string;
    entrypoint: string;
    version: string;
  }>,
): SavedFake {
  const config = JSON.stringify({
    os: 'linux',
    architecture: wish.architecture ?? 'amd64',
    config: {
      Env: ['PATH=/bin', `CDC_ROLE=${wish.role ?? 'facility'}`],
      Entrypoint: [wish.entrypoint ?? '/opt/connect/entrypoint'],
      Labels: wish.version === undefined ? null : { 'org.opencontainers.image.version': wish.version },
    },
  });
  const id = `sha256:${createHash('sha256').update(config).digest('hex')}`;
  return { id, tags: wish.tags ?? ['clinicmaster-cdc/connect-facility:0.1.0'], config };
}

/** The tar of an image; of no image at all when there is none. */
export async function savedTar(
  image?: SavedFake,
  more: readonly { name: string; content: string }[] = [],
): Promise<Buffer> {
  const tar = pack();
  const layer = 'layer/layer.tar';
  tar.entry({ name: layer }, Buffer.alloc(2 * 1024 * 1024, 'x'));
  for (const { name, content } of more) tar.entry({ name }, content);
  if (image !== undefined) {
    const name = `${image.id.slice('sha256:'.length)}.json`;
    tar.entry({ name }, image.config);
    const manifest = [{ Config: name, RepoTags: image.tags, Layers: [layer] }];
    tar.entry({ name: 'manifest.json' }, JSON.stringify(manifest));
  }
  tar.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of tar) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
