import { cancelled } from '../../src/ui/cancelled.ts';
import { type Menu, type PromptPort, type Question, WentBack } from '../../src/ui/prompts/prompt-port.ts';

/** What a question is answered with: text as typed ('' = enter), an option's label or a part of it, ticked values, yes or no. */
type Reply = string | readonly string[] | boolean;

/** One question, by a part of its text, and its answer; what happens while it stands may go with it. */
export type Turn = readonly [asks: string, reply: Reply, meanwhile?: () => void];

/** A talk at the terminal: the turns that are left, and what was asked so far. */
export interface Dialog {
  turns: Turn[];
  asked: string[];
  /** Answers that the question refused at once, with its reason. */
  refused: string[];
}

/** As the prompts of a terminal tell of Ctrl-C. */
export const CTRL_C = '\u0003';

/** The Escape key. */
export const ESC = '\u001b';

export function dialog(...turns: Turn[]): Dialog {
  return { turns, asked: [], refused: [] };
}

/** Answers as the dialog says. Another question than the next one fails the test. */
export function scriptedPrompts(it: Dialog): PromptPort {
  const next = (message: string): Reply => {
    const turn = it.turns.shift();
    if (turn === undefined || !message.includes(turn[0])) {
      throw new Error(`asked: ${message}; the test expected: ${turn?.[0] ?? 'nothing more'}`);
    }
    it.asked.push(message);
    turn[2]?.();
    if (turn[1] === CTRL_C) throw cancelled();
    return turn[1];
  };
  const back = (reply: Reply, question: { message: string; back?: boolean }) => {
    if (reply !== ESC) return;
    if (question.back !== true) throw new Error(`no way back from: ${question.message}`);
    throw new WentBack();
  };
  const text = async (question: Question): Promise<string> => {
    for (;;) {
      const reply = next(question.message);
      back(reply, question);
      if (typeof reply !== 'string') throw new Error(`a line of text was asked: ${question.message}`);
      const typed = reply === '' ? (question.default ?? '') : reply;
      const problem = question.check(typed);
      // As at a terminal: a refused answer is asked for again.
      if (problem === undefined) return typed;
      it.refused.push(problem);
    }
  };
  return {
    keys: 'Enter takes what stands in brackets.',
    text,
    secret: text,
    confirm: async (message) => {
      const reply = next(message);
      if (typeof reply !== 'boolean') throw new Error(`yes or no was asked: ${message}`);
      return reply;
    },
    choose: async (choice) => {
      const reply = next(choice.message);
      back(reply, choice);
      const known = choice.options.map(({ value }) => value);
      const strange = [reply].flat().filter((value) => !known.includes(String(value)));
      if (strange.length > 0) throw new Error(`${strange} not among ${known}`);
      return [reply].flat().map(String);
    },
    select: async (menu) => {
      const reply = next(menu.message);
      back(reply, menu);
      return picked(menu, String(reply));
    },
  };
}

function picked({ message, options, initial }: Menu, reply: string): string {
  const found =
    reply === ''
      ? options.find(({ value }) => value === (initial ?? options[0]?.value))
      : options.find(({ label }) => label.includes(reply));
  if (found !== undefined) return found.value;
  throw new Error(`${message}: no ${reply} among ${options.map(({ label }) => label).join(' | ')}`);
}
