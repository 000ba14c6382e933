import type { Command } from 'commander';
import type { DockerPort } from '../adapters/docker-port.ts';
import type { KafkaPort } from '../adapters/kafka-port.ts';
import { facilityNames } from '../connector/names.ts';
import type { Context } from '../context.ts';
import { CliError, EXIT, type ExitCode } from '../errors.ts';
import { JOURNAL_FILE, loadFacility } from '../install/facility-folder.ts';
import { type Installed, readInstalled } from '../install/installed.ts';
import { plan } from '../install/plan.ts';
import { positionStep } from '../install/steps/position.ts';
import { type UndoResult, undoSteps } from '../install/undo-steps.ts';
import { uninstalledText, uninstallPlanText } from '../ui/uninstall-text.ts';
import { agree } from './shared/agree.ts';
import { addFacilityFlags, chosenDir } from './shared/facility.ts';
import { type CommandModule, examples, type Options } from './shared/module.ts';
import { typed } from './shared/typed.ts';
import { removeLeftOvers } from './shared/uninstall-leftovers.ts';
import {
  goesAndStays,
  type Ownership,
  ownership,
  type UninstallWishes,
  undoScriptCommand,
} from './shared/uninstall-lists.ts';
import { noticeVersions } from './shared/versions.ts';

/** `uninstall`: takes a facility off this machine; what was streamed, the position and CDC stay. */
export const uninstall: CommandModule = { define, run };

const CODE_LABEL = 'org.clinicmaster.cdc.facility';
const FOLDER_LABEL = 'com.docker.compose.project.working_dir';
/** A worker that does not answer any more is stopped with its container. */
const POLITE = new Set(['connector']);

function define(command: Command): void {
  addFacilityFlags(command);
  command
    .option('--image', 'remove the image too')
    .option('--keep-settings', 'keep .env, with its passwords, and the certificates')
    .option('--purge-position', "remove the facility's own Kafka topics too; needs --accept-risk data")
    .option('--accept-risk <name>', 'data: a later installation copies every table again')
    .option('--without-docker', 'Docker is gone for good: remove the files alone')
    .option('--yes', 'ask nothing');
  command.addHelpText('after', HELP);
}

const HELP = `
Shows what goes and what stays, then asks. Rows that were streamed, the position in Kafka and change data
capture in the database stay: a later init with the same code goes on from there. Can be repeated.
${examples([
  ['clinicmaster-cdc uninstall', 'shows, asks, removes container, network and settings'],
  ['clinicmaster-cdc uninstall --keep-settings --yes', 'the settings stay, for a later init'],
  ['clinicmaster-cdc uninstall --purge-position --accept-risk data', 'the position goes too'],
])}`;

async function run(context: Context, options: Options): Promise<ExitCode> {
  const { files, host, out, packageRoot } = context;
  const wishes = wishesOf(options);
  const dir = await chosenDir(context, options);
  const docker = wishes.withoutDocker ? undefined : await dockerOrAdvice(context, options);
  const installed = await readInstalled(files, packageRoot, dir, await hintOf(dir, docker, options));
  await noticeVersions({ dir, instance: installed.instance }, context);
  const owned = await ownership(installed, docker, files);
  const lists = goesAndStays(installed, owned, wishes);
  const dba = undoScriptCommand(installed, host);
  if (lists.goes.length === 0) {
    const data = { ...answerOf(installed, []), changed: false, ...lists, dba: null, next: [] };
    const nothing =
      installed.values === undefined ? `No facility stands in ${dir}.` : 'Nothing is left to remove.';
    out.result({ ...data, headline: nothing }, uninstalledText);
    return EXIT.ok;
  }
  out.block((style) => uninstallPlanText({ ...lists, dba }, style));
  await agree(
    {
      question: `Uninstall ${installed.values?.FACILITY_NAME ?? installed.names.container} from this machine?`,
      preset: false,
      nobody: {
        code: 'uninstall.not-agreed',
        message: 'Nobody can be asked whether this may go.',
        needed: 'Look at the list above, then give --yes. Nothing was removed.',
        commands: [`${typed('uninstall', options, host)} --yes`],
      },
      no: { code: 'cancelled', message: 'Cancelled; nothing was removed.' },
    },
    options,
    context,
  );

  await removeLeftOvers(owned.left, docker, files);
  const steps = await takeAway(installed, owned, docker, wishes, context);
  await tidy(installed, wishes, context);
  const headline = `${installed.values?.FACILITY_NAME ?? installed.names.container} is uninstalled from this machine.`;
  const next = wishes.keepSettings ? [typed('init', options, host)] : [];
  const after = { goes: lists.goes, stays: lists.stays, dba, next };
  out.result({ ...answerOf(installed, steps), changed: true, ...after, headline }, uninstalledText);
  return EXIT.ok;
}

function answerOf({ deployment, names }: Installed, steps: readonly UndoResult[]) {
  return { ok: true, command: 'uninstall', dir: deployment.dir, container: names.container, steps };
}

