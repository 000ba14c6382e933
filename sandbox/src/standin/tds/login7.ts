import type { LoginRequest } from '../types.ts';
import { ProtocolError } from './protocol-error.ts';

/** TDS 7.4, the only version spoken here (SQL Server 2012 and newer). */
export const TDS_7_4 = 0x74000004;

const FIXED_LENGTH = 94;
const FEATURE_UTF8 = 0x0a;
const FEATURE_TERMINATOR = 0xff;
/** OptionFlags2: integrated (Windows) authentication. */
const INTEGRATED_SECURITY = 0x80;
/** OptionFlags3: a feature list follows. */
const HAS_EXTENSION = 0x10;
/** TypeFlags: the client promises to read only. */
const READ_ONLY_INTENT = 0x20;

/** Index of each text in the offset table, which starts at byte 36. */
const TEXT = { host: 0, user: 1, password: 2, application: 3, extension: 5, database: 8 } as const;

/** LOGIN7 as the connection needs it (MS-TDS 2.2.6.4). */
export interface Login7 {
  request: LoginRequest;
  tdsVersion: number;
  /** Packet size asked for; 0 leaves it to the server. */
  packetSize: number;
  integratedSecurity: boolean;
  /** The client announced UTF-8 support; only then may it be acknowledged. */
  utf8: boolean;
}

/** Parses the body of a LOGIN7 message. */
export function parseLogin7(body: Buffer): Login7 {
  if (body.length < FIXED_LENGTH) throw new ProtocolError(`LOGIN7 of ${body.length} bytes`);
  return {
    request: {
      host: text(body, TEXT.host),
      user: text(body, TEXT.user),
      password: revealed(textBytes(body, TEXT.password)).toString('utf16le'),
      application: text(body, TEXT.application),
      database: text(body, TEXT.database),
      readOnlyIntent: (body.readUInt8(26) & READ_ONLY_INTENT) !== 0,
    },
    tdsVersion: body.readUInt32LE(4),
    packetSize: body.readUInt32LE(8),
    integratedSecurity: (body.readUInt8(25) & INTEGRATED_SECURITY) !== 0,
    utf8: (body.readUInt8(27) & HAS_EXTENSION) !== 0 && features(body).has(FEATURE_UTF8),
  };
}

function textBytes(body: Buffer, index: number): Buffer {
  const offset = body.readUInt16LE(36 + index * 4);
  const characters = body.readUInt16LE(38 + index * 4);
  if (offset + characters * 2 > body.length) throw new ProtocolError('LOGIN7 text outside the message');
  return body.subarray(offset, offset + characters * 2);
}

function text(body: Buffer, index: number): string {
  return textBytes(body, index).toString('utf16le');
}

/** Undoes the obfuscation of the password: every byte is XOR-ed with 0xA5 after its nibbles were swapped. */
function revealed(bytes: Buffer): Buffer {
  return Buffer.from(bytes.map((byte) => (((byte ^ 0xa5) << 4) | ((byte ^ 0xa5) >> 4)) & 0xff));
}

function features(body: Buffer): Set<number> {
  const found = new Set<number>();
  const pointer = body.readUInt16LE(36 + TEXT.extension * 4);
  if (pointer + 4 > body.length) throw new ProtocolError('LOGIN7 feature list outside the message');
  let at = body.readUInt32LE(pointer);
  while (at + 5 <= body.length && body.readUInt8(at) !== FEATURE_TERMINATOR) {
    found.add(body.readUInt8(at));
    at += 5 + body.readUInt32LE(at + 1);
  }
  return found;
}
