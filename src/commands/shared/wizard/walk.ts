import { CliError } from '../../../errors.ts';
import { WentBack } from '../../../ui/prompts/prompt-port.ts';
import { askField } from './ask.ts';
import { leave } from './leave.ts';
import type { Attempt, Question, Section, Wizard } from './question.ts';
import { fieldOf, goBack, labelOf, reopen, shownValue, signature, type WizardState } from './state.ts';
import { STOPS } from './stops.ts';
import { settleTrouble, tellTrouble } from './trouble.ts';
import { tryOut } from './try-out.ts';

/** Asks and tries until every question has an answer and every try is over. */
export async function walk(wizard: Wizard): Promise<void> {
  const { state, context } = wizard;
  let section: Section | undefined;
  const enter = (next: Section) => {
    if (next !== section) context.out.heading(next);
    section = next;
  };
  for (;;) {
    const stop = STOPS.find((one) => {
      if (one.kind === 'attempt') return isDue(one, state);
      if (state.open.has(one.key) || one.due?.(state) === true) return true;
      if (isGiven(one, state)) {
        enter(one.section);
        tellGiven(one, wizard);
      }
      return false;
    });
    if (stop === undefined) return;
    enter(stop.section);
    const key = stop.kind === 'question' ? stop.key : undefined;
    try {
      if (stop.kind === 'question') await ask(stop, wizard);
      else await attempt(stop, wizard);
    } catch (cause) {
      if (cause instanceof WentBack) {
        if (!goBack(state, key)) context.out.note('This is the first question.');
      } else throw cause instanceof CliError && cause.code === 'cancelled' ? leave(state) : cause;
    }
  }
}

/** An answer that came from a flag, the environment, a file: shown once, so that nobody wonders. */
function isGiven({ key }: Question, state: WizardState): boolean {
  const source = state.sources[key];
  return !state.shown.has(key) && source !== undefined && source !== 'default' && source !== 'prompt';
}

function tellGiven({ key }: Question, { state, context }: Wizard): void {
  state.shown.add(key);
  const secret = fieldOf(state, key)?.secret === true;
  const value = secret ? '(given' : `${shownValue(state, key)} (`;
  context.out.note(`  ${labelOf(state, key)}: ${value}${secret ? ', ' : ''}${state.sources[key]})`);
}

async function ask(question: Question, wizard: Wizard): Promise<void> {
  wizard.context.out.block((style) => style.dim(style.wrap(question.why, 2)));
  if (question.ask === undefined) await askField(question, wizard);
  else await question.ask(wizard);
}

/** Due when its answers are not those with which it was over. */
function isDue(one: Attempt, state: WizardState): boolean {
  if (one.when?.(state) === false) return false;
  return state.settled.get(one.id)?.signature !== signature(state, one);
}

async function attempt(one: Attempt, wizard: Wizard): Promise<void> {
  const { state, context } = wizard;
  const answers = signature(state, one);
  const known = state.failed.get(one.id);
  if (known?.signature === answers) {
    if (known.told) context.out.check('fail', one.title, `${known.result.verdict.summary} (as before)`);
    else tellTrouble(one, known.result, wizard);
    known.told = true;
    return settleTrouble(one, known.result, wizard);
  }
  const step = context.out.step(one.title);
  const { failed, results } = await tryOut(one, wizard).catch((cause: unknown) => {
    step.fail();
    throw cause;
  });
  if (failed === undefined) {
    state.settled.set(one.id, { signature: answers, passed: true });
    const last = results.at(-1)?.verdict;
    if (last?.outcome === 'skip') step.warn(last.summary);
    else step.succeed(one.says?.(state) ?? (last?.outcome === 'pass' ? last.summary : undefined));
    for (const { title, verdict } of results) {
      if (verdict.outcome === 'warn' || verdict.outcome === 'unknown')
        context.out.check(verdict.outcome, title, verdict.summary);
    }
    return;
  }
  const key = one.leadsTo?.(failed, state);
  state.failed.set(one.id, { signature: answers, result: failed, told: key === undefined });
  if (key === undefined) {
    step.fail(failed.verdict.summary);
    tellTrouble(one, failed, wizard);
    return settleTrouble(one, failed, wizard);
  }
  step.warn(failed.verdict.summary);
  reopen(state, key);
}
