import { createSign, generateKeyPairSync, randomBytes } from 'node:crypto';

/**
 * A fresh self-signed certificate for `localhost`, such as SQL Server makes for itself when it is given none.
 * X.509 version 1, written here as DER so that tests need no `openssl` program.
 */
export function selfSigned(
  hash: keyof typeof WITH_RSA = 'sha256',
  bits = 2048,
): { key: string; cert: string } {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: bits });
  const algorithm = sequence(Buffer.from(`06092a864886f70d0101${WITH_RSA[hash]}0500`, 'hex'));
  const name = sequence(der(0x31, sequence(commonName, der(0x0c, Buffer.from('localhost')))));
  const validity = sequence(time(-86_400_000), time(2 * 86_400_000));
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  const serial = der(0x02, Buffer.concat([Buffer.from([1]), randomBytes(8)]));
  const body = sequence(serial, algorithm, name, validity, name, spki);
  const signature = createSign(hash).update(body).sign(privateKey);
  const certificate = sequence(body, algorithm, der(0x03, Buffer.concat([Buffer.alloc(1), signature])));
  const base64 = certificate.toString('base64').replace(/.{64}/g, '$&\n');
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${base64}\n-----END CERTIFICATE-----\n`,
  };
}

function der(tag: number, ...parts: Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

function sequence(...parts: Buffer[]): Buffer {
  return der(0x30, ...parts);
}

/** GeneralizedTime, `offset` milliseconds from now. */
function time(offset: number): Buffer {
  const text = new Date(Date.now() + offset).toISOString().replace(/[-:T]|\.\d+/g, '');
  return der(0x18, Buffer.from(text));
}

/** OID 2.5.4.3. */
const commonName = Buffer.from('0603550403', 'hex');
/** Last part of the identifier 1.2.840.113549.1.1.x, whose parameters are NULL. */
const WITH_RSA = { md5: '04', sha1: '05', sha256: '0b' } as const;
