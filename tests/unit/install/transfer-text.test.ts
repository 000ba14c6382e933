import { describe, expect, it } from 'vitest';
import type { TransferProgress } from '../../../src/adapters/docker-port.ts';
import { transferText } from '../../../src/install/image/transfer-text.ts';

const at = (more: Partial<TransferProgress>): TransferProgress => ({
  bytes: 0,
  totalBytes: 10e6,
  totalKnown: true,
  layers: 4,
  layersDone: 1,
  status: 'Downloading',
  ...more,
});

describe('the line of a pull', () => {
  it('says what the Engine says until something is known', () => {
    const text = transferText(() => 0);
    expect(text(at({ totalBytes: 0, layers: 0, status: 'Pulling from cdc' }))).toBe('Pulling from cdc');
    expect(text(at({ totalBytes: 0 }))).toBe('1 of 4 layers');
  });

  it('counts bytes and layers, and says while the total may grow', () => {
    const text = transferText(() => 0);
    expect(text(at({ bytes: 1e6 }))).toBe('1.0 of 10.0 MB, 1 of 4 layers');
    expect(text(at({ bytes: 1e6, totalKnown: false }))).toBe('1.0 of at least 10.0 MB, 1 of 4 layers');
    expect(text(at({ bytes: 10e6 }))).toBe('10.0 of 10.0 MB, 1 of 4 layers, unpacking');
  });

  it('has the rate of the last while, not of the whole time', () => {
    let now = 0;
    const text = transferText(() => now);
    const rate = (seconds: number, bytes: number) => {
      now = seconds * 1000;
      return text(at({ bytes, totalBytes: 100e6 }))
        .split(', ')
        .at(-1);
    };
    rate(0, 0);
    expect(rate(2, 4e6)).toBe('2.0 MB/s');
    expect(rate(4, 8e6)).toBe('2.0 MB/s');
    // The line has become slow: ten seconds later nothing of the quick time is left.
    for (let second = 5; second < 16; second++) rate(second, 8e6 + (second - 4) * 50e3);
    expect(rate(16, 8.6e6)).toBe('50 kB/s');
    expect(rate(40, 8.6e6)).toBe('0 kB/s');
  });
});
