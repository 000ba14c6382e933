import { Readable } from 'node:stream';
import type Docker from 'dockerode';
import tar from 'tar-fs';
import { CliError } from '../errors.ts';
import type { Answer } from './answer.ts';
import type { ImageBuild, RegistryFailure } from './docker-port.ts';
import { pullProgress, readJsonStream } from './docker-stream.ts';

/** The Engine itself would wait for a registry that drops packets for longer than anybody here does. */
const REGISTRY_LIMIT_MS = 6_000;

async function limited<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const end = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`no answer within ${REGISTRY_LIMIT_MS / 1000} s`)),
      REGISTRY_LIMIT_MS,
    );
  });
  work.catch(() => {});
  return Promise.race([work, end]).finally(() => clearTimeout(timer));
}

/**
 * Lets the Engine ask the registry for an image's digest. It asks without a login: credentials of `docker login` are the
 * docker program's, not the Engine's.
 */
export async function askRegistry(
  engine: Docker,
  reference: string,
): Promise<Answer<{ digest: string }, RegistryFailure>> {
  try {
    const found = await limited(engine.getImage(reference).distribution());
    return { ok: true, value: { digest: found.Descriptor.digest } };
  } catch (cause) {
    const { statusCode, json, message } = cause as {
      statusCode?: number;
      json?: { message?: string };
      message: string;
    };
    const text = json?.message ?? message;
    const kind =
      statusCode === 401 || statusCode === 403 || /denied|unauthorized/i.test(text)
        ? 'refused'
        : statusCode === 404 || /manifest unknown|not found/i.test(text)
          ? 'not-found'
          : 'unreachable';
    return { ok: false, failure: { kind, message: text } };
  }
}

/** Pulls an image. @throws CliError with the registry's words; a message inside the stream counts too. */
export async function pullImage(
  engine: Docker,
  reference: string,
  onProgress: (message: string) => void,
  signal?: AbortSignal,
): Promise<void> {
  const summary = pullProgress();
  try {
    const stream = await engine.pull(reference, signal === undefined ? {} : { abortSignal: signal });
    await readJsonStream(Readable.from(stream), (message) => onProgress(summary(message)));
  } catch (cause) {
    signal?.throwIfAborted();
    throw new CliError('docker.pull', `The image ${reference} could not be pulled.`, {
      seen: cause instanceof Error ? cause.message : String(cause),
      needed: 'A registry that this machine reaches and may read; log in where it asks for a password.',
      commands: [`docker login ${reference.split('/')[0] ?? ''}`, `docker pull ${reference}`],
      cause,
    });
  }
}

/** Builds an image by the classic builder, which every Engine from 20.10 on still has. */
export async function buildImage(
  engine: Docker,
  build: ImageBuild,
  onProgress: (message: string) => void,
  signal?: AbortSignal,
): Promise<void> {
  const recent: string[] = [];
  try {
    const options = {
      t: build.tag,
      target: build.target,
      dockerfile: build.dockerfile,
      buildargs: build.args,
      networkmode: build.networkMode,
      rm: true,
      forcerm: true,
      ...(signal === undefined ? {} : { abortSignal: signal }),
    };
    await readJsonStream(Readable.from(await engine.buildImage(context(build), options)), (message) => {
      const text = (message.stream ?? message.status ?? '').trim();
      if (text === '') return;
      recent.push(text);
      if (recent.length > 20) recent.shift();
      onProgress(text);
    });
  } catch (cause) {
    signal?.throwIfAborted();
    throw new CliError('docker.build', `The image ${build.tag} could not be built.`, {
      seen: [...recent.slice(-10), cause instanceof Error ? cause.message : String(cause)].join('\n'),
      needed:
        'A way to the package servers (a proxy that inspects TLS needs its CA), or an image made elsewhere.',
      commands: [`docker load -i <image file>`, `clinicmaster-cdc init --image <registry/name:tag>`],
      cause,
    });
  }
}

/** Only the listed entries, whatever else stands in the folder; the extra files are laid on top. */
function context(build: ImageBuild): Readable {
  const archive = tar.pack(build.contextDir, {
    entries: [...build.include],
    finalize: false,
    finish: (pack) => {
      for (const [name, content] of Object.entries(build.extraFiles))
        pack.entry({ name, mode: 0o644 }, content);
      pack.finalize();
    },
  });
  return Readable.from(archive);
}

/** Answers false where a container, running or not, is made from it. */
export async function removeImage(engine: Docker, reference: string): Promise<boolean> {
  try {
    await engine.getImage(reference).remove();
    return true;
  } catch (cause) {
    const code = (cause as { statusCode?: number }).statusCode;
    if (code === 404) return true;
    if (code === 409) return false;
    throw new CliError('docker.refused', `Docker could not remove the image ${reference}.`, {
      seen: cause instanceof Error ? cause.message : String(cause),
      commands: [`docker image rm ${reference}`],
      cause,
    });
  }
}
