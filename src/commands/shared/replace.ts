import { facilityNames } from '../../connector/names.ts';
import type { Context } from '../../context.ts';
import { CliError } from '../../errors.ts';
import { readCompose } from '../../install/compose-file.ts';
import type { Deployment } from '../../install/deployment.ts';
import { FACILITY_COMPOSE } from '../../install/facility-deployment.ts';
import { ENV_FILE, JOURNAL_FILE, loadFacility } from '../../install/facility-folder.ts';
import { pinIn } from '../../install/image/pin.ts';
import { packageCompose } from '../../install/package-files.ts';
import {
  type ReplacementRecord,
  removeTraces,
  restoreFiles,
  setAside,
  writeRecord,
} from '../../install/replacement/record.ts';
import { asideName, backSteps, forwardSteps } from '../../install/replacement/steps.ts';
import { runSteps } from '../../install/run-steps.ts';
import type { StepResult } from '../../install/step.ts';
import { envValues, parseEnv } from '../../settings/env-file.ts';
import type { FacilitySettings } from '../../settings/facility.ts';
import { digestOf } from '../../settings/image-pin.ts';
import { graceOf, isUp, type Life, lifeOf, proofOf, requireContainer } from './life.ts';

/** A container that shall stand in the place of the one that runs. */
export interface Replacement {
  what: ReplacementRecord['what'];
  /** The facility as it is. */
  life: Life;
  /** As it shall be. */
  settings: FacilitySettings;
  deployment: Deployment;
  /** How long the new worker, and then its connector, may take; undefined: as long as in an installation. */
  patienceMs?: number | undefined;
  /** A change outside this machine. Made once it is written down what was and what shall be. */
  change?(): Promise<void>;
  /** Looks at what runs now. @throws CliError when it is not good */
  check?(): Promise<void>;
  /** Whether the former settings still work, or could be made to. Absent: they do. @param calm not ended by Ctrl-C */
  mayGoBack?(calm: Context): Promise<boolean>;
  /** Leaves the former container there, stopped. */
  keep?: boolean;
}

/**
 * Replaces the container: the former one ends, waits under another name and is removed once the new one is proven to stream. Else it
 * comes back, with the files as they were. Cut off at any point, {@link import('./settle.ts').settleReplacement} goes on.
 * @throws CliError saying what failed, and which container runs now
 */
export async function replaceContainer(wish: Replacement, context: Context): Promise<StepResult[]> {
  const record = await begin(wish, context);
  const { dir } = wish.settings;
  await changeOutside(record, wish, context);
  let steps: StepResult[];
  try {
    steps = await goForward(record, wish.settings, wish.deployment, context, wish.patienceMs);
    await wish.check?.();
    context.signal.throwIfAborted();
    await writeRecord(context.files, dir, { ...record, state: wish.keep ? 'kept' : 'proven' });
  } catch (cause) {
    return await fallBack(cause, record, wish, context);
  }
  if (wish.keep) await pinRunning(dir, context);
  else await finish(record, dir, context);
  return steps;
}

/** Until then no container was touched: where the servers still take the former settings, nothing has happened. */
async function changeOutside(record: ReplacementRecord, wish: Replacement, context: Context): Promise<void> {
  try {
    context.signal.throwIfAborted();
    await wish.change?.();
  } catch (cause) {
    const failure = context.signal.aborted ? context.signal.reason : cause;
    if (!((await wish.mayGoBack?.(calmed(context))) ?? true)) throw noWayBack(failure, wish);
    await removeTraces(context.files, wish.settings.dir, record);
    throw failure;
  }
}

