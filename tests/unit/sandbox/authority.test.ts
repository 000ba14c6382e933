import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, createServer } from 'node:tls';
import { describe, expect, test } from 'vitest';
import { issueServer, type KeyAndCertificate, makeAuthority } from '../../../sandbox/src/tls/authority.ts';

/** Shakes hands on the loopback. Resolves with undefined when the client trusts the server, else with its error code. */
async function handshake(server: KeyAndCertificate, ca: string, host?: string): Promise<string | undefined> {
  const listener = createServer({ key: server.key, cert: server.certificate });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address() as AddressInfo;
  const socket = connect({
    port,
    host: '127.0.0.1',
    ca,
    ...(host === undefined ? {} : { servername: host }),
  });
  try {
    await once(socket, 'secureConnect');
    return undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code;
  } finally {
    socket.destroy();
    listener.close();
  }
}

describe('the certificates of the sandbox', async () => {
  const authority = await makeAuthority('test CA');
  const hosts = ['127.0.0.1', 'localhost', 'host.docker.internal'];

  test('are trusted by who trusts the authority, by address and by name', async () => {
    const server = await issueServer(authority, { commonName: 'kafka', hosts });
    expect(await handshake(server, authority.certificate)).toBeUndefined();
    expect(await handshake(server, authority.certificate, 'host.docker.internal')).toBeUndefined();
  });

  test('are refused under another name, by another authority, and after their time', async () => {
    const server = await issueServer(authority, { commonName: 'kafka', hosts });
    expect(await handshake(server, authority.certificate, 'kafka.example.org')).toBe(
      'ERR_TLS_CERT_ALTNAME_INVALID',
    );
    const other = await makeAuthority('another CA');
    expect(await handshake(server, other.certificate)).toBe('UNABLE_TO_VERIFY_LEAF_SIGNATURE');
    const yesterday = new Date(Date.now() - 86_400_000);
    const old = await issueServer(authority, {
      commonName: 'kafka',
      hosts,
      notBefore: new Date(yesterday.getTime() - 86_400_000),
      notAfter: yesterday,
    });
    expect(await handshake(old, authority.certificate)).toBe('CERT_HAS_EXPIRED');
  });

  test('name the authority as one and the server as none', async () => {
    const server = await issueServer(authority, { commonName: 'kafka', hosts });
    expect(new X509Certificate(authority.certificate).ca).toBe(true);
    expect(new X509Certificate(server.certificate).ca).toBe(false);
  });
});
