import { ProtocolError } from './protocol-error.ts';

/** Packet types (MS-TDS 2.2.3.1.1). The server only ever sends `response`. */
export const PACKET = {
  batch: 0x01,
  rpc: 0x03,
  response: 0x04,
  attention: 0x06,
  bulk: 0x07,
  transactionManager: 0x0e,
  login7: 0x10,
  prelogin: 0x12,
} as const;

/** Packet status bits (MS-TDS 2.2.3.1.2). */
export const STATUS = {
  endOfMessage: 0x01,
  /** The client gave the request up while still sending it. */
  ignore: 0x02,
  reset: 0x08,
  resetKeepTransaction: 0x10,
} as const;

export const HEADER_LENGTH = 8;
/** Packet size until LOGIN7 negotiates another. */
export const DEFAULT_PACKET_SIZE = 4096;

/** One complete message of the client: its packets' bodies joined, their status bits or-ed. */
export interface Message {
  type: number;
  status: number;
  body: Buffer;
}

/** Cuts a byte stream into packets and joins packets into messages. */
export class PacketParser {
  #rest: Buffer = Buffer.alloc(0);
  #bodies: Buffer[] = [];
  #status = 0;
  #type = 0;

  /** Takes the next bytes of the stream; returns the messages that they complete. */
  push(chunk: Buffer): Message[] {
    let data = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const messages: Message[] = [];
    while (data.length >= HEADER_LENGTH) {
      const length = data.readUInt16BE(2);
      if (length < HEADER_LENGTH) throw new ProtocolError(`a packet of ${length} bytes`);
      if (data.length < length) break;
      const message = this.#packet(data.subarray(0, length));
      if (message) messages.push(message);
      data = data.subarray(length);
    }
    this.#rest = data;
    return messages;
  }

  #packet(packet: Buffer): Message | undefined {
    const type = packet.readUInt8(0);
    const status = packet.readUInt8(1);
    if (this.#bodies.length > 0 && type !== this.#type) {
      throw new ProtocolError(`a packet of type ${type} inside a message of type ${this.#type}`);
    }
    this.#type = type;
    this.#status |= status;
    this.#bodies.push(packet.subarray(HEADER_LENGTH));
    if ((status & STATUS.endOfMessage) === 0) return undefined;
    const bodies = this.#bodies;
    const message = {
      type,
      status: this.#status,
      body: bodies.length === 1 ? bodies[0]! : Buffer.concat(bodies),
    };
    this.#bodies = [];
    this.#status = 0;
    return message;
  }
}

/**
 * Cuts `body` into packets of at most `packetSize` bytes, header included.
 * `last`: the final one ends the message. An empty body still makes one packet.
 */
export function toPackets(
  type: number,
  body: Buffer,
  options: { packetSize: number; spid: number; firstId: number; last: boolean },
): Buffer {
  const room = options.packetSize - HEADER_LENGTH;
  const count = Math.max(1, Math.ceil(body.length / room));
  const packets = Buffer.allocUnsafe(body.length + count * HEADER_LENGTH);
  let at = 0;
  for (let index = 0; index < count; index++) {
    const part = body.subarray(index * room, (index + 1) * room);
    const ends = options.last && index === count - 1;
    packets.writeUInt8(type, at);
    packets.writeUInt8(ends ? STATUS.endOfMessage : 0, at + 1);
    packets.writeUInt16BE(part.length + HEADER_LENGTH, at + 2);
    packets.writeUInt16BE(options.spid & 0xffff, at + 4);
    packets.writeUInt8((options.firstId + index) & 0xff, at + 6);
    packets.writeUInt8(0, at + 7);
    part.copy(packets, at + HEADER_LENGTH);
    at += part.length + HEADER_LENGTH;
  }
  return packets;
}