/** Writes down all that a way back or a way on needs. Nothing is changed before it stands on the disk. */
async function begin(wish: Replacement, context: Context): Promise<ReplacementRecord> {
  const { life, deployment, what, settings } = wish;
  const { docker, connect } = life.ports;
  const { container, connector } = life.names;
  const found = await requireContainer(life);
  const aside = asideName(container, what);
  if ((await docker.container(aside)) !== undefined) throw nameTaken(aside);
  const host = (await docker.configuration(container))?.HostConfig as
    | { RestartPolicy?: { Name?: string } }
    | undefined;
  const config = await connect.config(connector).catch(() => undefined);
  const record: ReplacementRecord = {
    schemaVersion: 1,
    what,
    state: 'begun',
    program: context.version,
    startedAt: new Date(context.clock.now()).toISOString(),
    container,
    oldId: found.id,
    aside,
    wasRunning: isUp(found),
    restartPolicy: host?.RestartPolicy?.Name ?? 'unless-stopped',
    graceSeconds: await graceOf(life),
    connector,
    config: config ?? null,
    ...(await setAside(context.files, settings.dir, deployment.files)),
  };
  await writeRecord(context.files, settings.dir, record);
  return record;
}

/** From wherever it stands to a new container that is proven to stream. */
export async function goForward(
  record: ReplacementRecord,
  settings: FacilitySettings,
  deployment: Deployment,
  context: Context,
  patienceMs?: number,
): Promise<StepResult[]> {
  const life = await lifeOf(settings, context);
  const kafka = await context.kafka(settings.kafka, `cdc.${settings.facilityId}.cli`);
  try {
    const proof = proofOf(life, kafka, context);
    const steps = forwardSteps(record, deployment, life.ports, { patienceMs, onStopped: proof.since });
    const journal = { journalPath: `${settings.dir}/${JOURNAL_FILE}`, command: record.what };
    return await runSteps([...steps, proof.step], { ...context, ...journal, again: null });
  } finally {
    await kafka.close();
  }
}

/** The new container counts: the former one goes, and what was written down about it. */
export async function finish(record: ReplacementRecord, dir: string, context: Context): Promise<void> {
  const docker = await context.docker();
  if ((await docker.container(record.aside))?.id === record.oldId) await docker.remove(record.aside);
  await pinRunning(dir, context);
  await removeTraces(context.files, dir, record);
}

/** What is proven to stream is what `.env` pins: only then, because a way back must find the former pin. */
async function pinRunning(dir: string, context: Context): Promise<void> {
  const { image } = await loadFacility(context.files, dir, context.version);
  const found = await (await context.docker()).image(image);
  if (found !== undefined) await pinIn(dir, image, digestOf(image, found), context.files);
}

/**
 * The former container with its files, running and proven where it ran before.
 * @param before called with the former settings, once the files are back and before anything is started
 */
export async function goBack(
  record: ReplacementRecord,
  dir: string,
  context: Context,
  before: (settings: FacilitySettings) => Promise<void> = async () => {},
): Promise<StepResult[]> {
  const { files } = context;
  const restored = await restoreFiles(files, dir, record);
  if (restored.length > 0) context.out.note(`Restored in ${dir}: ${restored.join(', ')}`);
  const settings = await loadFacility(files, dir, context.version);
  await before(settings);
  const life = await lifeOf(settings, context);
  const kafka = await context.kafka(settings.kafka, `cdc.${settings.facilityId}.cli`);
  try {
    const proof = proofOf(life, kafka, context);
    await proof.since();
    const steps = [
      ...backSteps(record, () => formerCompose(dir, context), life.ports),
      ...(record.wasRunning ? [proof.step] : []),
    ];
    const journal = { journalPath: `${dir}/${JOURNAL_FILE}`, command: record.what };
    const results = await runSteps(steps, { ...context, ...journal, again: null });
    await removeTraces(files, dir, record);
    return results;
  } finally {
    await kafka.close();
  }
}

async function formerCompose(dir: string, { files, packageRoot }: Context) {
  const env = envValues(parseEnv((await files.read(`${dir}/${ENV_FILE}`)) ?? ''));
  const text = await files.read(`${dir}/${FACILITY_COMPOSE}`);
  const shipped = async () => (await packageCompose(files, packageRoot, dir, FACILITY_COMPOSE)).content;
  return readCompose(text ?? (await shipped()), env, dir, FACILITY_COMPOSE);
}

