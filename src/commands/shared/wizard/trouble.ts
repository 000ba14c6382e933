import type { CheckResult } from '../../../checks/types.ts';
import { troubleText } from '../../../ui/wizard-text.ts';
import { leave } from './leave.ts';
import { pickAnswer } from './pick.ts';
import type { Attempt, Wizard } from './question.ts';
import { answer, labelOf, reopen, shownValue, signature } from './state.ts';
import { STOPS } from './stops.ts';

/** Most sites lock a login after five wrong passwords, some after three. */
const REFUSALS_TOLD = 3;

/** Says what a try has seen, who must act and, where it is so, that a lock is near. */
export function tellTrouble(attempt: Attempt, failed: CheckResult, { state, context }: Wizard): void {
  context.out.block((style) => troubleText(failed, attempt.advice?.(failed), style));
  if (failed.verdict.code !== 'sql-login-refused') return;
  const user = state.values.DB_USER ?? '';
  const refusals = (state.refusals.get(user) ?? 0) + 1;
  state.refusals.set(user, refusals);
  if (refusals < REFUSALS_TOLD) return;
  context.out.warn(
    `${refusals} refused logins as ${user}. SQL Server may lock the login now, and whatever else uses it would stop. Ask the DBA for the right password before you try again.`,
  );
}

const AGAIN = 'again';
const ANYWAY = 'anyway';
const EARLIER = 'earlier';
const LEAVE = 'leave';

/** What now? Correct an answer, try again, go on as it is, another answer, or leave. */
export async function settleTrouble(attempt: Attempt, failed: CheckResult, wizard: Wizard): Promise<void> {
  const { state, prompts } = wizard;
  const offers = (await attempt.offers?.(failed, wizard)) ?? [];
  const mends = attempt.mends(failed);
  const chosen = await prompts.select({
    message: 'What now?',
    options: [
      ...offers.map(({ label }, index) => ({ value: `offer ${index}`, label })),
      ...mends.map((key) => ({ value: key, label: correction(wizard, key) })),
      { value: AGAIN, label: 'Try again: it is cured' },
      { value: ANYWAY, label: 'Go on anyway: all is checked again before the installation' },
      { value: EARLIER, label: 'Change another answer' },
      { value: LEAVE, label: 'Leave; nothing was changed' },
    ],
    back: true,
  });
  if (chosen === LEAVE) throw leave(state);
  if (chosen === AGAIN) state.failed.delete(attempt.id);
  else if (chosen === ANYWAY) {
    state.settled.set(attempt.id, { signature: signature(state, attempt), passed: false });
  } else if (chosen === EARLIER) await pickAnswer(wizard);
  else if (mends.includes(chosen)) reopen(state, chosen);
  else {
    const offer = offers[Number(chosen.replace('offer ', ''))];
    for (const [key, value] of Object.entries(offer?.values ?? {})) answer(state, key, value);
  }
}

function correction({ state }: Wizard, key: string): string {
  const question = STOPS.find((stop) => stop.kind === 'question' && stop.key === key);
  if (question?.kind === 'question' && question.cure !== undefined) return question.cure;
  const value = shownValue(state, key);
  return `Correct: ${labelOf(state, key)}${value === '' || value === '(given)' ? '' : `  ${value}`}`;
}
