import type { Context } from '../../../context.ts';
import { CliError, EXIT } from '../../../errors.ts';
import { folderFacts } from '../../../install/facility-folder.ts';
import type { Field, Values } from '../../../settings/field.ts';
import type { Resolved } from '../../../settings/resolve.ts';
import { WentBack } from '../../../ui/prompts/prompt-port.ts';
import { mayAsk } from '../agree.ts';
import { answersGiven, settled } from '../answers.ts';
import { certificateFrom } from '../certificates.ts';
import { enrolmentFrom } from '../enrolment.ts';
import type { Options } from '../module.ts';
import { pickAnswer } from './pick.ts';
import type { Wizard } from './question.ts';
import { review } from './review.ts';
import { beginning, CERTIFICATES, type CertificateOption, type WizardState } from './state.ts';
import { STOPS } from './stops.ts';
import { walk } from './walk.ts';

/** What `init` goes on with. */
export interface FacilityAnswers {
  resolved: Resolved;
  /** The options with the certificates' files that were asked for. */
  options: Options;
  /** Asks which answer shall be another one, and for it; absent where nobody may be asked. */
  change?: () => Promise<FacilityAnswers>;
}

/**
 * The answer to every field of a facility: flag > environment > … > question > default. At a terminal the wizard asks for what is
 * missing, tries each answer as it is given, and lets everything be corrected.
 * @throws CliError (usage) for an answer that is wrong or missing where nobody can be asked; `cancelled` when the user leaves
 */
export async function facilityAnswers(
  fields: readonly Field[],
  existing: Values | undefined,
  dir: string,
  options: Options,
  context: Context,
): Promise<FacilityAnswers> {
  const given = await answersGiven(fields, existing, options, context);
  if (!mayAsk(context, options)) {
    if (options.change === true) throw nobodyToAsk();
    return { resolved: settled(given), options };
  }
  const { resolved, found } = given;
  for (const { field, message } of found) context.out.warn(`${field.prompt}: ${message}`);
  const refused = new Set(found.map(({ field }) => field));
  const state = beginning(fields, resolved, refused, {
    dir,
    chosenDir: typeof options.dir === 'string',
    windows: context.host.platform === 'win32',
    installed: existing !== undefined,
  });
  await readCertificates(state, options, context);
  const wizard = async (): Promise<Wizard> => ({ state, context, prompts: await context.prompts() });
  const outcome = (): FacilityAnswers => ({
    resolved: { values: onlyFields(state), sources: sources(state), missing: [] },
    options: { ...options, ...certificateOptions(state) },
    change: async () => {
      await changeOne(await wizard());
      return outcome();
    },
  });
  if (options.change !== true && !needsAsking(state)) return outcome();
  const it = await wizard();
  context.out.note(
    `${it.prompts.keys} Each answer is tried at once. Nothing is changed before you have seen the plan and agreed.`,
  );
  if (options.change === true) for (const { key } of fields) state.shown.add(key);
  if (options.change !== true || needsAsking(state)) await walk(it);
  await review(it);
  return outcome();
}

function nobodyToAsk(): CliError {
  return new CliError('settings.no-terminal', 'There is no terminal to ask what to change.', {
    exitCode: EXIT.usage,
    needed: 'The flag of each setting that shall change, in place of --change.',
    commands: ['clinicmaster-cdc init --db-host 192.168.1.100'],
  });
}

function needsAsking(state: WizardState): boolean {
  return state.open.size > 0 || STOPS.some((stop) => stop.kind === 'question' && stop.due?.(state) === true);
}

/** After the checks have found something: another answer, tried, and the review again. */
async function changeOne(wizard: Wizard): Promise<void> {
  try {
    await pickAnswer(wizard);
  } catch (cause) {
    if (cause instanceof WentBack) return;
    throw cause;
  }
  await walk(wizard);
}

async function readCertificates(state: WizardState, options: Options, context: Context): Promise<void> {
  const folder = await folderFacts(context.files, state.dir);
  const enrolment = await enrolmentFrom(options, context);
  const stored = { kafkaCa: enrolment?.kafka.ca ?? folder.kafkaCa, dbCa: folder.databaseCa };
  for (const key of Object.keys(CERTIFICATES) as CertificateOption[]) {
    const pem = await certificateFrom(options, key, context);
    if (pem !== undefined) {
      state.values[key] = String(options[key]);
      state.sources[key] = 'flag';
    }
    const certificate = pem ?? stored[key];
    if (certificate !== undefined) state.certificates[key] = certificate;
  }
}

function certificateOptions({ values }: WizardState): Options {
  const keys = Object.keys(CERTIFICATES) as CertificateOption[];
  return Object.fromEntries(
    keys.flatMap((key) => ((values[key] ?? '') === '' ? [] : [[key, values[key]] as const])),
  );
}

/** A default that was agreed to is still a default: `.env` leaves it out, for a later version may have a better one. */
function sources({ fields, values, sources: known }: WizardState): Resolved['sources'] {
  const agreed = fields.filter(
    ({ key, ask, default: preset }) => known[key] === 'prompt' && ask !== true && values[key] === preset,
  );
  return { ...known, ...Object.fromEntries(agreed.map(({ key }) => [key, 'default' as const])) };
}

function onlyFields({ fields, values }: WizardState): Record<string, string> {
  return Object.fromEntries(
    fields.flatMap(({ key }) => (values[key] === undefined ? [] : [[key, values[key]] as const])),
  );
}
