import inquirer from 'inquirer';
import { cancelled } from '../cancelled.ts';
import type { Look } from '../style.ts';
import { choosePrompt } from './choose-prompt.ts';
import { plainPrompts } from './plain-prompts.ts';
import { type Menu, type PromptPort, type Question, WentBack } from './prompt-port.ts';
import { promptTheme } from './prompt-theme.ts';

/** Shorter lists are read at a glance and need no search. */
const SEARCHED_FROM = 10;
const PAGE = 12;

/** What a question is drawn on, and what takes it away. */
interface Place {
  output: NodeJS.WritableStream;
  signal: AbortSignal;
}

/** Questions by inquirer, on stderr. Only for a terminal: without one, inquirer would wait for ever. */
export function terminalPrompts(look: Look, signal: AbortSignal): PromptPort {
  // inquirer draws a question over itself.
  if (look.plain === true)
    return plainPrompts(look, { input: process.stdin, output: process.stderr, signal });
  const theme = promptTheme(look);
  const ask = <T>(question: object, back = false): Promise<T> =>
    asked(back, (place) =>
      inquirer
        .createPromptModule(place)([{ name: 'answer', theme, ...question } as never])
        .then((answers) => (answers as unknown as { answer: T }).answer),
    );
  return {
    keys: 'Enter takes what stands in brackets; Esc goes back one question; Ctrl-C leaves.',
    text: (question) => ask({ type: 'input', ...rules(question) }, question.back),
    secret: (question) =>
      ask({ type: 'password', mask: '*', toggleMask: false, ...rules(question) }, question.back),
    choose: (choice) => asked(choice.back === true, (place) => choosePrompt({ ...choice, theme }, place)),
    confirm: (message, byDefault) => ask({ type: 'confirm', message, default: byDefault }),
    select: (menu) =>
      ask({ ...list(menu, theme), message: menu.message.replace(/[^?]$/, '$&:'), pageSize: PAGE }, menu.back),
  };
}

function rules({ message, default: preset, check }: Question) {
  return {
    message: `${message}:`,
    ...(preset === undefined ? {} : { default: preset }),
    validate: (text: string) => check(text) ?? true,
  };
}

function list({ options, initial, back }: Menu, theme: ReturnType<typeof promptTheme>) {
  const choices = options.map(({ value, label }) => ({ value, name: label, short: label.split('  ')[0] }));
  const [first] = options;
  const searched = options.length >= SEARCHED_FROM;
  const keys = [
    searched ? 'type to search, arrows' : 'arrows or number',
    'enter takes it',
    ...(back === true ? ['esc goes back'] : []),
  ].join(' · ');
  const common = {
    default: initial ?? first?.value,
    loop: false,
    theme: { ...theme, style: { ...theme.style, keysHelpTip: () => theme.style.help(theme.plain(keys)) } },
  };
  if (!searched) return { ...common, type: 'select', choices };
  const source = (term = '') => choices.filter(({ name }) => name.toLowerCase().includes(term.toLowerCase()));
  return { ...common, type: 'search', source };
}

/** Asks, and tells the two ways of not answering apart: Ctrl-C leaves, Escape goes back. */
async function asked<T>(back: boolean, ask: (place: Place) => Promise<T>): Promise<T> {
  const leave = new AbortController();
  const { stdin, stderr: output } = process;
  const onKey = (_: unknown, key: { name?: string } | undefined) => {
    if (key?.name === 'escape') leave.abort();
  };
  if (back) stdin.on('keypress', onKey);
  try {
    return await ask({ output, signal: leave.signal });
  } catch (cause) {
    if (leave.signal.aborted) throw new WentBack();
    // While a question stands, inquirer holds the terminal: Ctrl-C arrives here and not as a signal.
    if (cause instanceof Error && cause.name === 'ExitPromptError') throw cancelled();
    throw cause;
  } finally {
    stdin.off('keypress', onKey);
  }
}
