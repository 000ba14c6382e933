import { ProtocolError } from './protocol-error.ts';

const OPTION = { version: 0, encryption: 1, instance: 2, thread: 3, mars: 4, terminator: 0xff } as const;

/** Values of the ENCRYPTION option (MS-TDS 2.2.6.5). */
export const ENCRYPTION = { off: 0, on: 1, notSupported: 2, required: 3 } as const;

/** What the server offers: `off` no TLS, `supported` as the client asks, `required` nothing without TLS. */
export type EncryptionPolicy = 'off' | 'supported' | 'required';

/** Reads the ENCRYPTION option of a PRELOGIN request. */
export function requestedEncryption(body: Buffer): number {
  for (let at = 0; at + 5 <= body.length && body.readUInt8(at) !== OPTION.terminator; at += 5) {
    if (body.readUInt8(at) !== OPTION.encryption) continue;
    const offset = body.readUInt16BE(at + 1);
    if (offset < body.length) return body.readUInt8(offset);
  }
  throw new ProtocolError('PRELOGIN without an ENCRYPTION option');
}

/**
 * The ENCRYPTION byte to answer. A client that only wants its LOGIN7 hidden (`off`) is answered `notSupported`
 * and goes on in the clear: one path less, and both clients accept it.
 */
export function agreedEncryption(requested: number, policy: EncryptionPolicy): number {
  if (policy === 'off') return ENCRYPTION.notSupported;
  if (requested === ENCRYPTION.on || requested === ENCRYPTION.required) return ENCRYPTION.on;
  return policy === 'required' ? ENCRYPTION.required : ENCRYPTION.notSupported;
}

/** PRELOGIN answer. The clients choose TDS 7.4 from a major version of 11 or more. */
export function preloginAnswer(version: readonly [number, number, number], encryption: number): Buffer {
  const [major, minor, build] = version;
  const values: [number, Buffer][] = [
    [OPTION.version, Buffer.from([major, minor, build >> 8, build & 0xff, 0, 0])],
    [OPTION.encryption, Buffer.from([encryption])],
    [OPTION.instance, Buffer.from([0])],
    [OPTION.thread, Buffer.alloc(0)],
    [OPTION.mars, Buffer.from([0])],
  ];
  const table = Buffer.alloc(values.length * 5 + 1, OPTION.terminator);
  let offset = table.length;
  values.forEach(([option, value], index) => {
    table.writeUInt8(option, index * 5);
    table.writeUInt16BE(offset, index * 5 + 1);
    table.writeUInt16BE(value.length, index * 5 + 3);
    offset += value.length;
  });
  return Buffer.concat([table, ...values.map(([, value]) => value)]);
}
