import type { OrganisationUnit } from '../../adapters/dhis2-port.ts';
import type { Context } from '../../context.ts';
import { CliError, EXIT } from '../../errors.ts';
import { codeHints, isUid, similarNames, wasTyped } from '../../settings/dhis2.ts';
import type { FacilitySettings } from '../../settings/facility.ts';
import type { Values } from '../../settings/field.ts';
import type { Resolved } from '../../settings/resolve.ts';
import { mayAsk } from './agree.ts';
import type { Options } from './module.ts';

/**
 * Is it the right facility? A mistyped code makes another hospital's rows of these patients. Hints on a code that was typed; and
 * where a DHIS2 server is named, what that server knows of the code, and at a terminal the question.
 * @param existing the `.env` of the folder: a facility that is installed already has been asked
 * @throws CliError (usage) when the code is not there or not the one that was meant
 */
export async function confirmFacility(
  settings: FacilitySettings,
  resolved: Resolved,
  existing: Values | undefined,
  options: Options,
  context: Context,
): Promise<void> {
  const code = settings.facilityCode;
  if (existing?.FACILITY_DHIS2_CODE === code) return;
  if (wasTyped(resolved.sources.FACILITY_DHIS2_CODE))
    for (const hint of codeHints(code)) context.out.warn(hint);
  const url = resolved.values.DHIS2_URL ?? '';
  if (url === '') return;
  const units = await found(url, code, context);
  if (units === undefined) return;
  const [unit] = units;
  const asks = mayAsk(context, options);
  if (unit === undefined || units.length > 1) return unclear(units, code, url, asks, context);
  tell(unit, settings, context);
  if (!asks) return;
  const prompts = await context.prompts();
  if (await prompts.confirm('Is this your facility?', true)) return;
  throw new CliError('dhis2.other-facility', `${code} is not the facility that was meant.`, {
    exitCode: EXIT.usage,
    seen: place(unit),
    needed: 'The code of this facility, as the registry or the enrolment sheet has it. Nothing was changed.',
    who: 'central-team',
  });
}

/** What the server knows; undefined when it does not answer: the look-up helps, and nothing hangs on it. */
async function found(
  url: string,
  code: string,
  { dhis2, host, out, signal }: Context,
): Promise<OrganisationUnit[] | undefined> {
  const token = host.env.DHIS2_TOKEN;
  const server = await dhis2(url, token);
  // A UID may be a code as well; the registry's own codes are looked for where the UID is not there.
  const byUid = isUid(code) ? await server.units('uid', code, signal) : undefined;
  const answer =
    byUid?.ok === false || (byUid?.value.length ?? 0) > 0 ? byUid : await server.units('code', code, signal);
  if (answer === undefined || answer.ok) return answer?.value;
  const { kind, message } = answer.failure;
  const why =
    kind === 'refused' && (token ?? '') === ''
      ? `${message}; a personal access token goes into DHIS2_TOKEN in the environment`
      : message;
  out.warn(`${server.url} was not asked for ${code}: ${why}. Going on without it.`);
  return undefined;
}

function tell(unit: OrganisationUnit, settings: FacilitySettings, { out }: Context): void {
  out.note(`DHIS2 knows ${settings.facilityCode}: ${place(unit)}`);
  if (unit.closedDate !== null) out.warn(`In DHIS2 it is closed since ${unit.closedDate.slice(0, 10)}.`);
  if (!similarNames(unit.name, settings.facilityName)) {
    out.warn(`DHIS2 calls it "${unit.name}", and the name given here is "${settings.facilityName}".`);
  }
}

/** `Kayunga RRH, in Kayunga District, Central, Uganda`: the nearest first. */
function place({ name, ancestors }: OrganisationUnit): string {
  return ancestors.length === 0 ? name : `${name}, in ${ancestors.toReversed().join(', ')}`;
}

/** None, or several. At a terminal the person decides; nobody else can. */
async function unclear(
  units: readonly OrganisationUnit[],
  code: string,
  url: string,
  asks: boolean,
  context: Context,
): Promise<void> {
  const message =
    units.length === 0
      ? `${url} knows no facility with the code ${code}.`
      : `${url} knows ${units.length} facilities with the code ${code}.`;
  const error = new CliError('dhis2.no-facility', message, {
    exitCode: EXIT.usage,
    ...(units.length === 0 ? {} : { seen: units.map(place).join('\n') }),
    needed:
      'The code or the UID of one facility, capitals as in the registry. Without --dhis2-url nobody is asked.',
    who: 'central-team',
  });
  if (!asks) throw error;
  context.out.warn([message, ...units.map(place)].join('\n'));
  const prompts = await context.prompts();
  if (!(await prompts.confirm(`Is ${code} right all the same?`, false))) throw error;
}
