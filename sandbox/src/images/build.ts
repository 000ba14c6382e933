import { Readable } from 'node:stream';
import { readJsonStream } from '../../../src/adapters/docker-stream.ts';
import { LABEL_CONTEXT } from '../names.ts';
import type { Report } from '../progress.ts';
import { docker, inspectImage } from '../provision/docker.ts';
import { SandboxError } from '../sandbox-error.ts';
import { contextArchive, contextHash, readContext } from './context.ts';

/** One image of the sandbox or of the product. */
export interface ImageRecipe {
  tag: string;
  dockerfile: string;
  /** Stage to end at. */
  target?: string;
  /** Files and folders of the checkout that the build may see. */
  include: readonly string[];
}

const KEPT_LINES = 25;

/**
 * Builds an image unless one stands there that was built from the very same files on the same base.
 * The network is the host's: package servers are often reachable from there only.
 * @returns whether it was built
 */
export async function ensureImage(recipe: ImageRecipe, baseImage: string, report: Report): Promise<boolean> {
  const context = await readContext(recipe.include);
  const baseId = (await inspectImage(baseImage))?.Id ?? '';
  const hash = contextHash(context, [recipe.dockerfile, recipe.target ?? '', baseImage, baseId]);
  const present = await inspectImage(recipe.tag);
  if (present?.Config.Labels?.[LABEL_CONTEXT] === hash) return false;

  const last: string[] = [];
  try {
    const answer = await docker.buildImage(contextArchive(context), {
      t: recipe.tag,
      dockerfile: recipe.dockerfile,
      ...(recipe.target === undefined ? {} : { target: recipe.target }),
      buildargs: { BASE_IMAGE: baseImage },
      labels: { [LABEL_CONTEXT]: hash },
      networkmode: 'host',
      rm: true,
      forcerm: true,
    });
    await readJsonStream(Readable.from(answer), ({ stream }) => {
      const line = (stream ?? '').trim();
      if (line === '') return;
      last.push(line);
      if (last.length > KEPT_LINES) last.shift();
      report(line);
    });
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new SandboxError(`The image ${recipe.tag} could not be built: ${why}\n${last.join('\n')}`, {
      cause,
    });
  }
  return true;
}
