import { PassThrough } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { readLines } from '../../../src/adapters/docker-logs.ts';

const frame = (stream: 1 | 2, text: string | Buffer) => {
  const payload = Buffer.from(text);
  const head = Buffer.from([stream, 0, 0, 0, 0, 0, 0, 0]);
  head.writeUInt32BE(payload.length, 4);
  return Buffer.concat([head, payload]);
};
const T = '2026-11-24T08:00:00.000000001Z';

async function linesOf(pieces: Buffer[], pauses: number[] = []) {
  const stream = new PassThrough();
  const feed = (async () => {
    for (const [at, piece] of pieces.entries()) {
      stream.write(piece);
      await wait(pauses[at] ?? 0);
    }
    stream.end();
  })();
  const found = [];
  for await (const line of readLines(stream))
    found.push(typeof line === 'string' ? line : `${line.stream} ${line.text}`);
  await feed;
  return found;
}

describe('the lines of a container', () => {
  it('are taken out of frames that come in any pieces, letters in halves too', async () => {
    const letter = Buffer.from('ü');
    const whole = Buffer.concat([
      frame(1, `${T} eins\n${T} zw`),
      frame(2, `${T} err\r\n`),
      frame(1, Buffer.concat([Buffer.from('ei '), letter.subarray(0, 1)])),
      frame(1, Buffer.concat([letter.subarray(1), Buffer.from('\n')])),
      frame(1, `${T} \n${T} last`),
    ]);
    const expected = ['stdout eins', 'stderr err', 'stdout zwei ü', 'stdout ', 'stdout last'];
    for (const size of [1, 7, whole.length]) {
      const pieces = [];
      for (let at = 0; at < whole.length; at += size) pieces.push(whole.subarray(at, at + size));
      expect((await linesOf(pieces)).filter((line) => line !== 'quiet')).toEqual(expected);
    }
  });

  it('have the time that the Engine gave them', async () => {
    const stream = new PassThrough();
    stream.end(frame(1, `${T} 2026-11-24T07:59:59.999Z INFO  a.B: x\n`));
    for await (const line of readLines(stream)) expect(line).toMatchObject({ at: T, stream: 'stdout' });
  });

  it('are followed by `quiet`, once, when nothing more comes for a moment', async () => {
    const found = await linesOf([frame(1, `${T} one\n`), frame(1, `${T} two\n`)], [700, 0]);
    expect(found).toEqual(['stdout one', 'quiet', 'stdout two']);
  });
});
