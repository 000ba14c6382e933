import { X509Certificate } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CA_FILE, TLS } from '../paths.ts';
import { writePrivate } from '../state.ts';
import { issueServer, type KeyAndCertificate, makeAuthority } from './authority.ts';

/** The servers of the sandbox that speak TLS. */
export type Server = 'kafka' | 'postgres' | 'standin';

const CA_KEY_FILE = join(TLS, 'ca.key');
const RENEW_BEFORE_MS = 30 * 86_400_000;

export const certificateFile = (server: Server): string => join(TLS, `${server}.pem`);
export const keyFile = (server: Server): string => join(TLS, `${server}.key`);

/** The sandbox's own authority, made at the first call; `ca.pem` is what clients must trust. */
async function authority(): Promise<KeyAndCertificate> {
  await mkdir(TLS, { recursive: true, mode: 0o700 });
  const known = await readPair(CA_FILE, CA_KEY_FILE);
  if (known !== undefined && isCurrent(known.certificate)) return known;
  const made = await makeAuthority('clinicmaster-cdc sandbox CA');
  await writePrivate(CA_KEY_FILE, made.key);
  await writePrivate(CA_FILE, made.certificate);
  return made;
}

/** The authority with its key, for tests that sign certificates which no server should have. */
export const readPrivateAuthority = (): Promise<KeyAndCertificate> => authority();

/**
 * Certificate and key of one server, reachable under the gateway address, 127.0.0.1, localhost and
 * host.docker.internal. Kept in `.sandbox/tls`, signed anew when the gateway changed or the year is nearly over.
 */
export async function serverCertificate(server: Server, gateway: string): Promise<KeyAndCertificate> {
  const ca = await authority();
  const known = await readPair(certificateFile(server), keyFile(server));
  if (known !== undefined && isCurrent(known.certificate) && serves(known.certificate, gateway, ca))
    return known;
  const made = await issueServer(ca, {
    commonName: `clinicmaster-cdc sandbox ${server}`,
    hosts: [gateway, '127.0.0.1', 'localhost', 'host.docker.internal'],
  });
  await writePrivate(keyFile(server), made.key);
  await writePrivate(certificateFile(server), made.certificate);
  return made;
}

async function readPair(certificate: string, key: string): Promise<KeyAndCertificate | undefined> {
  try {
    return { certificate: await readFile(certificate, 'utf8'), key: await readFile(key, 'utf8') };
  } catch {
    return undefined;
  }
}

function isCurrent(pem: string): boolean {
  return Date.parse(new X509Certificate(pem).validTo) - Date.now() > RENEW_BEFORE_MS;
}

function serves(pem: string, address: string, ca: KeyAndCertificate): boolean {
  const certificate = new X509Certificate(pem);
  return (
    certificate.checkIP(address) !== undefined &&
    certificate.verify(new X509Certificate(ca.certificate).publicKey)
  );
}
