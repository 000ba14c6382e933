import { type Duplex, duplexPair } from 'node:stream';
import type Docker from 'dockerode';
import { describe, expect, it } from 'vitest';
import { complaintError, executionStream } from '../../../src/adapters/docker-exec.ts';
import { insideContainer } from '../../../src/adapters/inside.ts';
import type { InsideRequest } from '../../../src/adapters/inside-port.ts';
import { type DockerEngine, dockerEngine } from '../../fakes/docker-engine.ts';

const IMAGE = 'clinicmaster-cdc/connect-facility:0.1.0';
const soon = () => AbortSignal.timeout(10_000);

/** One of the Engine's frames: 1 for standard output, 2 for standard error. */
function frame(stream: 1 | 2, text: string): Buffer {
  const head = Buffer.from([stream, 0, 0, 0, 0, 0, 0, 0]);
  head.writeUInt32BE(Buffer.byteLength(text), 4);
  return Buffer.concat([head, Buffer.from(text)]);
}

describe('executionStream', () => {
  /** An Engine whose exec is one end of a pair; the test holds the other. */
  function program(): { stream: Duplex; other: Duplex; argv: () => string[] } {
    const [near, other] = duplexPair();
    let argv: string[] = [];
    const exec = async ({ Cmd }: { Cmd: string[] }) => {
      argv = Cmd;
      return { start: async () => near };
    };
    const engine = { getContainer: () => ({ exec }) } as unknown as Docker;
    return { stream: executionStream(engine, 'c', ['nc', 'kafka', '9093']), other, argv: () => argv };
  }

  it('hands out what the program prints, whatever the pieces it comes in', async () => {
    const { stream, other, argv } = program();
    const read = (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of stream) chunks.push(chunk as Buffer);
      return Buffer.concat(chunks).toString();
    })();
    const raw = Buffer.concat([frame(1, 'hello '), frame(1, 'world')]);
    for (const byte of raw) other.write(Buffer.from([byte]));
    other.end();
    expect(await read).toBe('hello world');
    expect(argv()).toEqual(['nc', 'kafka', '9093']);
  });

  it('takes what is written before the program has started', async () => {
    const { stream, other } = program();
    stream.write('early');
    expect(String(await new Promise((settle) => other.once('data', settle)))).toBe('early');
    stream.destroy();
  });

  it('ends with the system error that the program complained about', async () => {
    const { stream, other } = program();
    const failed = new Promise<NodeJS.ErrnoException>((settle) => stream.once('error', settle));
    stream.resume();
    other.write(frame(2, "nc: can't connect to remote host (10.8.0.1): Connection refused\n"));
    other.end();
    expect(await failed).toMatchObject({ code: 'ECONNREFUSED' });
  });

  it('says when the container has no such program', async () => {
    const engine = { getContainer: () => ({ exec: () => Promise.reject(new Error('no such container')) }) };
    const stream = executionStream(engine as unknown as Docker, 'c', ['nc']);
    const failed = new Promise<NodeJS.ErrnoException>((settle) => stream.once('error', settle));
    expect(await failed).toMatchObject({ code: 'EEXEC', message: 'no such container' });
  });
});

describe('what busybox complains about', () => {
  it.each([
    ["nc: bad address 'kafka'", 'ENOTFOUND'],
    ["nc: can't connect to remote host (1.2.3.4): Connection refused", 'ECONNREFUSED'],
    ['nc: timed out', 'ETIMEDOUT'],
    ["nc: can't connect to remote host: No route to host", 'EHOSTUNREACH'],
    ["nc: can't connect to remote host: Network is unreachable", 'ENETUNREACH'],
    ['nc: Connection reset by peer', 'ECONNRESET'],
    ['exec failed: no such file', 'EEXEC'],
  ])('%s', (text, code) => {
    expect(complaintError(text)).toMatchObject({ code, message: text });
  });
});

