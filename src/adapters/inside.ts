import { randomBytes } from 'node:crypto';
import net from 'node:net';
import type { Duplex } from 'node:stream';
import { complaintError } from './docker-exec.ts';
import type { DockerPort } from './docker-port.ts';
import type { InsidePort, InsideRequest } from './inside-port.ts';
import { kafka } from './kafka.ts';
import { failureCode, networkFailure } from './network-failure.ts';
import type { NetworkAnswer, ReachPort } from './network-port.ts';
import { firstBytesOver, handshakeOver, limited } from './network-stream.ts';

const BUSYBOX = '/bin/busybox';
/** Seconds for a connection to come about; and for one that is forgotten to end by itself. */
const CONNECT_S = '5';
/** A connection that waits idle on purpose (kafka-middlebox) lives longer than any other. */
const STREAM_S = '900';
/** A throw-away container ends by itself, should this program be killed before it takes it away. */
const THROW_AWAY_S = '900';
const THROW_AWAY_MEMORY = 32 * 1024 * 1024;
const LABEL = 'org.clinicmaster.cdc.role';

/**
 * A look from inside the facility's container, by the busybox that its image carries. The TCP stream of `nc` is all that
 * runs in there; TLS, login and Kafka are spoken by this program, so nothing secret gets near a command line.
 * @returns undefined where there is neither a running container nor the image to make one from
 * @throws CliError when Docker refuses
 */
export async function insideContainer(
  docker: DockerPort,
  request: InsideRequest,
): Promise<InsidePort | undefined> {
  const own = await docker.container(request.container);
  if (own?.running === true && own.status === 'running') return lookThrough(docker, own.name, true, request);
  if ((await docker.image(request.image)) === undefined) return undefined;
  const made = await throwAway(docker, request);
  return lookThrough(docker, made.name, false, request, made.remove);
}

function lookThrough(
  docker: DockerPort,
  container: string,
  own: boolean,
  { access, clientId }: InsideRequest,
  remove: () => Promise<void> = async () => {},
): InsidePort {
  const dial = (host: string, port: number): Duplex =>
    docker.execStream(container, [
      ...[BUSYBOX, 'timeout', STREAM_S],
      ...[BUSYBOX, 'nc', '-w', CONNECT_S, host, String(port)],
    ]);
  const port = kafka(access, clientId, dial);
  return {
    through: container,
    own,
    network: reach(docker, container, dial),
    kafka: port,
    close: async () => {
      await port.close();
      await remove();
    },
  };
}

function reach(
  docker: DockerPort,
  container: string,
  dial: (host: string, port: number) => Duplex,
): ReachPort {
  const run = (argv: readonly string[], signal: AbortSignal) =>
    limited(docker.exec(container, [BUSYBOX, 'timeout', CONNECT_S, BUSYBOX, ...argv]), signal);

  return {
    resolve: (host, signal) => answered(async () => ({ addresses: [await addressOf(host, run, signal)] })),

    connect: (host, port, signal) =>
      answered(async () => {
        // Once connected, nc becomes `true` and ends: nothing is sent.
        const nc = [BUSYBOX, 'nc', '-w', CONNECT_S, host, String(port), '-e', BUSYBOX, 'true'];
        const { exitCode, output } = await run(['time', '-f', 'took %e', ...nc], signal);
        const seconds = /^took ([\d.]+)/m.exec(output)?.[1];
        if (exitCode !== 0 || seconds === undefined) throw complaint(output);
        return { address: host, ms: Math.round(Number(seconds) * 1000) };
      }),

    tls: (host, port, ca, signal) => handshakeOver(() => dial(host, port), host, ca, signal),
    firstBytes: (host, port, send, signal) => firstBytesOver(() => dial(host, port), send, signal),
  };
}

/**
 * The address that the C library of the container gives, `/etc/hosts` included, as Java sees it: nslookup would only ask
 * the name server. ping prints it before it sends anything, and need not be allowed to.
 */
async function addressOf(
  host: string,
  run: (argv: readonly string[], signal: AbortSignal) => Promise<{ output: string }>,
  signal: AbortSignal,
): Promise<string> {
  if (net.isIP(host) !== 0) return host;
  const { output } = await run(['ping', '-c', '1', '-w', '1', host], signal);
  const address = /^PING \S+ \(([^)\s]+)\)/m.exec(output)?.[1];
  if (address !== undefined) return address;
  throw complaint(output);
}

function complaint(output: string): Error {
  return output.trim() === ''
    ? failureCode('ETIMEDOUT', 'No answer in time, inside the container.')
    : complaintError(output.replace(/^(took .*|Command (exited|terminated).*)\n?/gm, ''));
}

async function answered<T>(ask: () => Promise<T>): Promise<NetworkAnswer<T>> {
  try {
    return { ok: true, value: await ask() };
  } catch (error) {
    return { ok: false, failure: networkFailure(error) };
  }
}

/** A program that was killed leaves the network of its look; the container in it has ended by itself. */
async function removeForgotten(docker: DockerPort, container: string): Promise<void> {
  for (const { name, addresses } of await docker.allNetworks()) {
    if (!name.startsWith(`${container}-look-`) || addresses.length > 0) continue;
    if ((await docker.container(name)) !== undefined) continue;
    // Somebody else may be faster.
    await docker.removeNetwork(name).catch(() => {});
  }
}

/** A container like the facility's that only sleeps: no settings, no secret, no port. */
async function throwAway(
  docker: DockerPort,
  { container, image, network, hosts }: InsideRequest,
): Promise<{ name: string; remove: () => Promise<void> }> {
  const name = `${container}-look-${randomBytes(4).toString('hex')}`;
  const labels = { [LABEL]: 'look' };
  const present = await docker.network(network.name);
  const used = present === undefined ? { ...network, name, labels } : present;
  if (present === undefined) {
    await removeForgotten(docker, container);
    await docker.createNetwork(used);
  }
  const remove = async () => {
    await docker.remove(name);
    if (present === undefined) await docker.removeNetwork(used.name);
  };
  try {
    await docker.createContainer(name, {
      Image: image,
      Entrypoint: [BUSYBOX, 'sleep', THROW_AWAY_S],
      Cmd: [],
      Labels: labels,
      Healthcheck: { Test: ['NONE'] },
      HostConfig: {
        AutoRemove: true,
        Init: true,
        NetworkMode: used.name,
        ExtraHosts: hosts,
        Memory: THROW_AWAY_MEMORY,
        ReadonlyRootfs: true,
        CapDrop: ['ALL'],
        SecurityOpt: ['no-new-privileges'],
      },
    });
    await docker.start(name);
  } catch (error) {
    await remove().catch(() => {});
    throw error;
  }
  return { name, remove };
}
