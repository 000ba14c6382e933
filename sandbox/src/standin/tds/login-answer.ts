import type { ByteWriter } from './byte-writer.ts';
import { COLLATION } from './codec/wire-types.ts';
import { DEFAULT_PACKET_SIZE } from './packets.ts';
import {
  ENV,
  TOKEN,
  withLength,
  writeDatabaseChange,
  writeDone,
  writeEnvBytes,
  writeEnvText,
  writeInfo,
} from './tokens.ts';

const SMALLEST_PACKET = 512;
const LARGEST_PACKET = 32_767;
/** A packet must fit one TLS record, or mssql-jdbc refuses it. */
const LARGEST_TLS_PACKET = 16_384;
const FEATURE_UTF8 = 0x0a;

export interface LoginAnswer {
  serverName: string;
  version: readonly [number, number, number];
  database: string;
  packetSize: number;
  /** The client announced UTF-8 support. Other features are never acknowledged: that would commit us to them. */
  utf8: boolean;
}

/** The packet size to use for a client that asks for `requested` (0: no wish). */
export function agreedPacketSize(requested: number, tls: boolean): number {
  if (requested === 0) return DEFAULT_PACKET_SIZE;
  const largest = tls ? LARGEST_TLS_PACKET : LARGEST_PACKET;
  return Math.min(largest, Math.max(SMALLEST_PACKET, requested));
}

/** The tokens that tell a client it is logged in, in the order of a real server. */
export function writeLoginAnswer(writer: ByteWriter, answer: LoginAnswer): void {
  const { serverName } = answer;
  writeDatabaseChange(writer, answer.database, 'master', serverName);
  writeEnvBytes(writer, ENV.collation, COLLATION, Buffer.alloc(0));
  writeEnvText(writer, ENV.language, 'us_english', '');
  writeInfo(
    writer,
    { number: 5703, state: 1, message: 'Changed language setting to us_english.' },
    serverName,
  );
  writeLoginAck(writer, answer.version);
  writeEnvText(writer, ENV.packetSize, String(answer.packetSize), String(DEFAULT_PACKET_SIZE));
  if (answer.utf8) writeUtf8Ack(writer);
  writeDone(writer, TOKEN.done, { status: 0, currentCommand: 0 });
}

/** LOGINACK: interface T-SQL, TDS 7.4 (big-endian here, unlike in LOGIN7), program name and version. */
export function writeLoginAck(writer: ByteWriter, [major, minor, build]: LoginAnswer['version']): void {
  withLength(writer, TOKEN.loginAck, () => {
    writer.u8(1).bytes(Uint8Array.of(0x74, 0, 0, 4));
    writer.bVarchar('Microsoft SQL Server');
    writer
      .u8(major)
      .u8(minor)
      .bytes(Uint8Array.of(build >> 8, build & 0xff));
  });
}

/** FEATUREEXTACK with UTF-8 alone; its token has no length of its own. */
export function writeUtf8Ack(writer: ByteWriter): void {
  writer.u8(TOKEN.featureExtAck).u8(FEATURE_UTF8).u32(1).u8(1).u8(0xff);
}
