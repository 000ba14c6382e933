import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { DEFAULT_PACKET_SIZE, HEADER_LENGTH, PACKET, toPackets } from './packets.ts';

/**
 * Carries the TLS handshake inside PRELOGIN packets in both directions, and raw TLS records afterwards.
 * The client's first byte that begins no PRELOGIN packet ends the wrapping. Waiting for the handshake's own end instead
 * would leave the server's last flight unwrapped, and mssql-jdbc hangs on it.
 */
export class TlsCarrier extends Duplex {
  readonly #raw: Socket;
  #wrapping = true;
  #rest: Buffer = Buffer.alloc(0);

  constructor(raw: Socket) {
    super();
    this.#raw = raw;
    raw.on('data', (chunk: Buffer) => this.#receive(chunk));
    raw.on('end', () => this.push(null));
    raw.on('error', (error) => this.destroy(error));
    raw.on('close', () => this.destroy());
  }

  override _read(): void {
    this.#raw.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#raw.write(this.#wrapping ? wrap(chunk) : chunk, done);
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#raw.end(() => done());
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#raw.destroy();
    done(error);
  }

  #receive(chunk: Buffer): void {
    let data = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    while (this.#wrapping && data.length > 0) {
      if (data.readUInt8(0) !== PACKET.prelogin) {
        this.#wrapping = false;
        break;
      }
      if (data.length < HEADER_LENGTH) break;
      const length = Math.max(HEADER_LENGTH, data.readUInt16BE(2));
      if (data.length < length) break;
      this.#forward(data.subarray(HEADER_LENGTH, length));
      data = data.subarray(length);
    }
    this.#rest = this.#wrapping ? data : Buffer.alloc(0);
    if (!this.#wrapping && data.length > 0) this.#forward(data);
  }

  #forward(data: Buffer): void {
    if (!this.push(data)) this.#raw.pause();
  }
}

function wrap(records: Buffer): Buffer {
  return toPackets(PACKET.prelogin, records, {
    packetSize: DEFAULT_PACKET_SIZE,
    spid: 0,
    firstId: 0,
    last: true,
  });
}
