import { createServer } from 'node:net';
import Docker from 'dockerode';
import { pack } from 'tar-stream';
import { demultiplex } from '../../../src/adapters/docker-stream.ts';
import { SandboxError } from '../sandbox-error.ts';

/** The Engine at DOCKER_HOST or its usual socket. */
export const docker = new Docker();

/** A file to be put into a container. */
export interface PlacedFile {
  /** Absolute path in the container. */
  path: string;
  content: string | Buffer;
  mode: number;
  uid: number;
  gid: number;
}

/** Undefined when there is no such container. */
export async function inspectContainer(name: string): Promise<Docker.ContainerInspectInfo | undefined> {
  return absentAsUndefined(docker.getContainer(name).inspect());
}

/** Undefined when there is no such image. */
export async function inspectImage(reference: string): Promise<Docker.ImageInspectInfo | undefined> {
  return absentAsUndefined(docker.getImage(reference).inspect());
}

/** For things that may be absent: a 404 of the Engine becomes undefined. */
export async function absentAsUndefined<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if ((error as { statusCode?: number }).statusCode === 404) return undefined;
    throw error;
  }
}

/** Removes a container, running or not, and nothing where there is none. */
export async function removeContainer(name: string): Promise<void> {
  await absentAsUndefined(docker.getContainer(name).remove({ force: true }));
}

/** Puts files into a container that may not run yet: secrets reach it so, neither through its environment nor a mount. */
export async function placeFiles(container: Docker.Container, files: readonly PlacedFile[]): Promise<void> {
  const archive = pack();
  for (const { path, content, mode, uid, gid } of files) {
    archive.entry({ name: path.replace(/^\//, ''), mode, uid, gid }, content);
  }
  archive.finalize();
  // dockerode asks for the old stream type; a tar-stream pack is a stream in every respect it uses.
  await container.putArchive(archive as unknown as NodeJS.ReadableStream, { path: '/' });
}

export interface ExecResult {
  exitCode: number;
  output: string;
}

/** Runs a program in a running container; a secret goes by `stdin`, never by an argument. */
export async function execIn(name: string, argv: readonly string[], stdin = ''): Promise<ExecResult> {
  const exec = await docker.getContainer(name).exec({
    Cmd: [...argv],
    AttachStdin: true,
    AttachStdout: true,
    AttachStderr: true,
  });
  const stream = await exec.start({ hijack: true, stdin: true });
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  const ended = new Promise<void>((resolve, reject) => {
    stream.once('end', resolve);
    stream.once('error', reject);
  });
  stream.end(stdin);
  await ended;
  const { ExitCode } = await exec.inspect();
  return { exitCode: ExitCode ?? -1, output: demultiplex(Buffer.concat(chunks)) };
}

/** The last lines of a container's two streams, oldest first. */
export async function tailOf(name: string, lines: number): Promise<string> {
  const container = docker.getContainer(name);
  return demultiplex(await container.logs({ stdout: true, stderr: true, tail: lines, follow: false }));
}

/**
 * The address of the default bridge on this machine: reachable from here and from every container alike.
 * @throws SandboxError where the Engine runs elsewhere (Docker Desktop's virtual machine, a remote DOCKER_HOST)
 */
export async function gatewayAddress(): Promise<string> {
  const bridge = await docker.getNetwork('bridge').inspect();
  const [{ Gateway = undefined, Subnet = '' } = {}] = bridge.IPAM?.Config ?? [];
  // An Engine that chose the subnet itself names no gateway; it then takes the subnet's first address.
  const address = Gateway ?? Subnet.replace(/\.0\/\d+$/, '.1');
  if (!(await isOwnAddress(address))) {
    throw new SandboxError(
      'The sandbox needs a Docker Engine on this very Linux machine, and the one that answers runs elsewhere: ' +
        `its bridge address ${address} is not an address of this machine.`,
    );
  }
  return address;
}

/** By listening on it: the list of interfaces leaves out a bridge that no container is attached to. */
function isOwnAddress(address: string): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(0, address, () => server.close(() => resolve(true)));
  });
}
