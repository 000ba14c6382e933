import type { Question, Wizard } from './question.ts';
import { fieldOf, labelOf, reopen, shownValue, type WizardState } from './state.ts';
import { STOPS } from './stops.ts';

/** Every answer that a question has and that can be looked at: label and value as it is shown. */
export function answers(state: WizardState): { key: string; label: string; value: string; source: string }[] {
  return STOPS.filter((stop): stop is Question => stop.kind === 'question')
    .filter(({ key }) => state.values[key] !== undefined && !state.open.has(key))
    .filter(({ key }) => state.values[key] !== '' && !isNone(state, key))
    .map(({ key }) => ({
      key,
      label: labelOf(state, key),
      value: shownValue(state, key),
      source: state.sources[key] ?? 'prompt',
    }));
}

/** A default that stands for nothing is no answer to look at. */
function isNone(state: WizardState, key: string): boolean {
  return key === 'MESSAGE_KEY_COLUMNS' && state.values[key] === fieldOf(state, key)?.default;
}

/** Lets the user pick an answer; its question is asked next. */
export async function pickAnswer({ state, prompts }: Wizard): Promise<void> {
  const key = await prompts.select({
    message: 'Which answer?',
    options: answers(state).map(({ key: value, label, value: text }) => ({
      value,
      label: `${label}  ${text}`,
    })),
    back: true,
  });
  reopen(state, key);
}
