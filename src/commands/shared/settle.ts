import type { Context } from '../../context.ts';
import { CliError } from '../../errors.ts';
import { FACILITY_COMPOSE, facilityDeployment } from '../../install/facility-deployment.ts';
import { ENV_FILE, loadFacility } from '../../install/facility-folder.ts';
import {
  type ReplacementRecord,
  readRecord,
  removeOrphans,
  sideFile,
} from '../../install/replacement/record.ts';
import type { FacilitySettings } from '../../settings/facility.ts';
import { chosenDir } from './facility.ts';
import { imageRecipe } from './image.ts';
import type { Options } from './module.ts';
import { kafkaTakes, sqlServerTakes } from './new-password.ts';
import { finish, goBack, goForward } from './replace.ts';
import { guardStart } from './start-guard.ts';

/**
 * Finishes or takes back what an `upgrade` or `rotate` that was cut off (power, kill) has left; asks nobody where there is none. To be
 * called before `.env` is read.
 */
export async function settleReplacement(context: Context, options: Options): Promise<void> {
  if (options.dryRun === true) return;
  const dir = await chosenDir(context, options);
  const record = await readRecord(context.files, dir);
  if (record === undefined) await removeOrphans(context.files, dir, [ENV_FILE, FACILITY_COMPOSE]);
  if (record === undefined || record.state === 'kept') return;
  const { what, startedAt, state } = record;
  const when = `${startedAt.slice(0, 16).replace('T', ' ')} UTC`;
  const guarded = (settings: FacilitySettings) =>
    guardStart(settings, options, context, 'start the container');
  if (state === 'proven') {
    context.out.warn(`The ${what} of ${when} was cut off at its end: it is finished now.`);
    await finish(record, dir, context);
  } else if (what === 'rotate' && (await newPasswordsCount(record, dir, context))) {
    context.out.warn(`The ${what} of ${when} was cut off after the password had changed: it goes on now.`);
    await finishRotation(record, dir, context, options, guarded);
  } else {
    context.out.warn(`The ${what} of ${when} was cut off: the former container is put back.`);
    await goBack(record, dir, context, guarded);
  }
}

/**
 * The servers decide: what they take no more cannot be gone back to.
 * @throws CliError when they cannot be asked: the new password, which nobody else may know, is kept until they can
 */
async function newPasswordsCount(record: ReplacementRecord, dir: string, context: Context): Promise<boolean> {
  const before = await settingsWith(record, dir, 'before', context);
  const next = await settingsWith(record, dir, 'next', context);
  if (before === undefined || next === undefined) return false;
  const formerRefusal = await refusalOf(before, context);
  if (formerRefusal === undefined) return false;
  const nextRefusal = await refusalOf(next, context);
  if (nextRefusal === undefined) return true;
  throw new CliError('replace.cannot-tell', 'A rotation was cut off, and neither password works now.', {
    seen: `with the former one: ${formerRefusal}\nwith the new one: ${nextRefusal}`,
    needed: 'A SQL Server and a Kafka that answer. Both passwords are kept until then; nothing was changed.',
    commands: [
      'clinicmaster-cdc doctor --only sql-login,kafka-sasl-auth',
      `clinicmaster-cdc start --dir ${dir}`,
    ],
  });
}

/** Why a server does not take these settings; undefined when both do. */
async function refusalOf(settings: FacilitySettings, context: Context): Promise<string | undefined> {
  const sql = await sqlServerTakes(settings, context);
  if (!sql.ok) return `SQL Server: ${sql.failure.number ?? sql.failure.kind} ${sql.failure.message}`;
  const kafka = await kafkaTakes(settings, context);
  return kafka.ok ? undefined : `Kafka: ${kafka.failure.code} ${kafka.failure.message}`;
}

async function settingsWith(
  record: ReplacementRecord,
  dir: string,
  which: 'before' | 'next',
  context: Context,
): Promise<FacilitySettings | undefined> {
  const { files, version } = context;
  if (!record.files.includes(ENV_FILE)) return undefined;
  const file = await sideFile(files, dir, ENV_FILE, which);
  if (file === undefined) return undefined;
  const read = async (path: string) => (path === file.path ? file.content : files.read(path));
  return loadFacility({ ...files, read }, dir, version);
}

async function finishRotation(
  record: ReplacementRecord,
  dir: string,
  context: Context,
  options: Options,
  guarded: (settings: FacilitySettings) => Promise<void>,
): Promise<void> {
  const { files } = context;
  const settings = await settingsWith(record, dir, 'next', context);
  const next = await sideFile(files, dir, ENV_FILE, 'next');
  if (settings === undefined || next === undefined) return;
  await guarded(settings);
  const recipe = await imageRecipe(options, context);
  const deployment = await facilityDeployment(settings, next.content, recipe, files);
  await goForward(record, settings, deployment, context);
  await finish(record, dir, context);
}
