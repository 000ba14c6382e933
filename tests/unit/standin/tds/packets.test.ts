import { PassThrough } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MessageWriter } from '../../../../sandbox/src/standin/tds/message-writer.ts';
import { PacketParser, toPackets } from '../../../../sandbox/src/standin/tds/packets.ts';

const messages = fc.array(
  fc.record({
    type: fc.constantFrom(1, 3, 7),
    status: fc.constantFrom(0, 8),
    body: fc.uint8Array({ maxLength: 3000 }).map((bytes) => Buffer.from(bytes)),
  }),
  { minLength: 1, maxLength: 5 },
);

describe('packets', () => {
  it('give back the messages, however they are cut', () => {
    fc.assert(
      fc.property(
        messages,
        fc.integer({ min: 9, max: 600 }),
        fc.integer({ min: 1, max: 700 }),
        (sent, packetSize, step) => {
          const stream = Buffer.concat(
            sent.map(({ type, status, body }) => {
              const packets = toPackets(type, body, { packetSize, spid: 51, firstId: 1, last: true });
              // A reset is asked for in the first packet only.
              packets[1]! |= status;
              return packets;
            }),
          );
          const parser = new PacketParser();
          const received = [];
          for (let at = 0; at < stream.length; at += step)
            received.push(...parser.push(stream.subarray(at, at + step)));
          expect(received).toEqual(sent.map((message) => ({ ...message, status: message.status | 1 })));
        },
      ),
    );
  });

  it('of different types do not mix in one message', () => {
    const options = { packetSize: 512, spid: 0, firstId: 1, last: false };
    const parser = new PacketParser();
    parser.push(toPackets(1, Buffer.alloc(4), options));
    expect(() => parser.push(toPackets(3, Buffer.alloc(4), options))).toThrow(/type 3 inside/);
  });

  it.each([0, 1, 503, 504, 505, 1008, 1009])(
    'carry a message of %i bytes without an empty packet',
    (length) => {
      const channel = new PassThrough();
      const writer = new MessageWriter(channel);
      writer.packetSize = 512;
      writer.spid = 51;
      writer.body.bytes(Buffer.alloc(length));
      writer.pump();
      writer.end();
      const sent: Buffer = channel.read();
      const packets = Math.max(1, Math.ceil(length / 504));
      expect(sent.length).toBe(length + packets * 8);
      const last = (packets - 1) * 512;
      expect([...sent.subarray(last, last + 8)]).toEqual([
        4,
        1,
        (sent.length - last) >> 8,
        (sent.length - last) & 0xff,
        0,
        51,
        packets,
        0,
      ]);
    },
  );
});
