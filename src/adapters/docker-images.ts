import { Readable } from 'node:stream';
import type Docker from 'dockerode';
import tar from 'tar-fs';
import { CliError } from '../errors.ts';
import type { Answer } from './answer.ts';
import type { RegistryAuth } from './docker-login.ts';
import type { ImageBuild, OnTransfer, RegistryFailure } from './docker-port.ts';
import { transferError } from './docker-pull-failure.ts';
import { readJsonStream, transferProgress } from './docker-stream.ts';

/** The Engine itself would wait for a registry that drops packets for longer than anybody here does. */
const REGISTRY_LIMIT_MS = 6_000;

/** What dockerode takes and its types do not know. */
interface AskingImage {
  distribution(options: { authconfig?: RegistryAuth }): Promise<{ Descriptor: { digest: string } }>;
}

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

/** Lets the Engine ask the registry for an image's digest, with the login that `docker login` has left. */
export async function askRegistry(
  engine: Docker,
  reference: string,
  auth: RegistryAuth | undefined,
): Promise<Answer<{ digest: string }, RegistryFailure>> {
  try {
    const found = await limited(
      (engine.getImage(reference) as unknown as AskingImage).distribution(withAuth(auth)),
    );
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

/** Pulls an image, with the login that `docker login` has left. A message inside the stream counts as an error too. */
export async function pullImage(
  engine: Docker,
  reference: string,
  auth: RegistryAuth | undefined,
  onProgress: OnTransfer,
  signal?: AbortSignal,
): Promise<void> {
  const options = { ...withAuth(auth), ...(signal === undefined ? {} : { abortSignal: signal }) };
  await transfer('pull', reference, () => engine.pull(reference, options), onProgress, signal);
}

/** Pushes an image under the name that it has. */
export async function pushImage(
  engine: Docker,
  reference: string,
  auth: RegistryAuth | undefined,
  onProgress: OnTransfer,
  signal?: AbortSignal,
): Promise<void> {
  // The Engine insists on the header, even where the registry wants no login.
  const options = { authconfig: auth ?? {}, ...(signal === undefined ? {} : { abortSignal: signal }) };
  const begin = () => engine.getImage(reference).push(options as Docker.ImagePushOptions);
  await transfer('push', reference, begin, onProgress, signal);
}

function withAuth(auth: RegistryAuth | undefined): { authconfig?: RegistryAuth } {
  return auth === undefined ? {} : { authconfig: auth };
}

async function transfer(
  direction: 'pull' | 'push',
  reference: string,
  begin: () => Promise<NodeJS.ReadableStream>,
  onProgress: OnTransfer,
  signal: AbortSignal | undefined,
): Promise<void> {
  const progress = transferProgress();
  try {
    const stream = await begin();
    await readJsonStream(stream as AsyncIterable<Buffer>, (message) => onProgress(progress(message)));
  } catch (cause) {
    signal?.throwIfAborted();
    throw transferError(direction, reference, engineWords(cause), cause);
  }
}

/** What the Engine itself said: docker-modem puts the status before it. */
function engineWords(cause: unknown): string {
  const { json, message } = cause as { json?: { message?: string } | null; message?: string };
  return json?.message ?? (message ?? String(cause)).replace(/^\(HTTP code \d+\) .*? - /s, '').trim();
}

/** The image as a tar. @throws CliError when there is none of that name */
export async function saveImage(engine: Docker, reference: string): Promise<Readable> {
  try {
    return (await engine.getImage(reference).get()) as Readable;
  } catch (cause) {
    throw new CliError('docker.save', `Docker does not give out the image ${reference}.`, {
      seen: engineWords(cause),
      needed: 'An image of that name on this machine.',
      commands: ['docker images'],
      cause,
    });
  }
}

/** Takes in a tar. An error inside the stream counts. */
export async function loadImage(engine: Docker, tar: Readable, signal?: AbortSignal): Promise<string[]> {
  const said: string[] = [];
  try {
    const options = signal === undefined ? {} : { abortSignal: signal };
    const stream = await engine.loadImage(tar, { ...options, quiet: 'true' } as object);
    await readJsonStream(stream as AsyncIterable<Buffer>, (message) => said.push(message.stream ?? ''));
  } catch (cause) {
    signal?.throwIfAborted();
    const words = engineWords(cause);
    const full = /no space left|disk quota/i.test(words);
    throw new CliError(
      full ? 'docker.load-no-space' : 'docker.load',
      'Docker could not load the image file.',
      {
        seen: words,
        needed: full
          ? "Room on the disk of Docker's data folder: about three times the size of the image."
          : 'The file as it was saved; see also what the Engine says.',
        commands: full ? ['docker system df', 'df -h'] : [],
        cause,
      },
    );
  }
  return [...said.join('').matchAll(/Loaded image(?: ID)?: (\S+)/g)].map(([, name = '']) => name);
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
      commands: ['clinicmaster-cdc image load FILE', `clinicmaster-cdc init --image <registry/name:tag>`],
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
