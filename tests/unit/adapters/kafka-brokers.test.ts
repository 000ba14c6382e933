import kafkajs from 'kafkajs';
import { describe, expect, it } from 'vitest';
import '../../../src/adapters/kafka-brokers.ts';

/** `heartbeat heartbeat heartbeat\n`, compressed by zstd 1.5.4. */
const GOLDEN = 'KLUv/QRYjQAAWGhlYXJ0YmVhdCAKAQBNChJ8nWqm';

describe('the zstd codec', () => {
  const codec = kafkajs.CompressionCodecs[kafkajs.CompressionTypes.ZSTD]();

  it('reads what the workers write', async () => {
    expect((await codec.decompress(Buffer.from(GOLDEN, 'base64'))).toString()).toBe(
      'heartbeat heartbeat heartbeat\n',
    );
  });
  it('says that it does not write', async () => {
    await expect(codec.compress({})).rejects.toThrow('does not write zstd');
  });
});
