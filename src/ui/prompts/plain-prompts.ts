import { createInterface } from 'node:readline/promises';
import type { Readable, Writable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { cancelled } from '../cancelled.ts';
import { createStyle, type Look } from '../style.ts';
import { type Choice, type Menu, type PromptPort, type Question, WentBack } from './prompt-port.ts';

/** Where a talk line by line takes place. */
export interface Line {
  input: Readable & { setRawMode?(raw: boolean): unknown };
  output: Writable;
  signal: AbortSignal;
}

const BACK = ['<', '\u001b'];
const CTRL_C = '\u0003';
const ERASE = ['\u007f', '\b'];
const ENDS = ['\r', '\n', '\u0004'];

/** Questions for a terminal that moves no cursor, and for ears: one line after the other, lists by number. */
export function plainPrompts(look: Look, line: Line): PromptPort {
  const style = createStyle(look);
  const say = (text: string) => line.output.write(`${style.wrap(text)}\n`);
  const text = async (question: Question): Promise<string> => {
    const preset = question.default === undefined ? '' : ` [${question.default}]`;
    for (;;) {
      const typed = await ask(`${question.message}${preset}: `, question.back, line);
      const answer = typed === '' ? (question.default ?? '') : typed;
      const problem = question.check(answer);
      if (problem === undefined) return answer;
      say(`> ${problem}`);
    }
  };
  const secret = async (question: Question): Promise<string> => {
    for (;;) {
      const typed = await hidden(`${question.message} (not shown): `, line);
      if (question.back === true && BACK.includes(typed)) throw new WentBack();
      const problem = question.check(typed);
      if (problem === undefined) return typed;
      say(`> ${problem}`);
    }
  };
  const confirm = async (message: string, byDefault: boolean): Promise<boolean> => {
    for (;;) {
      const typed = (await ask(`${message} [${byDefault ? 'Y/n' : 'y/N'}] `, false, line))
        .trim()
        .toLowerCase();
      if (typed === '') return byDefault;
      if (['y', 'yes', 'n', 'no'].includes(typed)) return typed.startsWith('y');
    }
  };
  const select = async ({ message, options, initial, back }: Menu): Promise<string> => {
    say(message);
    options.forEach(({ label }, index) => {
      say(`  ${index + 1}. ${label}`);
    });
    const preset =
      Math.max(
        0,
        options.findIndex(({ value }) => value === initial),
      ) + 1;
    for (;;) {
      const typed = await ask(`Number, or a part of the name [${preset}]: `, back, line);
      const found = named(options, typed === '' ? String(preset) : typed);
      if (found !== undefined) return found;
      say('> No number of the list, and not in just one of the names.');
    }
  };
  const choose = async ({ message, options, back }: Choice): Promise<string[]> => {
    const ticked = new Set(options.filter(({ chosen }) => chosen).map(({ value }) => value));
    for (;;) {
      say(`${message}:`);
      options.forEach(({ value, label, hint }, index) => {
        say(`  ${index + 1}. [${ticked.has(value) ? 'x' : ' '}] ${label}${hint === '' ? '' : `  (${hint})`}`);
      });
      const typed = await ask('Numbers to tick or clear, as in 1,3-5; enter when done: ', back, line);
      if (typed.trim() === '') return options.map(({ value }) => value).filter((value) => ticked.has(value));
      for (const { value } of numbered(typed, options)) {
        if (!ticked.delete(value)) ticked.add(value);
      }
    }
  };
  return {
    keys: 'Enter takes what stands in brackets; < and enter goes back one question; Ctrl-C leaves.',
    text,
    secret,
    confirm,
    select,
    choose,
  };
}

async function ask(
  prompt: string,
  back: boolean | undefined,
  { input, output, signal }: Line,
): Promise<string> {
  const reader = createInterface({ input, output, terminal: false });
  try {
    const closed = new Promise<never>((_, reject) => reader.once('close', () => reject(cancelled())));
    const typed = await Promise.race([reader.question(prompt, { signal }), closed]);
    if (back === true && BACK.includes(typed.trim())) throw new WentBack();
    return typed;
  } catch (cause) {
    throw signal.aborted ? signal.reason : cause;
  } finally {
    reader.close();
  }
}

/** Reads key by key, so that the terminal shows nothing. */
function hidden(prompt: string, { input, output, signal }: Line): Promise<string> {
  output.write(prompt);
  input.setRawMode?.(true);
  return new Promise<string>((settle, reject) => {
    const decoder = new StringDecoder('utf8');
    let typed = '';
    const end = (finish: () => void) => {
      input.off('data', take);
      signal.removeEventListener('abort', abort);
      input.pause();
      input.setRawMode?.(false);
      output.write('\n');
      finish();
    };
    const abort = () => end(() => reject(signal.reason));
    const take = (bytes: Buffer) => {
      for (const key of decoder.write(bytes)) {
        if (key === CTRL_C) return end(() => reject(cancelled()));
        if (ENDS.includes(key)) return end(() => settle(typed));
        if (ERASE.includes(key)) typed = [...typed].slice(0, -1).join('');
        else typed += key;
      }
    };
    signal.addEventListener('abort', abort, { once: true });
    input.on('data', take);
    input.resume();
  });
}

/** By number, else by a part that only one of them has. */
function named(options: Menu['options'], typed: string): string | undefined {
  const number = /^\d+$/.test(typed.trim()) ? options[Number(typed) - 1] : undefined;
  if (number !== undefined) return number.value;
  const found = options.filter(({ label }) => label.toLowerCase().includes(typed.trim().toLowerCase()));
  return found.length === 1 ? found[0]?.value : undefined;
}

/** `1,3-5` of a list; what is no number of it is passed over. */
export function numbered<Option>(typed: string, options: readonly Option[]): Option[] {
  return typed.split(/[\s,]+/).flatMap((part) => {
    const [, from, to] = /^(\d+)(?:-(\d+))?$/.exec(part) ?? [];
    return from === undefined ? [] : options.slice(Math.max(0, Number(from) - 1), Number(to ?? from));
  });
}