describe('insideContainer', () => {
  const request: InsideRequest = {
    container: 'clinicmasterwarehouse',
    image: IMAGE,
    network: {
      name: 'clinicmasterwarehouse',
      driver: 'bridge',
      options: { 'com.docker.network.driver.mtu': '1400' },
      labels: { 'com.docker.compose.project': 'p' },
    },
    hosts: ['host.docker.internal:host-gateway'],
    access: {
      brokers: ['kafka:9093'],
      user: 'u',
      password: 's3cret',
      securityProtocol: 'SASL_SSL',
      mechanism: 'SCRAM-SHA-256',
    },
    clientId: 'cli',
  };

  it('is not there without the image', async () => {
    expect(await insideContainer(dockerEngine(), request)).toBeUndefined();
  });

  it('makes a container without anything secret, on a network like the facility’s, and takes both away', async () => {
    const docker = dockerEngine([IMAGE]);
    const inside = await insideContainer(docker, request);
    expect(inside?.own).toBe(false);
    const [name = ''] = Object.keys(docker.containers);
    expect(name).toMatch(/^clinicmasterwarehouse-look-[0-9a-f]{8}$/);
    expect(docker.networks[name]).toMatchObject({
      name,
      options: { 'com.docker.network.driver.mtu': '1400' },
    });
    expect(docker.networks[name]?.labels).toEqual({ 'org.clinicmaster.cdc.role': 'look' });
    expect(JSON.stringify(docker.containers[name])).not.toContain('s3cret');
    expect(docker.containers[name]?.options).toMatchObject({
      HostConfig: { ExtraHosts: request.hosts, CapDrop: ['ALL'], AutoRemove: true, NetworkMode: name },
    });
    await inside?.close();
    expect([docker.containers, docker.networks]).toEqual([{}, {}]);
  });

  it('removes the network of a look that was killed, and leaves one that is looked through', async () => {
    const docker = dockerEngine([IMAGE]);
    const of = (name: string) => ({ ...request.network, name });
    for (const name of ['clinicmasterwarehouse-look-aaaa', 'clinicmasterwarehouse-look-bbbb', 'x-look-cccc'])
      await docker.createNetwork(of(name));
    await docker.createContainer('clinicmasterwarehouse-look-bbbb', { Image: IMAGE });
    const inside = await insideContainer(docker, request);
    await inside?.close();
    expect(Object.keys(docker.networks)).toEqual(['clinicmasterwarehouse-look-bbbb', 'x-look-cccc']);
  });

  it('uses the facility’s network where that is there, and leaves it', async () => {
    const docker = dockerEngine([IMAGE]);
    await docker.createNetwork(request.network);
    const inside = await insideContainer(docker, request);
    const [container] = Object.values(docker.containers);
    expect(container?.options).toMatchObject({ HostConfig: { NetworkMode: 'clinicmasterwarehouse' } });
    await inside?.close();
    expect(Object.keys(docker.networks)).toEqual(['clinicmasterwarehouse']);
  });

  it('looks through the facility’s own container where that runs', async () => {
    const docker = dockerEngine([IMAGE]);
    await docker.createContainer('clinicmasterwarehouse', { Image: IMAGE });
    await docker.start('clinicmasterwarehouse');
    const inside = await insideContainer(docker, request);
    expect([inside?.through, inside?.own]).toEqual(['clinicmasterwarehouse', true]);
    await inside?.close();
    expect(Object.keys(docker.containers)).toEqual(['clinicmasterwarehouse']);
  });

  describe('reads busybox', () => {
    const answering = async (exitCode: number, output: string) => {
      const docker: DockerEngine = { ...dockerEngine([IMAGE]), exec: async () => ({ exitCode, output }) };
      const inside = await insideContainer(docker, request);
      if (inside === undefined) throw new Error('no view');
      return inside.network;
    };
    it.each([
      ['ping: permission denied\nPING kafka (10.8.0.1): 56 data bytes\n', { addresses: ['10.8.0.1'] }],
      ['PING kafka (fd00::1): 56 data bytes\n', { addresses: ['fd00::1'] }],
    ])('a name: %o', async (output, value) => {
      expect(await (await answering(1, output)).resolve('kafka', soon())).toEqual({ ok: true, value });
    });
    it.each([
      ["ping: bad address 'kafka'\n", 'name-unknown'],
      ['', 'timeout'],
    ])('a name that fails: %o', async (output, kind) => {
      const answer = await (await answering(1, output)).resolve('kafka', soon());
      expect(answer).toMatchObject({ ok: false, failure: { kind } });
    });
    it.each([
      [0, 'took 0.31\n', { ok: true, value: { address: 'kafka', ms: 310 } }],
      [
        1,
        "nc: can't connect to remote host (1.2.3.4): Connection refused\nCommand exited with non-zero status 1\ntook 0.00\n",
        { ok: false, failure: { kind: 'refused' } },
      ],
      [143, '', { ok: false, failure: { kind: 'timeout' } }],
    ])('a connection: %i %o', async (code, output, expected) => {
      expect(await (await answering(code, output)).connect('kafka', 9093, soon())).toMatchObject(expected);
    });
  });
});