/** Something failed, or Ctrl-C: which container is to run now? */
async function fallBack(
  cause: unknown,
  record: ReplacementRecord,
  wish: Replacement,
  context: Context,
): Promise<never> {
  const calm = calmed(context);
  const { out } = context;
  const failure = context.signal.aborted ? context.signal.reason : cause;
  let stuck: unknown;
  try {
    if (wish.mayGoBack !== undefined && !(await wish.mayGoBack(calm))) throw noWayBack(failure, wish);
    out.heading('Back to the former container');
    await goBack(record, wish.settings.dir, calm);
  } catch (trouble) {
    stuck = trouble;
  }
  if (stuck instanceof CliError && stuck.code === NO_WAY_BACK) throw stuck;
  if (stuck !== undefined) throw neitherRuns(failure, stuck, wish.settings.dir);
  if (context.signal.aborted) {
    out.note('The former container is back; nothing was changed.');
    throw failure;
  }
  throw wentBack(failure, record);
}

/** The way back is not ended by the Ctrl-C that made it necessary. A second one ends the process; the next command then goes on. */
function calmed(context: Context): Context {
  return { ...context, signal: new AbortController().signal };
}

const NO_WAY_BACK = 'replace.no-way-back';

function nameTaken(aside: string): CliError {
  return new CliError('replace.name-taken', `A container called ${aside} is there already.`, {
    seen: 'no record of a replacement that it belongs to',
    needed: 'Nothing was changed. Remove it when nobody needs it.',
    commands: [`docker rm ${aside}`],
  });
}

function wentBack(failure: unknown, { what, wasRunning }: ReplacementRecord): CliError {
  const known = failure instanceof CliError ? failure : undefined;
  const now = wasRunning
    ? 'the former container is back and streams'
    : 'the former container is back, stopped as before';
  return new CliError('replace.rolled-back', `The ${what} did not work; ${now}.`, {
    seen: words(failure),
    needed: `${remedyOf(known)}Files and container are as they were; nothing was lost.`,
    // The log of the new container went with it; its telling lines are above.
    commands: (known?.commands ?? []).filter((command) => !command.startsWith('docker logs')),
    ...(known === undefined ? {} : { who: known.who }),
    cause: failure,
  });
}

/** Without the advice to run `init`, which is for an installation. */
function remedyOf(failure: CliError | undefined): string {
  const text = failure?.needed?.replace(/(, then|\. Then) run init again.*$/s, '.') ?? '';
  return text === '' || /^Run init again/.test(text) ? '' : `${text} `;
}

function noWayBack(failure: unknown, { what, settings }: Replacement): CliError {
  const { container } = facilityNames(settings.facilityId, settings.instance);
  return new CliError(
    NO_WAY_BACK,
    `${container} does not stream with the new password yet, and the former one is taken no more.`,
    {
      seen: words(failure),
      needed: `There is no way back. start goes on with the ${what} once the cause is cured.`,
      commands: [`clinicmaster-cdc start --dir ${settings.dir}`, 'clinicmaster-cdc doctor'],
      cause: failure,
    },
  );
}

function neitherRuns(failure: unknown, trouble: unknown, dir: string): CliError {
  return new CliError('replace.stuck', 'The new container does not stream, and the former one is not back.', {
    seen: `${words(failure)}\nthen: ${words(trouble)}`,
    needed: 'Correct what was seen; start then goes on from here. SQL Server keeps what comes meanwhile.',
    commands: [`clinicmaster-cdc start --dir ${dir}`],
    cause: trouble,
  });
}

function words(failure: unknown): string {
  if (!(failure instanceof CliError)) return failure instanceof Error ? failure.message : String(failure);
  return [failure.message, failure.seen].filter((part) => part !== undefined && part !== '').join('\n');
}
