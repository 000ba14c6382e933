import net from 'node:net';
import tls from 'node:tls';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { issueServer, type KeyAndCertificate, makeAuthority } from '../../../sandbox/src/tls/authority.ts';
import { dialled, systemNetwork } from '../../../src/adapters/network.ts';

const DAY_MS = 86_400_000;
const soon = () => AbortSignal.timeout(10_000);
const open: net.Server[] = [];

afterEach(() => {
  for (const server of open.splice(0)) server.close();
});

async function listen(server: net.Server): Promise<number> {
  open.push(server);
  await new Promise<void>((settle) => server.listen(0, '127.0.0.1', settle));
  return (server.address() as net.AddressInfo).port;
}

describe('resolve', () => {
  it('hands an address back as it is', async () => {
    expect(await systemNetwork.resolve('10.8.0.1', soon())).toEqual({
      ok: true,
      value: { addresses: ['10.8.0.1'] },
    });
  });
  it('tells an unknown name', async () => {
    expect(await systemNetwork.resolve('no-such-host.invalid', soon())).toMatchObject({
      ok: false,
      failure: { kind: 'name-unknown' },
    });
  });
});

describe('connect', () => {
  it('connects and measures', async () => {
    const port = await listen(net.createServer((socket) => socket.end()));
    const answer = await systemNetwork.connect('127.0.0.1', port, soon());
    expect(answer).toMatchObject({ ok: true, value: { address: '127.0.0.1' } });
  });
  it('tells a refusal', async () => {
    const server = net.createServer();
    const port = await listen(server);
    await new Promise((settle) => server.close(settle));
    expect(await systemNetwork.connect('127.0.0.1', port, soon())).toMatchObject({
      ok: false,
      failure: { kind: 'refused', code: 'ECONNREFUSED' },
    });
  });
  it('answers a time-out at once when its signal aborts', async () => {
    // 192.0.2.1 is set aside for documentation: nothing is there, and some networks answer for it anyway.
    const answer = await systemNetwork.connect('192.0.2.1', 9, AbortSignal.abort());
    expect(answer).toMatchObject({ ok: false, failure: { kind: 'timeout' } });
  });
  it('finds this machine under the name that containers use', () => {
    expect(net.isIP(dialled('host.docker.internal'))).toBe(4);
    expect(dialled('kafka-1.example.org')).toBe('kafka-1.example.org');
  });
});

describe('isPortFree', () => {
  it('is false while somebody listens', async () => {
    const server = net.createServer();
    const port = await listen(server);
    expect(await systemNetwork.isPortFree(port)).toBe(false);
    await new Promise((settle) => server.close(settle));
    expect(await systemNetwork.isPortFree(port)).toBe(true);
  });
});

describe('tls', () => {
  let authority: KeyAndCertificate;
  beforeAll(async () => {
    authority = await makeAuthority('Ministry CA');
  });

  async function serve(request: { hosts: string[]; notBefore?: Date; notAfter?: Date }): Promise<number> {
    const { key, certificate } = await issueServer(authority, { commonName: 'kafka-1', ...request });
    return listen(tls.createServer({ key, cert: certificate }, (socket) => socket.end()));
  }

  it('describes an acceptable certificate', async () => {
    const port = await serve({ hosts: ['127.0.0.1', 'localhost'] });
    const answer = await systemNetwork.tls('127.0.0.1', port, authority.certificate, soon());
    expect(answer).toMatchObject({
      ok: true,
      value: {
        subject: 'kafka-1',
        issuer: 'Ministry CA',
        names: ['127.0.0.1', 'localhost'],
        selfSigned: false,
        nameMatches: true,
      },
    });
    expect(answer.ok && answer.value.chainError).toBeUndefined();
    expect(answer.ok && Date.parse(answer.value.validTo)).toBeGreaterThan(Date.now());
  });

  it('tells a wrong name', async () => {
    const port = await serve({ hosts: ['kafka-1.internal'] });
    const answer = await systemNetwork.tls('127.0.0.1', port, authority.certificate, soon());
    expect(answer).toMatchObject({ ok: true, value: { nameMatches: false } });
    expect(answer.ok && answer.value.chainError).toBeUndefined();
  });

  it('tells an authority that is not known', async () => {
    const port = await serve({ hosts: ['127.0.0.1'] });
    const stranger = await makeAuthority('Somebody else');
    for (const ca of [undefined, stranger.certificate]) {
      const answer = await systemNetwork.tls('127.0.0.1', port, ca, soon());
      expect(answer).toMatchObject({ ok: true, value: { issuer: 'Ministry CA', nameMatches: true } });
      expect(answer.ok && answer.value.chainError).toMatch(/UNABLE_TO|SELF_SIGNED/);
    }
  });

  it('tells an expired certificate', async () => {
    const port = await serve({
      hosts: ['127.0.0.1'],
      notBefore: new Date(Date.now() - 10 * DAY_MS),
      notAfter: new Date(Date.now() - DAY_MS),
    });
    const answer = await systemNetwork.tls('127.0.0.1', port, authority.certificate, soon());
    expect(answer).toMatchObject({ ok: true, value: { chainError: 'CERT_HAS_EXPIRED' } });
  });

  it.each([
    ['answers something else', (socket: net.Socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')],
    ['hangs up', (socket: net.Socket) => socket.end()],
  ])('tells a port that %s', async (_, talk) => {
    const port = await listen(net.createServer(talk));
    const answer = await systemNetwork.tls('127.0.0.1', port, undefined, soon());
    expect(answer.ok).toBe(false);
    expect(!answer.ok && answer.failure.kind).toMatch(/no-tls|reset/);
  });

  it('gives up on a port that says nothing', async () => {
    const port = await listen(net.createServer((socket) => setTimeout(() => socket.destroy(), 2000)));
    const answer = await systemNetwork.tls('127.0.0.1', port, undefined, AbortSignal.timeout(100));
    expect(answer).toMatchObject({ ok: false, failure: { kind: 'timeout' } });
  });
});
