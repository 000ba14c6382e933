import type { CheckResult } from '../../../checks/types.ts';
import { FACILITY_ID } from '../../../connector/names.ts';
import { type FacilitySettings, toFacilitySettings } from '../../../settings/facility.ts';
import type { Field } from '../../../settings/field.ts';
import { type Resolved, refusal } from '../../../settings/resolve.ts';
import type { Attempt } from './question.ts';

/** The certificates that a flag names, by their option. */
export const CERTIFICATES = {
  kafkaCa: { prompt: 'CA certificate of Kafka (file; empty: not at hand)', flag: '--kafka-ca' },
  dbCa: { prompt: 'CA certificate of SQL Server (file; empty: not at hand)', flag: '--db-ca' },
} as const;
export type CertificateOption = keyof typeof CERTIFICATES;

/** Where the answers stand. Everything that the wizard remembers is here. */
export interface WizardState {
  readonly fields: readonly Field[];
  readonly dir: string;
  /** It was named by the user. */
  readonly chosenDir: boolean;
  /** Commands are for PowerShell; else for a POSIX shell. */
  readonly windows: boolean;
  /** A facility is installed in the folder already. */
  readonly installed: boolean;
  /** Text form of every field that has a value, defaults included, and the paths of certificates. */
  values: Record<string, string>;
  sources: Resolved['sources'];
  /** PEM texts. */
  certificates: Partial<Record<CertificateOption, string>>;
  /** Keys that are to be asked for. */
  open: Set<string>;
  /** Open keys that had a good answer before: Escape leaves it as it was. */
  reopened: Set<string>;
  /** Keys that were asked for, in order; Escape goes back along it. */
  trail: string[];
  /** Keys whose given answer was shown. */
  shown: Set<string>;
  /** Tries that are over, by id: with which answers, and whether they passed or were left as they are. */
  settled: Map<string, { signature: string; passed: boolean }>;
  /** The last failure of a try, by id: it is not tried again with the same answers unless the user wants it. */
  failed: Map<string, { signature: string; result: CheckResult; told: boolean }>;
  /** Refused logins at SQL Server, by login: too many lock it. */
  refusals: Map<string, number>;
}

/**
 * The state before the first question.
 * @param refused fields whose given answer is wrong: they are asked for
 */
export function beginning(
  fields: readonly Field[],
  resolved: Resolved,
  refused: ReadonlySet<Field>,
  place: Pick<WizardState, 'dir' | 'chosenDir' | 'windows' | 'installed'>,
): WizardState {
  const open = fields.filter(
    (field) =>
      refused.has(field) ||
      resolved.missing.includes(field) ||
      (field.ask === true && !place.installed && resolved.sources[field.key] === 'default'),
  );
  const values = { ...resolved.values };
  // A refused answer is no default to offer again.
  for (const { key } of refused) delete values[key];
  return {
    ...place,
    fields,
    values,
    sources: { ...resolved.sources },
    certificates: {},
    open: new Set(open.map(({ key }) => key)),
    reopened: new Set(),
    trail: [],
    shown: new Set(),
    settled: new Map(),
    failed: new Map(),
    refusals: new Map(),
  };
}

export function fieldOf({ fields }: WizardState, key: string): Field | undefined {
  return fields.find((field) => field.key === key);
}

/** The question, without its colon. */
export function promptOf(state: WizardState, key: string): string {
  if (isCertificate(key)) return CERTIFICATES[key].prompt;
  return fieldOf(state, key)?.prompt ?? key;
}

/** The name of an answer: its question without what explains it in brackets. */
export function labelOf(state: WizardState, key: string): string {
  return promptOf(state, key).replace(/ \(.*\)$/, '');
}

function isCertificate(key: string): key is CertificateOption {
  return key in CERTIFICATES;
}

/** What stands on the screen for an answer. */
export function shownValue(state: WizardState, key: string): string {
  const value = state.values[key] ?? '';
  if (fieldOf(state, key)?.secret === true) return value === '' ? '' : '(given)';
  // The expression says little to people.
  if (key === 'TABLE_INCLUDE_LIST' && value === fieldOf(state, key)?.default) return 'all of dbo';
  return value;
}

/** Takes an answer that a question or an offer has found good. */
export function answer(state: WizardState, key: string, text: string): void {
  state.values[key] = text;
  state.sources[key] = 'prompt';
  state.open.delete(key);
  state.reopened.delete(key);
  state.shown.add(key);
  state.trail = [...state.trail.filter((other) => other !== key), key];
}

/** Has a question asked again; what was answered is its default. */
export function reopen(state: WizardState, key: string): void {
  if (!state.open.has(key)) state.reopened.add(key);
  state.open.add(key);
}

/** Escape at a question: the answer that stood there before, else the question before. @returns false at the first one */
export function goBack(state: WizardState, key: string | undefined): boolean {
  if (key !== undefined && state.reopened.has(key)) {
    state.open.delete(key);
    state.reopened.delete(key);
    return true;
  }
  const before = state.trail.filter((other) => other !== key).at(-1);
  if (before === undefined) return false;
  state.trail = state.trail.filter((other) => other !== before);
  state.open.add(before);
  return true;
}

/** The answers of a try as one text: an equal text is an equal try. */
export function signature(state: WizardState, { of }: Pick<Attempt, 'of'>): string {
  return JSON.stringify(
    of.map((key) => (isCertificate(key) ? (state.certificates[key] ?? '') : (state.values[key] ?? ''))),
  );
}

export function hasPassed(state: WizardState, id: string): boolean {
  return state.settled.get(id)?.passed === true;
}

/** Stand in for answers that a try does not look at. */
const STAND_INS: Readonly<Record<string, string>> = {
  FACILITY_NAME: 'unanswered',
  FACILITY_DHIS2_CODE: 'Wz3kQ8mN5pT',
  DB_HOST: 'unanswered.invalid',
  DB_USER: 'unanswered',
  DB_PASS: 'unanswered',
  KAFKA_BOOTSTRAP_SERVERS: 'unanswered.invalid:9093',
  KAFKA_USER: 'unanswered',
  KAFKA_PASS: 'unanswered',
};

/** Settings of the answers so far. */
export function settingsSoFar(state: WizardState): FacilitySettings {
  const { fields, dir, certificates } = state;
  const values = { ...STAND_INS };
  for (const field of fields) {
    const text = state.values[field.key];
    if (text !== undefined && refusal(field, text) === undefined) values[field.key] = text;
  }
  if (!namesTopics(values)) values.FACILITY_ID = 'unanswered';
  return toFacilitySettings(fields, values, {
    dir,
    ...(certificates.kafkaCa === undefined ? {} : { kafkaCa: certificates.kafkaCa }),
    ...(certificates.dbCa === undefined ? {} : { databaseCa: certificates.dbCa }),
  });
}

/** Whether the facility's code, or its id where there is one, can stand in the names of topics. */
export function namesTopics(values: Readonly<Record<string, string>>): boolean {
  const id = values.FACILITY_ID || values.FACILITY_DHIS2_CODE || '';
  return FACILITY_ID.test(id) && id.toLowerCase() !== 'central';
}
