import { describe, expect, it } from 'vitest';
import { parseDuration } from '../../../src/settings/duration.ts';

describe('a duration', () => {
  it.each([
    ['30s', 30_000],
    ['5m', 300_000],
    ['2h', 7_200_000],
    ['1d', 86_400_000],
    ['45', 45_000],
    ['1.5h', 5_400_000],
    ['10S', 10_000],
    [' 5 m ', 300_000],
  ])('%j is %i ms', (text, ms) => {
    expect(parseDuration(text, '--wait')).toBe(ms);
  });

  it.each(['', '0', '0s', '-5s', '5 minutes', '5ms', '8d', '1e3', 'soon', '1h30m', '9999999'])(
    '%j is refused, and the flag named',
    (text) => {
      expect(() => parseDuration(text, '--wait')).toThrow(
        expect.objectContaining({
          code: 'settings.duration',
          exitCode: 2,
          message: expect.stringContaining('--wait'),
        }),
      );
    },
  );
});
