import { describe, expect, it } from 'vitest';
import { rateText, sizeText, spanText } from '../../src/units.ts';

describe('how a duration is said', () => {
  it.each([
    [-3, '0 s'],
    [0.4, '0 s'],
    [12, '12 s'],
    [119.4, '119 s'],
    [119.6, '2 min'],
    [7 * 60 + 29, '7 min'],
    [119 * 60 + 29, '119 min'],
    [119 * 60 + 31, '2 h'],
    [3 * 3600, '3 h'],
    [47 * 3600 + 1799, '47 h'],
    [48 * 3600, '2 days'],
    [(4 * 24 + 3) * 3600, '4 days 3 h'],
    [(4 * 24 + 24) * 3600 - 60, '5 days'],
    [(9 * 24 + 23) * 3600, '9 days 23 h'],
    [(13 * 24 + 20) * 3600, '14 days'],
    [30 * 86_400 + 3 * 3600, '30 days'],
  ])('%d seconds: %s', (seconds, text) => {
    expect(spanText(seconds)).toBe(text);
  });
});

describe('how a size and a speed are said', () => {
  it.each([
    [0, '0 B'],
    [812, '812 B'],
    [999.7, '1 kB'],
    [1400, '1.4 kB'],
    [9960, '10 kB'],
    [12_300_000, '12 MB'],
    [999_600_000, '1 GB'],
    [1.2e12, '1.2 TB'],
    [5e15, '5000 TB'],
  ])('%d bytes: %s', (bytes, text) => {
    expect(sizeText(bytes)).toBe(text);
  });

  it('says a speed by the second', () => {
    expect([rateText(1_200_000), rateText(64_000), rateText(-1)]).toEqual(['1.2 MB/s', '64 kB/s', '0 B/s']);
  });
});
