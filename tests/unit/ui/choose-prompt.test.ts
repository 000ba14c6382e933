import { PassThrough } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { choosePrompt } from '../../../src/ui/prompts/choose-prompt.ts';
import { promptTheme } from '../../../src/ui/prompts/prompt-theme.ts';

const OPTIONS = ['Admissions', 'Order Lines', 'Triage', 'Visits', 'VisitLog'].map((name) => ({
  value: name.toUpperCase(),
  label: name,
  hint: name === 'Triage' ? 'no key' : '',
  chosen: name === 'Visits',
}));
const THEME = promptTheme({ width: 80, color: false, unicode: true });
const DOWN = '\u001b[B';
const UP = '\u001b[A';
const TAB = '\t';
const ENTER = '\r';
const BACKSPACE = '\u007f';

/** Types keys one after the other. @returns what was chosen, and all that was ever shown */
async function type(...keys: string[]): Promise<{ chosen: string[]; shown: string }> {
  const input = new PassThrough();
  const output = new PassThrough();
  let shown = '';
  output.on('data', (chunk) => {
    shown += chunk;
  });
  const asked = choosePrompt({ message: 'Tables', options: OPTIONS, theme: THEME }, { input, output });
  for (const key of keys) {
    await sleep(5);
    input.write(key);
  }
  return { chosen: await asked, shown };
}

describe('the list to tick', () => {
  it('begins with what is chosen already', async () => {
    const { chosen, shown } = await type(ENTER);
    expect(chosen).toEqual(['VISITS']);
    expect(shown).toContain('> [ ] Admissions');
    expect(shown).toContain('[ ] Triage  (no key)');
    expect(shown).toContain('[x] Visits');
    expect(shown).toContain('Tables: 1 of 5');
  });

  it('ticks and clears with the space bar, in the order of the list', async () => {
    expect((await type(UP, ' ', DOWN, ' ', DOWN, DOWN, DOWN, ' ', ENTER)).chosen).toEqual([
      'ADMISSIONS',
      'VISITLOG',
    ]);
  });

  it('is cut to what was typed, and keeps that while ticking', async () => {
    const { chosen, shown } = await type('v', 'i', 's', 'i', 't', DOWN, ' ', UP, ' ', 'l', ENTER);
    expect(chosen).toEqual(['VISITLOG']);
    expect(shown).toContain('visitl');
    expect((await type('z', 'z', ' ', BACKSPACE, BACKSPACE, ENTER)).chosen).toEqual(['VISITS']);
  });

  it('ticks or clears all that is shown with the tab key', async () => {
    expect((await type('v', 'i', 's', TAB, ENTER)).chosen).toEqual(['VISITS', 'VISITLOG']);
    expect((await type('v', 'i', 's', TAB, TAB, ENTER)).chosen).toEqual([]);
  });
});
