import net from 'node:net';
import { Duplex } from 'node:stream';
import tls from 'node:tls';
import { dialled } from './network.ts';
import { networkFailure } from './network-failure.ts';
import type { NetworkAnswer } from './network-port.ts';
import { limited, once, tlsView } from './network-stream.ts';
import type { SqlTlsView } from './sqlserver-port.ts';
import { preloginEncryption } from './sqlserver-prelogin.ts';

const PRELOGIN = 0x12;
const HEADER_BYTES = 8;
/** Old servers are let in on purpose: the handshake is carried through so that it can be described, then dropped. */
const ANYTHING = 'ECDHE:DHE:RSA:@SECLEVEL=0';
/** What the Java in the container still takes: no suite without forward secrecy. */
const FORWARD_SECRET = 'ECDHE:DHE:@SECLEVEL=0';

/**
 * The TLS handshake that stands inside TDS (MS-TDS 2.2.6.5), carried through whatever the certificate is. Nothing is sent
 * over the encrypted line.
 * @param ca PEM text; the built-in authorities when undefined
 */
export async function sqlServerTls(
  host: string,
  port: number,
  ca: string | undefined,
  signal: AbortSignal,
): Promise<NetworkAnswer<SqlTlsView>> {
  try {
    const view = await handshake(host, port, ca, ANYTHING, signal);
    if (view.forwardSecrecy) return { ok: true, value: view };
    // The server may only have preferred it: ask again without the choice.
    const again = await handshake(host, port, ca, FORWARD_SECRET, signal).catch(() => undefined);
    return { ok: true, value: again ?? view };
  } catch (error) {
    return { ok: false, failure: networkFailure(error) };
  }
}

async function handshake(
  host: string,
  port: number,
  ca: string | undefined,
  ciphers: string,
  signal: AbortSignal,
): Promise<SqlTlsView> {
  const socket = net.connect({ host: dialled(host), port });
  try {
    await limited(preloginEncryption(socket), signal);
    const secured = tls.connect({
      socket: new HandshakeCarrier(socket),
      rejectUnauthorized: false,
      minVersion: 'TLSv1',
      // TDS 7.4 knows no TLS 1.3: drivers do not offer it.
      maxVersion: 'TLSv1.2',
      ciphers,
      ...(net.isIP(host) === 0 ? { servername: host } : {}),
      ...(ca === undefined ? {} : { ca }),
    });
    await limited(once(secured, 'secureConnect'), signal);
    return describe(secured, host);
  } finally {
    socket.destroy();
  }
}

function describe(socket: tls.TLSSocket, host: string): SqlTlsView {
  const certificate = socket.getPeerCertificate();
  const { bits, modulus, raw } = certificate;
  const cipher = socket.getCipher();
  return {
    ...tlsView(socket, host),
    cipher: cipher.name,
    forwardSecrecy: /^(ECDHE|DHE)-/.test(cipher.name),
    keyType: modulus === undefined ? 'EC' : 'RSA',
    ...(bits === undefined ? {} : { keyBits: bits }),
    hash: signatureHash(raw),
  };
}

/** Signature algorithms of RFC 8017 and RFC 5758 that can be broken, as the bytes of their object identifiers. */
const WEAK_SIGNATURES: readonly [string, 'MD5' | 'SHA-1'][] = [
  ['2a864886f70d010104', 'MD5'],
  ['2a864886f70d010105', 'SHA-1'],
  ['2a8648ce3d0401', 'SHA-1'],
];

/** The hash under a certificate's signature, where it is a weak one. @param der the certificate */
function signatureHash(der: Buffer): 'MD5' | 'SHA-1' | 'strong' {
  // Certificate ::= SEQUENCE { tbsCertificate, signatureAlgorithm SEQUENCE { OBJECT IDENTIFIER … }, … }
  const outer = element(der, 0);
  const body = element(der, outer.start);
  const algorithm = element(der, body.end);
  const identifier = element(der, algorithm.start);
  const hex = der.subarray(identifier.start, identifier.end).toString('hex');
  return WEAK_SIGNATURES.find(([oid]) => oid === hex)?.[1] ?? 'strong';
}

/** Where the content of the DER element at an offset begins and ends. */
function element(der: Buffer, at: number): { start: number; end: number } {
  const first = der[at + 1] ?? 0;
  if (first < 0x80) return { start: at + 2, end: at + 2 + first };
  const bytes = first & 0x7f;
  const start = at + 2 + bytes;
  return { start, end: start + der.readUIntBE(at + 2, bytes) };
}

/** Wraps what TLS writes into PRELOGIN packets and unwraps what comes, as TDS wants it until the handshake is done. */
class HandshakeCarrier extends Duplex {
  readonly #socket: net.Socket;
  #rest = Buffer.alloc(0);

  constructor(socket: net.Socket) {
    super();
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => this.#receive(chunk));
    socket.on('error', (error) => this.destroy(error));
    socket.on('close', () => this.destroy());
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    const header = Buffer.from([PRELOGIN, 1, 0, 0, 0, 0, 1, 0]);
    header.writeUInt16BE(HEADER_BYTES + chunk.length, 2);
    this.#socket.write(Buffer.concat([header, chunk]), done);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#socket.destroy();
    done(error);
  }

  #receive(chunk: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    while (this.#rest.length >= HEADER_BYTES) {
      const length = Math.max(HEADER_BYTES, this.#rest.readUInt16BE(2));
      if (this.#rest.length < length) return;
      this.push(this.#rest.subarray(HEADER_BYTES, length));
      this.#rest = this.#rest.subarray(length);
    }
  }
}
