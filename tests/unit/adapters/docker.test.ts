import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { demultiplex, pullProgress, readJsonStream } from '../../../src/adapters/docker-stream.ts';

describe('streams of the Engine', () => {
  it('raise an error that comes long after status 200', async () => {
    const lines = [
      '{"stream":"Step 1/2"}\r\n{"str',
      'eam":"ok"}\n{"errorDetail":{"message":"no space left on device"},"error":"x"}\n',
    ];
    const seen: (string | undefined)[] = [];
    await expect(readJsonStream(Readable.from(lines), ({ stream }) => seen.push(stream))).rejects.toThrow(
      'no space left on device',
    );
    expect(seen).toEqual(['Step 1/2', 'ok']);
  });

  it('count the layers of a pull together', () => {
    const progress = pullProgress();
    expect(progress({ status: 'Pulling from x' })).toBe('Pulling from x');
    progress({ id: 'a', status: 'Downloading', progressDetail: { current: 1e6, total: 4e6 } });
    expect(progress({ id: 'b', status: 'Downloading', progressDetail: { current: 2e6, total: 6e6 } })).toBe(
      '3.0 of 10.0 MB',
    );
  });

  it('split letters across chunks and frames right', async () => {
    const bytes = Buffer.from('{"stream":"ünï"}\n');
    const seen: (string | undefined)[] = [];
    await readJsonStream(Readable.from([bytes.subarray(0, 12), bytes.subarray(12)]), ({ stream }) =>
      seen.push(stream),
    );
    expect(seen).toEqual(['ünï']);
    const frame = (stream: number, text: string) =>
      Buffer.concat([Buffer.from([stream, 0, 0, 0, 0, 0, 0, Buffer.byteLength(text)]), Buffer.from(text)]);
    expect(demultiplex(Buffer.concat([frame(1, 'out\n'), frame(2, 'err\n')]))).toBe('out\nerr\n');
  });
});
