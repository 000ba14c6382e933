import { connect, type Socket } from 'node:net';
import { ByteWriter } from '../../../../sandbox/src/standin/tds/byte-writer.ts';
import { wireColumn } from '../../../../sandbox/src/standin/tds/codec/encode.ts';
import {
  type Message,
  PACKET,
  PacketParser,
  toPackets,
} from '../../../../sandbox/src/standin/tds/packets.ts';
import type { TsqlType, TsqlValue } from '../../../../sandbox/src/standin/types.ts';

/** A parameter as mssql-jdbc sends it: unnamed unless a test says otherwise. */
export interface RawParameter {
  name?: string;
  output?: boolean;
  /** To take the default of the procedure. */
  useDefault?: boolean;
  type: TsqlType;
  value: TsqlValue;
}

export const text = (value: string): RawParameter => ({ type: { name: 'nvarchar', length: 4000 }, value });
export const int = (value: number | null): RawParameter => ({ type: { name: 'int' }, value });

/** What a test may want to be different in LOGIN7. */
export interface RawLogin {
  tdsVersion?: number;
  packetSize?: number;
  optionFlags2?: number;
  /** Ids of announced features. */
  features?: number[];
}

/** Sends messages byte for byte, for what the real clients of the tests do not send. */
export class RawClient {
  readonly closed: Promise<void>;
  bytesReceived = 0;
  readonly #socket: Socket;
  readonly #parser = new PacketParser();
  readonly #received: Message[] = [];
  #wake: () => void = () => {};

  private constructor(port: number) {
    this.#socket = connect(port, '127.0.0.1');
    this.#socket.on('error', () => {});
    this.#socket.on('data', (chunk) => {
      this.bytesReceived += chunk.length;
      this.#received.push(...this.#parser.push(chunk));
      this.#wake();
    });
    this.closed = new Promise((resolve) => this.#socket.once('close', () => resolve()));
  }

  static connect(port: number): RawClient {
    return new RawClient(port);
  }

  /** Connects, agrees on no TLS and logs in. */
  static async login(port: number, login: RawLogin = {}): Promise<RawClient> {
    const client = new RawClient(port);
    client.send(PACKET.prelogin, prelogin(2));
    await client.receive();
    client.send(PACKET.login7, login7(login));
    return client;
  }

  send(type: number, body: Buffer, status = 0): void {
    const packets = toPackets(type, body, { packetSize: 4096, spid: 0, firstId: 1, last: true });
    packets[1]! |= status;
    this.#socket.write(packets);
  }

  write(bytes: Buffer): void {
    this.#socket.write(bytes);
  }

  /** A transaction manager request; `fields` follow its type. */
  transactionRequest(kind: number, ...fields: number[]): void {
    this.send(PACKET.transactionManager, Buffer.concat([allHeaders, Buffer.from([kind, 0, ...fields])]));
  }

  batch(sql: string, status = 0): void {
    this.send(PACKET.batch, Buffer.concat([allHeaders, Buffer.from(sql, 'utf16le')]), status);
  }

  /** One message with one call or several, which mssql-jdbc separates by 0xFF. */
  rpc(...calls: [procedure: number | string, ...parameters: RawParameter[]][]): void {
    const writer = new ByteWriter().bytes(allHeaders);
    calls.forEach(([procedure, ...parameters], index) => {
      if (index > 0) writer.u8(0xff);
      if (typeof procedure === 'string') writer.usVarchar(procedure);
      else writer.u16(0xffff).u16(procedure);
      writer.u16(0);
      for (const { name = '', output, useDefault, type, value } of parameters) {
        writer.bVarchar(name).u8((output ? 1 : 0) | (useDefault ? 2 : 0));
        const wire = wireColumn(type);
        wire.typeInfo(writer);
        wire.value(writer, value);
      }
    });
    this.send(PACKET.rpc, Buffer.from(writer.view()));
  }

  /** The body of the next message, in hex. */
  async receive(): Promise<string> {
    while (this.#received.length === 0) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return this.#received.shift()!.body.toString('hex');
  }

  /** Stops reading, so that the server's output piles up. */
  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  /** Breaks the connection off without a farewell (TCP RST). */
  reset(): void {
    this.#socket.resetAndDestroy();
  }
}

/** PRELOGIN with VERSION and the given ENCRYPTION. */
export function prelogin(encryption: number): Buffer {
  return Buffer.from([0, 0, 11, 0, 6, 1, 0, 17, 0, 1, 0xff, 0, 0, 0, 0, 0, 0, encryption]);
}

/** ALL_HEADERS with a transaction descriptor, and a trace header to be skipped. */
const allHeaders = Buffer.from(
  `2a000000${'12000000 0200 0000000000000000 01000000'.replaceAll(' ', '')}${`14000000 0300 ${'00'.repeat(14)}`.replaceAll(' ', '')}`,
  'hex',
);

function login7({
  tdsVersion = 0x74000004,
  packetSize = 4096,
  optionFlags2 = 0,
  features,
}: RawLogin): Buffer {
  const texts = ['host', 'sa', 'secret', 'app', 'server', '', 'library', '', 'clinic'];
  const fixed = Buffer.alloc(94);
  const parts: Buffer[] = [];
  let offset = 94;
  texts.forEach((value, index) => {
    fixed.writeUInt16LE(offset, 36 + index * 4);
    fixed.writeUInt16LE(value.length, 38 + index * 4);
    const bytes = Buffer.from(value, 'utf16le');
    parts.push(index === 2 ? hidden(bytes) : bytes);
    offset += bytes.length;
  });
  if (features) {
    fixed.writeUInt8(0x10, 27);
    fixed.writeUInt16LE(offset, 56);
    fixed.writeUInt16LE(4, 58);
    const list = features.flatMap((id) => [id, 1, 0, 0, 0, 1]);
    parts.push(Buffer.from([(offset + 4) & 0xff, (offset + 4) >> 8, 0, 0, ...list, 0xff]));
  }
  const body = Buffer.concat([fixed, ...parts]);
  body.writeUInt32LE(body.length, 0);
  body.writeUInt32LE(tdsVersion, 4);
  body.writeUInt32LE(packetSize, 8);
  body.writeUInt8(optionFlags2, 25);
  return body;
}

function hidden(bytes: Buffer): Buffer {
  return Buffer.from(bytes.map((byte) => (((byte << 4) | (byte >> 4)) & 0xff) ^ 0xa5));
}
