import type { Duplex } from 'node:stream';
import { ByteWriter } from './byte-writer.ts';
import { DEFAULT_PACKET_SIZE, HEADER_LENGTH, PACKET, toPackets } from './packets.ts';

/** Bytes after which the event loop gets a turn, so that an ATTENTION is noticed during a fast result. */
const TURN_BYTES = 256 * 1024;

/** Sends the server's messages: tokens are appended to `body`, full packets leave as they fill. */
export class MessageWriter {
  readonly body = new ByteWriter();
  /** Packet size in force; LOGIN7 changes it. */
  packetSize = DEFAULT_PACKET_SIZE;
  spid = 0;
  #channel: Duplex;
  #nextId = 1;
  #draining: Promise<void> | undefined;
  #sinceTurn = 0;

  constructor(channel: Duplex) {
    this.#channel = channel;
  }

  /** Continues on another channel: TLS begins right after PRELOGIN. */
  moveTo(channel: Duplex): void {
    this.#channel = channel;
  }

  /**
   * Sends every full packet; the rest stays, because only `end` may send the packet that ends the message.
   * Returns a promise when the client reads slower than we write.
   */
  pump(): void | Promise<void> {
    const room = this.packetSize - HEADER_LENGTH;
    const full = Math.floor((this.body.length - 1) / room);
    if (full <= 0) return;
    this.#send(full * room, false);
    if (this.#channel.writableNeedDrain && !this.#channel.destroyed) return this.#drained();
    if (this.#sinceTurn < TURN_BYTES) return;
    this.#sinceTurn = 0;
    return new Promise((resolve) => setImmediate(resolve));
  }

  /** Ends the message with whatever is left. */
  end(): void {
    this.#send(this.body.length, true);
    this.#nextId = 1;
  }

  #send(count: number, last: boolean): void {
    const body = this.body.take(count);
    const { packetSize, spid } = this;
    const packets = toPackets(PACKET.response, body, { packetSize, spid, firstId: this.#nextId, last });
    this.#nextId += Math.ceil(count / (packetSize - HEADER_LENGTH));
    this.#sinceTurn += count;
    if (this.#channel.writable) this.#channel.write(packets);
  }

  #drained(): Promise<void> {
    const channel = this.#channel;
    this.#draining ??= new Promise((resolve) => {
      const done = (): void => {
        channel.off('drain', done);
        channel.off('close', done);
        this.#draining = undefined;
        resolve();
      };
      channel.on('drain', done);
      channel.on('close', done);
    });
    return this.#draining;
  }
}
