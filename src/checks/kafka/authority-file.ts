import { X509Certificate } from 'node:crypto';

/** The certificates of a PEM text; what cannot be read is left to the handshake, which fails with it. */
export function certificatesOf(pem: string | undefined): X509Certificate[] {
  const blocks = pem?.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g) ?? [];
  return blocks.flatMap((block) => {
    try {
      return [new X509Certificate(block)];
    } catch {
      return [];
    }
  });
}
