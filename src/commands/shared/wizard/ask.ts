import { refusal } from '../../../settings/resolve.ts';
import type { Question, Wizard } from './question.ts';
import { answer, fieldOf, promptOf } from './state.ts';

/** Asks for the value of one field: hidden for a secret, from a list where there are few answers, else a line of text. */
export async function askField(
  { key, choices }: Pick<Question, 'key' | 'choices'>,
  { state, prompts }: Wizard,
): Promise<void> {
  const field = fieldOf(state, key);
  if (field === undefined) throw new Error(`No field ${key}`);
  const before = state.values[key] ?? field.default ?? '';
  const message = promptOf(state, key);
  const check = (text: string) => refusal(field, text);
  if (choices !== undefined) {
    const options = choices.map(([value, label]) => ({ value, label }));
    answer(state, key, await prompts.select({ message, options, initial: before, back: true }));
    return;
  }
  const text = field.secret
    ? await prompts.secret({ message, check, back: true })
    : await prompts.text({ message, check, back: true, ...(before === '' ? {} : { default: before }) });
  answer(state, key, text);
}
