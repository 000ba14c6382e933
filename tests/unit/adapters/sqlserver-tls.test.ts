import dgram from 'node:dgram';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { issueServer, type KeyAndCertificate, makeAuthority } from '../../../sandbox/src/tls/authority.ts';
import { systemNetwork } from '../../../src/adapters/network.ts';
import { readInstances } from '../../../src/adapters/sql-browser.ts';
import { sqlServerTls } from '../../../src/adapters/sqlserver-tls.ts';
import { Loopback } from '../standin/tds/loopback.ts';
import { selfSigned } from '../standin/tds/self-signed.ts';

const soon = () => AbortSignal.timeout(10_000);
const cleanup: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of cleanup.splice(0).reverse()) await close();
});

async function server(options: Parameters<typeof Loopback.open>[1]): Promise<number> {
  const loopback = await Loopback.open(() => {}, options);
  cleanup.push(() => loopback.close());
  return loopback.port;
}

describe('the TLS handshake inside TDS', () => {
  let authority: KeyAndCertificate;
  beforeAll(async () => {
    authority = await makeAuthority('Ministry CA');
  });

  it('describes a certificate that is as it should be', async () => {
    const made = await issueServer(authority, { commonName: 'sql', hosts: ['localhost'] });
    const port = await server({
      encryption: 'required',
      tls: { key: made.key, cert: made.certificate },
    });
    expect(await sqlServerTls('localhost', port, authority.certificate, soon())).toMatchObject({
      ok: true,
      value: {
        protocol: 'TLSv1.2',
        issuer: 'Ministry CA',
        names: ['localhost'],
        nameMatches: true,
        forwardSecrecy: true,
        keyType: 'RSA',
        keyBits: 2048,
        hash: 'strong',
      },
    });
    const { value } = (await sqlServerTls('localhost', port, authority.certificate, soon())) as {
      value: object;
    };
    expect(value).not.toHaveProperty('chainError');
  });

  it('describes one that SQL Server made by itself, and names what a client would say', async () => {
    const port = await server({ encryption: 'supported', tls: selfSigned() });
    expect(await sqlServerTls('127.0.0.1', port, undefined, soon())).toMatchObject({
      ok: true,
      value: { selfSigned: true, nameMatches: false, chainError: 'DEPTH_ZERO_SELF_SIGNED_CERT' },
    });
  });

  it('describes a server that knows old protocols only', async () => {
    const port = await server({
      encryption: 'required',
      tls: {
        ...selfSigned(),
        minVersion: 'TLSv1',
        maxVersion: 'TLSv1.1',
        ciphers: 'DEFAULT:@SECLEVEL=0',
      },
    });
    expect(await sqlServerTls('localhost', port, undefined, soon())).toMatchObject({
      ok: true,
      value: { protocol: 'TLSv1.1' },
    });
  });

  it('tells a server that knows no suite with forward secrecy from one that only prefers another', async () => {
    const only = await server({
      encryption: 'required',
      tls: { ...selfSigned(), ciphers: 'AES256-SHA256' },
    });
    expect(await sqlServerTls('localhost', only, undefined, soon())).toMatchObject({
      ok: true,
      value: { cipher: 'AES256-SHA256', forwardSecrecy: false },
    });
    const prefers = await server({
      encryption: 'required',
      tls: { ...selfSigned(), ciphers: 'AES256-SHA256:ECDHE-RSA-AES128-GCM-SHA256' },
    });
    expect(await sqlServerTls('localhost', prefers, undefined, soon())).toMatchObject({
      ok: true,
      value: { forwardSecrecy: true },
    });
  });

  it('tells the length of the key and the hash under the signature', async () => {
    for (const [hash, told] of [
      ['md5', 'MD5'],
      ['sha1', 'SHA-1'],
      ['sha256', 'strong'],
    ] as const) {
      const port = await server({
        encryption: 'required',
        tls: { ...selfSigned(hash, 1024), ciphers: 'DEFAULT:@SECLEVEL=0' },
      });
      expect(await sqlServerTls('localhost', port, undefined, soon())).toMatchObject({
        ok: true,
        value: { hash: told, keyBits: 1024 },
      });
    }
  });

  it('tells a server that declines', async () => {
    const port = await server({ encryption: 'off' });
    expect(await sqlServerTls('localhost', port, undefined, soon())).toMatchObject({
      ok: false,
      failure: { code: 'ENOENCRYPT' },
    });
  });
});

describe('SQL Server Browser', () => {
  /** [MC-SQLR] 3: two instances, the second without TCP/IP. */
  const TEXT =
    'ServerName;HOSP;InstanceName;MSSQLSERVER;IsClustered;No;Version;15.0.2000.5;tcp;1433;;' +
    'ServerName;HOSP;InstanceName;CLINIC;IsClustered;No;Version;14.0.1000.169;np;\\\\HOSP\\pipe\\sql;;';
  const datagram = (text: string) => {
    const header = Buffer.from([5, 0, 0]);
    header.writeUInt16LE(text.length, 1);
    return Buffer.concat([header, Buffer.from(text, 'latin1')]);
  };

  it('names the instances and their ports', () => {
    expect(readInstances(datagram(TEXT))).toEqual([
      { name: 'MSSQLSERVER', version: '15.0.2000.5', port: 1433 },
      { name: 'CLINIC', version: '14.0.1000.169' },
    ]);
    expect(readInstances(datagram(''))).toEqual([]);
    expect(() => readInstances(Buffer.from('HTTP/1.1'))).toThrow('not SQL Server Browser');
  });

  it('is asked by one datagram, again when the first is lost', async () => {
    const browser = dgram.createSocket('udp4');
    cleanup.push(() => browser.close());
    const seen: Buffer[] = [];
    browser.on('message', (message, from) => {
      seen.push(message);
      if (seen.length === 2) browser.send(datagram(TEXT), from.port, from.address);
    });
    // An address of its own: the port is fixed.
    await new Promise<void>((settle) => browser.bind(1434, '127.14.34.1', settle));
    expect(await systemNetwork.sqlInstances('127.14.34.1', soon())).toMatchObject({
      ok: true,
      value: [{ name: 'MSSQLSERVER' }, { name: 'CLINIC' }],
    });
    expect(seen).toEqual([Buffer.from([3]), Buffer.from([3])]);
  });

  it('is told apart: nobody there, nobody answering, no such name', async () => {
    expect(await systemNetwork.sqlInstances('no-such-host.invalid', soon())).toMatchObject({
      failure: { kind: 'name-unknown' },
    });
    expect(await systemNetwork.sqlInstances('127.14.34.2', soon())).toMatchObject({
      failure: { kind: 'refused' },
    });
    const deaf = dgram.createSocket('udp4');
    cleanup.push(() => deaf.close());
    await new Promise<void>((settle) => deaf.bind(1434, '127.14.34.3', settle));
    const signal = AbortSignal.timeout(300);
    expect(await systemNetwork.sqlInstances('127.14.34.3', signal)).toMatchObject({
      failure: { kind: 'timeout' },
    });
  });
});
