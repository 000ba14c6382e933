import type { Command } from 'commander';
import { FACILITY_CHECKS } from '../checks/registry.ts';
import { facilityNames } from '../connector/names.ts';
import type { Context } from '../context.ts';
import type { ExitCode } from '../errors.ts';
import { folderFacts, JOURNAL_FILE, readEnvValues } from '../install/facility-folder.ts';
import { type FacilitySettings, toFacilitySettings } from '../settings/facility.ts';
import { facilityFields } from '../settings/fields.ts';
import { moveEffects } from '../settings/move-effects.ts';
import type { Resolved } from '../settings/resolve.ts';
import { mayAsk } from './shared/agree.ts';
import { addCarryFlag, carriedFrom, carriedValues, carry, fitsTogether } from './shared/carry.ts';
import { addKafkaCaFlag, certificateFrom } from './shared/certificates.ts';
import { checkFacility } from './shared/checked.ts';
import { confirmFacility } from './shared/confirm-facility.ts';
import { addDockerFlag, offerDocker } from './shared/docker-install.ts';
import { addEnrolmentFlag, enrolmentFrom, tellOfEnrolment, warnOfReaders } from './shared/enrolment.ts';
import { chosenDir, sameFacility } from './shared/facility.ts';
import { addImageFlags, withinReach } from './shared/image.ts';
import { installFacility, previewFacility } from './shared/installation.ts';
import { addFieldFlags } from './shared/layers.ts';
import { type CommandModule, examples, type Options } from './shared/module.ts';
import { oldWorkerGone, renamed, sayEffects, soleInstance } from './shared/moves.ts';
import { hasFailure, installed, preflight, stopped } from './shared/outcome.ts';
import { agreed, lookingOnly, planned, sayCutOff } from './shared/planned.ts';
import { settleReplacement } from './shared/settle.ts';
import { acceptedStartRisks, addAcceptRiskFlag, renewedPosition } from './shared/start-guard.ts';
import { noticeVersions } from './shared/versions.ts';
import { facilityAnswers } from './shared/wizard/facility-answers.ts';

/** `init`: from nothing, or from half-way, to a facility that provably streams. */
export const init: CommandModule = { define, run };

function define(command: Command): void {
  command.option('--dir <path>', 'folder for .env, compose file and certificates');
  addFieldFlags(command, facilityFields('<version>'));
  addEnrolmentFlag(command);
  addKafkaCaFlag(command);
  command.option('--db-ca <file>', 'CA certificate (PEM) of SQL Server');
  addImageFlags(command);
  addDockerFlag(command);
  command.option('--dry-run', 'show what would be done, and change nothing');
  addAcceptRiskFlag(command);
  addCarryFlag(command);
  command.option('--change', 'show the answers as they stand, and ask which to change');
  command.addHelpText('after', HELP);
}

const HELP = `
Passwords are never flags, because flags show in process lists: they come from DB_PASS and KAFKA_PASS
in the environment, from --passwords-stdin, or from a question.
Every flag has an environment variable, the key in .env; a flag wins over it.
Checks run first; when one fails, nothing is changed. A second run changes only what differs.
At a terminal the plan is shown before anything is changed, and asked about.
On a new machine with the same code it goes on where the old one stopped. It never copies tables
again that were copied before, unless --accept-risk resnapshot allows it (docs/moves.md).
Under another code it goes on with --carry-from, together with the central team
(docs/playbooks/changed-code.md).
${examples([
  ['clinicmaster-cdc init', 'asks for what it needs'],
  ['clinicmaster-cdc init --dry-run', 'shows what would be changed, and changes nothing'],
  [
    'DB_PASS=… KAFKA_PASS=… clinicmaster-cdc init --yes --name "Kayunga Hospital" --code xY9AbCdEf12 \\\n      --db-host 192.168.1.100 --db-user cdc --kafka kafka-1.example.org:9093 --kafka-user facility-7',
    'asks nothing',
  ],
  [
    'DB_PASS=… clinicmaster-cdc init --enrolment kayunga.json --db-host 192.168.1.100 --db-user cdc',
    'the rest comes from the central team',
  ],
  ['clinicmaster-cdc init --instance second --rest-port 8084', 'a second facility on this machine'],
])}`;

