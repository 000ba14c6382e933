import inquirer from 'inquirer';
import { cancelled } from './cancelled.ts';
import { choosePrompt } from './choose-prompt.ts';
import type { PromptPort, Question } from './prompt-port.ts';

/** Questions by inquirer. Only for a terminal: without one, inquirer would wait for ever. */
export function terminalPrompts(): PromptPort {
  return {
    text: (question) => answer(inquirer.prompt([{ type: 'input', name: 'answer', ...rules(question) }])),
    secret: (question) =>
      answer(inquirer.prompt([{ type: 'password', name: 'answer', mask: '*', ...rules(question) }])),
    choose: (choice) => answer(choosePrompt(choice).then((values) => ({ answer: values }))),
    confirm: (message, byDefault) =>
      answer(inquirer.prompt([{ type: 'confirm', name: 'answer', message, default: byDefault }])),
  };
}

function rules({ message, default: preset, check }: Question) {
  return {
    message: `${message}:`,
    ...(preset === undefined ? {} : { default: preset }),
    validate: (text: string) => check(text) ?? true,
  };
}

async function answer<T>(asked: Promise<{ answer: T }>): Promise<T> {
  try {
    return (await asked).answer;
  } catch (cause) {
    // While a question stands, inquirer holds the terminal: Ctrl-C arrives here and not as a signal.
    if (cause instanceof Error && cause.name === 'ExitPromptError') throw cancelled();
    throw cause;
  }
}
