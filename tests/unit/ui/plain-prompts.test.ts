import { PassThrough } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { numbered, plainPrompts } from '../../../src/ui/prompts/plain-prompts.ts';
import { type PromptPort, WentBack } from '../../../src/ui/prompts/prompt-port.ts';

const check = (text: string) => (text === 'bad' ? 'That is bad.' : undefined);
const OPTIONS = ['Laboratory', 'ClinicMaster', 'ClinicTraining'].map((label) => ({
  value: label.toUpperCase(),
  label,
}));

/** Types lines one after the other. @returns the answer, or what was thrown, and all that was shown */
async function type<T>(ask: (prompts: PromptPort) => Promise<T>, ...keys: string[]) {
  const input = new PassThrough();
  const output = new PassThrough();
  const stop = new AbortController();
  let shown = '';
  output.on('data', (chunk) => {
    shown += chunk;
  });
  const prompts = plainPrompts(
    { width: 80, color: false, unicode: false },
    { input, output, signal: stop.signal },
  );
  const asked = ask(prompts).then(
    (answer) => ({ answer, thrown: undefined }),
    (thrown: unknown) => ({ answer: undefined, thrown }),
  );
  for (const key of keys) {
    await sleep(5);
    if (key === 'ABORT') stop.abort(new Error('stopped'));
    else input.write(key);
  }
  return { ...(await asked), shown };
}

describe('questions line by line', () => {
  it('take a line, the default for an empty one, and refuse', async () => {
    const text = (prompts: PromptPort) => prompts.text({ message: 'Port', default: '1433', check });
    expect((await type(text, '\n')).answer).toBe('1433');
    const { answer, shown } = await type(text, 'bad\n', '14330\n');
    expect([answer, shown]).toEqual(['14330', 'Port [1433]: > That is bad.\nPort [1433]: ']);
  });

  it('lead back where there is a way back, and take the sign as text elsewhere', async () => {
    const text = (back: boolean) => (prompts: PromptPort) => prompts.text({ message: 'Port', check, back });
    expect((await type(text(true), '<\n')).thrown).toBeInstanceOf(WentBack);
    expect((await type(text(false), '<\n')).answer).toBe('<');
    const secret = (prompts: PromptPort) => prompts.secret({ message: 'Password', check, back: true });
    expect((await type(secret, '\u001b\n')).thrown).toBeInstanceOf(WentBack);
  });

  it('show nothing of a password, in whatever letters and pieces it comes', async () => {
    const secret = (prompts: PromptPort) => prompts.secret({ message: 'Password', check });
    const { answer, shown } = await type(secret, 'pä', 'x\u007f', 'ß"$\n');
    expect([answer, shown]).toEqual(['päß"$', 'Password (not shown): \n']);
  });

  it('take one of a list by number or by a part of one name alone', async () => {
    const select = (prompts: PromptPort) =>
      prompts.select({ message: 'Database', options: OPTIONS, initial: 'CLINICMASTER', back: true });
    const { answer, shown } = await type(select, '\n');
    expect([answer, shown]).toEqual([
      'CLINICMASTER',
      'Database\n  1. Laboratory\n  2. ClinicMaster\n  3. ClinicTraining\nNumber, or a part of the name [2]: ',
    ]);
    expect((await type(select, '3\n')).answer).toBe('CLINICTRAINING');
    expect((await type(select, 'clinic\n', '9\n', 'labor\n')).answer).toBe('LABORATORY');
    expect((await type(select, '<\n')).thrown).toBeInstanceOf(WentBack);
  });

  it('tick and clear by numbers until an empty line', async () => {
    const options = OPTIONS.map((option, index) => ({ ...option, hint: '', chosen: index === 0 }));
    const choose = (prompts: PromptPort) => prompts.choose({ message: 'Tables', options });
    expect((await type(choose, '1, 2-3\n', '3\n', '\n')).answer).toEqual(['CLINICMASTER']);
  });

  it('ask yes or no', async () => {
    const confirm = (prompts: PromptPort) => prompts.confirm('Sure?', false);
    expect((await type(confirm, '\n')).answer).toBe(false);
    expect((await type(confirm, 'perhaps\n', 'Y\n')).answer).toBe(true);
  });

  it('end on Ctrl-C and at the end of the input', async () => {
    const text = (prompts: PromptPort) => prompts.text({ message: 'Port', check });
    const secret = (prompts: PromptPort) => prompts.secret({ message: 'Password', check });
    expect((await type(text, 'ABORT')).thrown).toMatchObject({ message: 'stopped' });
    expect((await type(secret, 'ABORT')).thrown).toMatchObject({ message: 'stopped' });
    expect((await type(secret, 'x\u0003')).thrown).toMatchObject({ code: 'cancelled' });
  });
});

it('passes over what is no number of the list', () => {
  expect(numbered('2 0 9 x 1-2', ['a', 'b'])).toEqual(['b', 'a', 'b']);
});
