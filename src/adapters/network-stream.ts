import net from 'node:net';
import type { Duplex } from 'node:stream';
import tls from 'node:tls';
import { failureCode, networkFailure } from './network-failure.ts';
import type { CertificateView, NetworkAnswer, TlsView } from './network-port.ts';

/** Longer than a satellite round trip, shorter than a user's patience. */
const LIMIT_MS = 5000;
/** Issuers above one certificate; a chain that names itself in a circle ends here too. */
const MOST_ISSUERS = 8;
/** A listener that waits for more before it speaks has nothing to say to this question. */
const SILENCE_MS = 2000;
const FIRST_BYTES = 64;

/** Opens a TCP stream; it may still be connecting. */
type Open = () => Duplex;

/**
 * A TLS session over a stream that is already on its way to the other end.
 * @param host name that the certificate must be for
 */
export function tlsOver(stream: Duplex, host: string, options: tls.ConnectionOptions): tls.TLSSocket {
  const named = net.isIP(host) === 0 ? { servername: host } : {};
  const session = tls.connect({ socket: stream, ...named, ...options });
  // Node hands an error of a foreign stream to nobody.
  stream.once('error', (error) => session.destroy(error));
  return session;
}

/** Carries a handshake through whatever the certificate says, so that it can be described; then hangs up. */
export async function handshakeOver(
  open: Open,
  host: string,
  ca: string | undefined,
  signal: AbortSignal,
): Promise<NetworkAnswer<TlsView>> {
  const stream = open();
  // The certificate is judged later, after it has been read; nothing is sent over this connection.
  const session = tlsOver(stream, host, {
    rejectUnauthorized: false,
    ...(ca === undefined ? {} : { ca }),
  });
  try {
    await limited(once(session, 'secureConnect'), signal);
    return { ok: true, value: tlsView(session, host) };
  } catch (error) {
    return { ok: false, failure: networkFailure(error) };
  } finally {
    session.destroy();
    stream.destroy();
  }
}

/** Sends bytes and hands out the first that come back; none when nothing came in time. */
export async function firstBytesOver(
  open: Open,
  send: Uint8Array,
  signal: AbortSignal,
): Promise<NetworkAnswer<Uint8Array>> {
  const stream = open();
  let timer: NodeJS.Timeout | undefined;
  try {
    const first = new Promise<Uint8Array>((settle, reject) => {
      stream.once('data', (chunk: Buffer) => settle(chunk.subarray(0, FIRST_BYTES)));
      stream.once('end', () => settle(new Uint8Array()));
      stream.on('error', (error: NodeJS.ErrnoException) => {
        // Whoever does not understand the greeting may hang up by a reset: an answer without bytes.
        if (error.code === 'ECONNRESET') settle(new Uint8Array());
        else reject(error);
      });
      timer = setTimeout(() => settle(new Uint8Array()), SILENCE_MS);
    });
    stream.write(send);
    return { ok: true, value: await limited(first, signal) };
  } catch (error) {
    return { ok: false, failure: networkFailure(error) };
  } finally {
    clearTimeout(timer);
    stream.destroy();
  }
}

/** Waits for an event of a stream; an error or its end comes first as a rejection. */
export function once(stream: Duplex, event: string): Promise<void> {
  return new Promise((settle, reject) => {
    stream.once(event, settle);
    // Stays attached: an error after the answer has been given must not end the process.
    stream.on('error', reject);
    stream.once('close', () => reject(failureCode('ECONNRESET', 'The connection was closed.')));
  });
}

/** Waits no longer than the limit and the signal allow. */
export async function limited<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  let stop: () => void = () => {};
  const ended = new Promise<never>((_, reject) => {
    const end = () => reject(failureCode('ETIMEDOUT', `No answer within ${LIMIT_MS / 1000} s.`));
    const timer = setTimeout(end, LIMIT_MS);
    signal.addEventListener('abort', end, { once: true });
    if (signal.aborted) end();
    stop = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
    };
  });
  try {
    return await Promise.race([work, ended]);
  } finally {
    stop();
    work.catch(() => {});
  }
}

export function tlsView(session: tls.TLSSocket, host: string): TlsView {
  const certificate = session.getPeerCertificate(true);
  const wrongName = tls.checkServerIdentity(host, certificate);
  // Node reports a wrong name here too, but only when the chain is right; the name is told apart below.
  const verdict = session.authorizationError as unknown;
  const chainError = typeof verdict === 'string' ? verdict : (verdict as { code?: string } | null)?.code;
  return {
    protocol: session.getProtocol() ?? '',
    subject: commonName(certificate.subject),
    issuer: commonName(certificate.issuer),
    names: certificateNames(certificate.subjectaltname),
    validFrom: new Date(certificate.valid_from).toISOString(),
    validTo: new Date(certificate.valid_to).toISOString(),
    selfSigned: JSON.stringify(certificate.subject) === JSON.stringify(certificate.issuer),
    chain: chainOf(certificate),
    ...(chainError === undefined || chainError === 'ERR_TLS_CERT_ALTNAME_INVALID' ? {} : { chainError }),
    nameMatches: wrongName === undefined,
  };
}

/** The server's certificate and those above it, as far as they were sent or are known. */
function chainOf(certificate: tls.DetailedPeerCertificate): CertificateView[] {
  const chain: CertificateView[] = [];
  let current: tls.DetailedPeerCertificate | undefined = certificate;
  while (current !== undefined && chain.length < MOST_ISSUERS) {
    const { fingerprint256: fingerprint } = current;
    if (chain.some((known) => known.fingerprint === fingerprint)) break;
    chain.push({
      subject: commonName(current.subject),
      issuer: commonName(current.issuer),
      validTo: new Date(current.valid_to).toISOString(),
      fingerprint,
    });
    current = current.issuerCertificate;
  }
  return chain;
}

function commonName(name: tls.Certificate | undefined): string {
  return [name?.CN ?? name?.O ?? 'unnamed'].flat().join(', ');
}

/** `DNS:a.example, IP Address:10.0.0.1` → `['a.example', '10.0.0.1']`; what stands there as both is named once. */
function certificateNames(text: string | undefined): string[] {
  const names = (text ?? '').split(', ').map((entry) => entry.replace(/^(DNS|IP Address):/, ''));
  return [...new Set(names)].filter((name) => name !== '');
}