/** @throws CliError (usage) for a purge whose risk is not accepted */
function wishesOf(options: Options): UninstallWishes {
  const risk = options.acceptRisk;
  if (risk !== undefined && risk !== 'data') {
    throw new CliError('uninstall.risk', `There is no risk called ${String(risk)} here.`, {
      exitCode: EXIT.usage,
      needed: '--accept-risk data, with --purge-position.',
    });
  }
  const purge = options.purgePosition === true;
  if (purge && risk !== 'data') {
    throw new CliError('uninstall.risk', '--purge-position loses the position in the stream.', {
      exitCode: EXIT.usage,
      needed:
        'With it a later installation copies every table of the hospital again. To accept that: --accept-risk data.',
      commands: ['clinicmaster-cdc uninstall --purge-position --accept-risk data'],
    });
  }
  return {
    image: options.image === true,
    keepSettings: options.keepSettings === true,
    purge,
    withoutDocker: options.withoutDocker === true,
  };
}

/** Without a look at Docker a container might go on, or start again with the machine, and nobody could tell whose it is. */
async function dockerOrAdvice(context: Context, options: Options): Promise<DockerPort> {
  try {
    return await context.docker();
  } catch (cause) {
    if (!(cause instanceof CliError)) throw cause;
    throw new CliError(cause.code, `${cause.message} Nothing was removed.`, {
      ...(cause.seen === undefined ? {} : { seen: cause.seen }),
      needed: 'Docker, to take the container away. Where it is gone for good, the files alone can go.',
      commands: [...cause.commands, `${typed('uninstall', options, context.host)} --without-docker`],
      cause,
    });
  }
}

/** Where `.env` is gone: the container of this folder still says whose it is. */
async function hintOf(dir: string, docker: DockerPort | undefined, options: Options) {
  const instance = typeof options.instance === 'string' ? options.instance.replace(/^-/, '') : '';
  const found = await docker?.container(facilityNames('x', instance).container);
  const code = found?.labels[FOLDER_LABEL] === dir ? (found.labels[CODE_LABEL] ?? '') : '';
  return { instance, code };
}

async function takeAway(
  installed: Installed,
  owned: Ownership,
  docker: DockerPort | undefined,
  wishes: UninstallWishes,
  context: Context,
): Promise<UndoResult[]> {
  const { files, clock, signal, out } = context;
  const { deployment, names, restPort } = installed;
  const { dir } = deployment;
  const kafka = await kafkaOf(installed, wishes, context);
  const ports = {
    files,
    imageFiles: await context.imageFiles(),
    docker: docker as DockerPort,
    connect: await context.connect(restPort),
    clock,
    signal,
  };
  try {
    const elsewhere =
      owned.container?.ours === true ? await otherWorker(names.group, kafka, signal) : undefined;
    if (elsewhere !== undefined)
      out.note(`The connector goes on: another worker of this facility runs at ${elsewhere}.`);
    const skipped = new Set([
      ...(owned.container?.ours === true ? [] : ['connector', 'container']),
      ...(elsewhere === undefined ? [] : ['connector']),
      ...(owned.networks.length > 0 ? [] : ['network']),
      ...(wishes.image && owned.image ? [] : ['image']),
      ...(wishes.keepSettings ? ['folder'] : []),
    ]);
    const steps = plan(deployment, ports).filter(({ id, undo }) => undo !== undefined && !skipped.has(id));
    if (wishes.purge && kafka !== undefined) {
      // Taken back in reverse: after the worker, before the settings that let us in.
      const kept = steps.filter(({ id }) => id === 'folder' || id === 'image').length;
      steps.splice(kept, 0, positionStep(names, kafka, ports));
    }
    out.heading('Uninstall');
    const journalPath = `${dir}/${JOURNAL_FILE}`;
    return await undoSteps(steps, POLITE, { ...context, journalPath, command: 'uninstall' });
  } finally {
    await kafka?.close();
  }
}

/** Kafka as this facility reaches it. Its settings may be broken by now; only a purge needs them. */
async function kafkaOf({ deployment, names }: Installed, wishes: UninstallWishes, context: Context) {
  try {
    const { kafka } = await loadFacility(context.files, deployment.dir, context.version);
    return await context.kafka(kafka, `${names.prefix}cli`);
  } catch (cause) {
    if (wishes.purge || !(cause instanceof CliError)) throw cause;
    return undefined;
  }
}

/** Where the facility has moved to another machine, its connector is that machine's. */
async function otherWorker(
  group: string,
  kafka: KafkaPort | undefined,
  signal: AbortSignal,
): Promise<string | undefined> {
  const answer = await kafka?.group(group, signal);
  const members = answer?.ok === true ? answer.value.members : [];
  return members.length > 1 ? members.map(({ clientHost }) => clientHost).join(', ') : undefined;
}

/** The journal goes last, and the folder with it where we made it and nothing else stands in it. */
async function tidy({ deployment, journal }: Installed, wishes: UninstallWishes, context: Context) {
  const { files } = context;
  const { dir } = deployment;
  if (wishes.keepSettings) return;
  await files.sweep(dir);
  await files.remove(`${dir}/${JOURNAL_FILE}`);
  if (journal?.made.some(({ kind, name }) => kind === 'folder' && name === dir) === true)
    await files.removeEmptyDir(dir);
}