async function run(given: Context, options: Options): Promise<ExitCode> {
  const dryRun = options.dryRun === true;
  const context = dryRun ? lookingOnly(given) : given;
  const { files, out } = context;
  acceptedStartRisks(options);
  const fields = facilityFields(context.version);
  if (!dryRun) await settleReplacement(context, options);
  const dir = await chosenDir(context, options);
  const existing = await readEnvValues(files, dir);
  await warnOfReaders(options, context);
  const old = await carriedFrom(options, context);
  const known = existing ?? (old === undefined ? undefined : await carriedValues(old, context));
  let answers = await facilityAnswers(fields, known, dir, options, context);
  const settle = async () => {
    const settings = await settingsOf(answers.resolved, dir, answers.options, old, context);
    sameFacility(existing, settings, context);
    if (old !== undefined) fitsTogether(old, settings);
    await confirmFacility(settings, answers.resolved, existing, options, context);
    sayEffects(moveEffects(fields, existing, settings), context);
    return { settings, existing, resolved: answers.resolved, options: answers.options };
  };
  let wanted = await settle();
  const alone = async () => {
    await soleInstance(wanted.settings, context);
    await oldWorkerGone(wanted.settings, context);
  };
  await alone();
  // What differs in the connector is for the plan to say.
  await noticeVersions({ dir, instance: wanted.settings.instance }, context);
  const cut = await sayCutOff(context, `${dir}/${JOURNAL_FILE}`);

  if (!dryRun) await offerDocker(context, options);
  const before = await withinReach(FACILITY_CHECKS, dir, options, context);
  const check = () => checkFacility(before, 'before-install', wanted.settings, context);
  const change = async () => {
    const before = streamOf(wanted.settings);
    answers = (await answers.change?.()) ?? answers;
    wanted = await settle();
    if (streamOf(wanted.settings) !== before) await alone();
  };
  const checks = await preflight(context, dryRun ? { ...options, yes: true } : options, check, change);
  const { settings } = wanted;
  const { container } = facilityNames(settings.facilityId, settings.instance);
  if (dryRun) {
    if (old !== undefined && !hasFailure(checks)) await carry(old, settings, false, context);
    const plan = await previewFacility(wanted, context);
    return planned(context, { dir, container, plan, checks, cut });
  }
  if (hasFailure(checks)) return stopped(context, options, 'init', checks);
  if (mayAsk(context, options)) await agreed(await previewFacility(wanted, context), context);

  out.heading('Installation');
  if (old !== undefined) await carry(old, settings, true, context);
  const steps = await installFacility(wanted, context);
  await renewedPosition(settings, options, context);

  out.heading('Checks after the installation');
  const after = await checkFacility(FACILITY_CHECKS, 'after-install', settings, context);
  if (!hasFailure(after)) tellOfEnrolment(options, context);
  const rename = await renamed(moveEffects(fields, existing, settings), settings, context);
  return installed(out, {
    command: 'init',
    headline: `${settings.facilityName} (${settings.facilityCode}) streams`,
    dir,
    container,
    steps,
    checks: [...checks, ...after],
    failed: hasFailure(after),
    ...(rename === undefined ? {} : { renamed: rename }),
    next: ['clinicmaster-cdc status', 'clinicmaster-cdc doctor', 'clinicmaster-cdc logs'],
  });
}

/** What another worker would have to share with this one to be in its way. */
function streamOf({ facilityCode, facilityId, instance, kafka }: FacilitySettings): string {
  return [facilityCode, facilityId, instance, ...kafka.brokers].join(' ');
}

/** Settings from the answers; a certificate comes from its flag, else from the enrolment or the folder. */
async function settingsOf(
  resolved: Resolved,
  dir: string,
  options: Options,
  old: FacilitySettings | undefined,
  context: Context,
): Promise<FacilitySettings> {
  const folder = await folderFacts(context.files, dir);
  const enrolment = await enrolmentFrom(options, context);
  const kafkaCa =
    (await certificateFrom(options, 'kafkaCa', context)) ??
    enrolment?.kafka.ca ??
    folder.kafkaCa ??
    old?.kafka.ca;
  const databaseCa =
    (await certificateFrom(options, 'dbCa', context)) ?? folder.databaseCa ?? old?.database.ca;
  return toFacilitySettings(facilityFields(context.version), resolved.values, {
    dir,
    ...(kafkaCa === undefined ? {} : { kafkaCa }),
    ...(databaseCa === undefined ? {} : { databaseCa }),
  });
}
