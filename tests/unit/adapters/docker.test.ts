import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { demultiplex, readJsonStream, transferProgress } from '../../../src/adapters/docker-stream.ts';

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
    const progress = transferProgress();
    expect(progress({ id: '1.0', status: 'Pulling from x' })).toMatchObject({
      layers: 0,
      status: 'Pulling from x',
    });
    for (const id of ['a', 'b', 'c']) progress({ id, status: 'Pulling fs layer' });
    progress({ id: 'c', status: 'Already exists' });
    progress({ id: 'a', status: 'Downloading', progressDetail: { current: 5e5, total: 4e6 } });
    progress({ id: 'a', status: 'Downloading', progressDetail: { current: 1e6, total: 4e6 } });
    const half = { bytes: 1e6, totalBytes: 4e6, totalKnown: false, layers: 3, layersDone: 1 };
    expect(progress({ id: 'b', status: 'Waiting' })).toMatchObject(half);
    progress({ id: 'b', status: 'Downloading', progressDetail: { current: 2e6, total: 6e6 } });
    progress({ id: 'a', status: 'Download complete' });
    // Unpacking counts from the beginning again; the line does not.
    const unpacking = { id: 'a', status: 'Extracting', progressDetail: { current: 1e5, total: 4e6 } };
    expect(progress(unpacking)).toMatchObject({ bytes: 6e6, totalBytes: 10e6, totalKnown: true });
    expect(progress({ id: 'a', status: 'Pull complete' })).toMatchObject({ layersDone: 2 });
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
