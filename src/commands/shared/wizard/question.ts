import type { CheckResult } from '../../../checks/types.ts';
import type { Context } from '../../../context.ts';
import type { FacilitySettings } from '../../../settings/facility.ts';
import type { PromptPort } from '../../../ui/prompts/prompt-port.ts';
import type { WizardState } from './state.ts';

/** What a question and a try may touch. */
export interface Wizard {
  state: WizardState;
  context: Context;
  prompts: PromptPort;
}

/** Where questions stand together under one heading. */
export type Section = 'The facility' | 'SQL Server' | 'Kafka' | 'This machine';

/** One thing that the wizard asks for. */
export interface Question {
  kind: 'question';
  /** Key of a field, or the option of a certificate's flag (`kafkaCa`). */
  key: string;
  section: Section;
  /** One sentence: why it is asked, or where the answer is found. */
  why: string;
  /** Asked although the field has a value already, by what else is known. */
  due?(state: WizardState): boolean;
  /** The possible answers, where there are few: text of the field and what stands in the list. */
  choices?: readonly (readonly [value: string, label: string])[];
  /** What the list of cures calls it, where "Correct: …" does not fit. */
  cure?: string;
  /** Asks in a way of its own and sets the answers; where absent it is one line of text. */
  ask?(wizard: Wizard): Promise<void>;
}

/** The answers so far are tried, by checks that `doctor` runs too. */
export interface Attempt {
  kind: 'attempt';
  id: string;
  section: Section;
  /** What is tried, as it stands before its outcome. */
  title: string;
  /** Ids of the checks; what they need runs along. */
  checks: readonly string[];
  /** Run as well when one of them fails, for they know more. */
  onFailure?: readonly string[];
  /** Keys of the answers that are tried: when one changes, it is tried again. */
  of: readonly string[];
  when?(state: WizardState): boolean;
  /** What a success says, where the check's own words do not fit. */
  says?(state: WizardState): string;
  /** Other settings for the try than those of the answers. */
  settings?(settings: FacilitySettings): FacilitySettings;
  /** Codes that are no failure here. */
  tolerates?: readonly string[];
  /** What these checks need is not this try's to tell. */
  ownOnly?: boolean;
  /** A finding that is nobody's mistake but a question of its own: the key of that question. */
  leadsTo?(failed: CheckResult, state: WizardState): string | undefined;
  /** What to do about it here, where the check's own words are for an installed facility. */
  advice?(failed: CheckResult): string | undefined;
  /** Keys of the answers that may be wrong, the likeliest first. */
  mends(failed: CheckResult): readonly string[];
  /** Cures that need no typing. */
  offers?(failed: CheckResult, wizard: Wizard): Promise<readonly Offer[]>;
}

/** A cure that the wizard can apply to the answers. */
export interface Offer {
  label: string;
  /** Answers that it sets. */
  values: Readonly<Record<string, string>>;
}

export type Stop = Question | Attempt;
