import { expect, it } from 'vitest';
import { promptTheme } from '../../../src/ui/prompts/prompt-theme.ts';

/** Everything that a theme may draw, in one text. */
function drawn(look: { color: boolean; unicode: boolean }): string {
  const { plain, prefix, spinner, icon, style } = promptTheme({ width: 80, ...look });
  const painted = Object.values(style).map((paint) => paint('text'));
  return [plain('a · b'), ...Object.values(prefix), ...spinner.frames, icon.cursor, ...painted].join(' ');
}

it('draws ASCII alone, and no colour, where the terminal can do no more', () => {
  expect(drawn({ color: false, unicode: false })).toMatch(/^[ -~]+$/);
  expect(drawn({ color: false, unicode: true })).toContain('✔');
  expect(drawn({ color: true, unicode: false })).toContain('\u001b[36m');
});

it('wraps why an answer is refused', () => {
  const { style } = promptTheme({ width: 40, color: false, unicode: true });
  const lines = style.error('That is a sample, not a DHIS2 code. Ask the central team for it.').split('\n');
  expect(lines.every((line) => line.length <= 40)).toBe(true);
});
