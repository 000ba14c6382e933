import { gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { type Header, pack } from 'tar-stream';
import { describe, expect, it } from 'vitest';
import { archive } from '../../../src/adapters/archive.ts';

const LIMITS = { files: 8, fileBytes: 10_000, totalBytes: 30_000 };

/** A gzipped tar with any headers, as a stranger may send it. */
async function stranger(entries: readonly [Partial<Header> & { name: string }, string][]): Promise<Buffer> {
  const stream = pack();
  for (const [header, content] of entries) stream.entry(header, content);
  stream.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return gzipSync(Buffer.concat(chunks));
}

describe('an archive', () => {
  it('gives back what was put into it', async () => {
    const path = fc.stringMatching(/^[a-z0-9]{1,20}(\/[a-z0-9]{1,20})?\.(json|txt|log)$/);
    const content = fc.string({ unit: 'grapheme', maxLength: 2000 });
    const files = fc.uniqueArray(fc.record({ path, content }), {
      selector: (file) => file.path,
      maxLength: 8,
    });
    await fc.assert(
      fc.asyncProperty(files, async (wanted) => {
        const packed = await archive.pack(wanted, 1_700_000_000_000);
        expect(await archive.unpack(packed, { ...LIMITS, fileBytes: 1e6, totalBytes: 1e7 })).toEqual(
          wanted.map((file) => ({ ...file, content: Buffer.from(file.content).toString('utf8') })),
        );
      }),
    );
  });

  it('passes over folders, which other programs write', async () => {
    const packed = await stranger([
      [{ name: 'b/', type: 'directory' }, ''],
      [{ name: 'b/a.txt' }, 'x'],
    ]);
    expect(await archive.unpack(packed, LIMITS)).toEqual([{ path: 'b/a.txt', content: 'x' }]);
  });

  it.each([
    ['a path upwards', { name: '../../etc/cron.d/x' }],
    ['a path upwards inside', { name: 'a/../../x' }],
    ['an absolute path', { name: '/etc/passwd' }],
    ['a drive', { name: 'C:\\Windows\\x' }],
    ['a line break', { name: 'a\nb' }],
    ['a symbolic link', { name: 'manifest.json', type: 'symlink' as const, linkname: '/etc/passwd' }],
    ['a hard link', { name: 'manifest.json', type: 'link' as const, linkname: 'x' }],
    ['a device', { name: 'null', type: 'character-device' as const, devmajor: 1, devminor: 3 }],
  ])('refuses %s', async (_, header) => {
    const packed = await stranger([[header, 'type' in header ? '' : 'x']]);
    await expect(archive.unpack(packed, LIMITS)).rejects.toMatchObject({
      code: 'archive.unsafe',
      exitCode: 2,
    });
  });

  it('refuses the same name twice', async () => {
    const packed = await stranger([
      [{ name: 'a' }, '1'],
      [{ name: 'a' }, '2'],
    ]);
    await expect(archive.unpack(packed, LIMITS)).rejects.toMatchObject({ code: 'archive.unsafe' });
  });

  it.each<[string, [{ name: string }, string][]]>([
    ['a large file', [[{ name: 'a' }, 'x'.repeat(10_001)]]],
    ['much in all', [1, 2, 3, 4].map((n) => [{ name: `a${n}` }, 'x'.repeat(9000)])],
    ['many files', [...Array(9).keys()].map((n) => [{ name: `a${n}` }, 'x'])],
  ])('refuses %s', async (_, entries) => {
    const packed = await stranger(entries);
    await expect(archive.unpack(packed, LIMITS)).rejects.toMatchObject({
      code: 'archive.large',
      exitCode: 2,
    });
  });

  it('does not even unpack a bomb', async () => {
    const packed = await stranger([[{ name: 'a' }, '\0'.repeat(20_000_000)]]);
    await expect(archive.unpack(packed, LIMITS)).rejects.toMatchObject({
      code: 'archive.large',
      seen: 'it unpacks to far more than a bundle holds',
    });
  });

  it('says that it is damaged, wherever it was cut or changed', async () => {
    const whole = await archive.pack([{ path: 'a.txt', content: 'hello '.repeat(500) }], 0);
    const refused = { code: 'archive.damaged', exitCode: 2 };
    for (const cut of [0, 1, 10, Math.floor(whole.length / 2), whole.length - 1]) {
      await expect(archive.unpack(whole.slice(0, cut), LIMITS)).rejects.toMatchObject(refused);
    }
    await expect(archive.unpack(Buffer.from('<html>404</html>'), LIMITS)).rejects.toMatchObject(refused);
    await expect(archive.unpack(gzipSync('no tar, but gzip'.repeat(100)), LIMITS)).rejects.toMatchObject(
      refused,
    );
    const tar = gunzipSync(whole);
    await expect(archive.unpack(gzipSync(tar.subarray(0, 1000)), LIMITS)).rejects.toMatchObject(refused);
  });
});
