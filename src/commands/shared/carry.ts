import { resolve } from 'node:path';
import type { Command } from 'commander';
import { facilityNames } from '../../connector/names.ts';
import type { Context } from '../../context.ts';
import { CliError, EXIT } from '../../errors.ts';
import { type Carried, carryOver, type KafkaPlace, readCarried } from '../../install/carry.ts';
import { loadFacility, readEnvValues, SEEN_FILE } from '../../install/facility-folder.ts';
import type { FacilitySettings } from '../../settings/facility.ts';
import type { Values } from '../../settings/field.ts';
import { quoted } from '../../shell.ts';
import type { Options } from './module.ts';

/** Adds the flag that goes on under a new code where an old one stopped. */
export function addCarryFlag(command: Command): void {
  command.option(
    '--carry-from <folder>',
    "folder of the same facility under its old code: goes on from that code's position, copies nothing",
  );
}

/** The facility under its old code; undefined where nothing is carried over. @throws CliError (usage) */
export async function carriedFrom(options: Options, context: Context): Promise<FacilitySettings | undefined> {
  if (typeof options.carryFrom !== 'string') return undefined;
  const dir = resolve(context.host.cwd, options.carryFrom);
  return loadFacility(context.files, dir, context.version);
}

/** What belongs to the old code alone, or was for its first copy. */
const NOT_CARRIED = ['FACILITY_DHIS2_CODE', 'FACILITY_ID', 'KAFKA_USER', 'KAFKA_PASS', 'FIRST_COPY_WINDOW'];

/** Answers that the old facility gives for the new one. */
export async function carriedValues({ dir }: FacilitySettings, { files }: Context): Promise<Values> {
  const values = Object.entries((await readEnvValues(files, dir)) ?? {});
  return Object.fromEntries(values.filter(([key]) => !NOT_CARRIED.includes(key)));
}

/** @throws CliError (usage) where old and new do not go together */
export function fitsTogether(old: FacilitySettings, fresh: FacilitySettings): void {
  const odd =
    old.facilityId === fresh.facilityId
      ? `both have the facility id ${old.facilityId}`
      : old.dir === fresh.dir
        ? `both in ${old.dir}`
        : old.database.name.toLowerCase() !== fresh.database.name.toLowerCase()
          ? `databases ${old.database.name} and ${fresh.database.name}`
          : fresh.firstCopyWindow !== ''
            ? 'FIRST_COPY_WINDOW, and the first copy was made long ago'
            : undefined;
  if (odd === undefined) return;
  throw new CliError('carry.unlike', `${old.facilityCode} cannot be carried over to ${fresh.facilityCode}.`, {
    exitCode: EXIT.usage,
    seen: odd,
    needed: 'Another code, another folder, the same database, and no hours for a first copy.',
    commands: ['clinicmaster-cdc init --code NEW --dir NEW_FOLDER --carry-from OLD_FOLDER'],
  });
}

/** A worker that died stays in its group for session.timeout.ms of connect/worker.properties, 60 s. */
const LINGER_MS = 75_000;
const PAUSE_MS = 1000;

/**
 * Carries position and history over to the new code, in Kafka. Before any worker of the new code.
 * @param write false: only looks
 * @throws CliError where the old code still streams, or there is nothing to go on from
 */
export async function carry(
  old: FacilitySettings,
  fresh: FacilitySettings,
  write: boolean,
  context: Context,
): Promise<void> {
  const { files, out, signal } = context;
  const from = {
    names: facilityNames(old.facilityId, old.instance),
    kafka: await context.kafka(old.kafka, `cdc.${old.facilityId}.cli`),
  };
  const to = {
    names: facilityNames(fresh.facilityId, fresh.instance),
    kafka: await context.kafka(fresh.kafka, `cdc.${fresh.facilityId}.cli`),
  };
  const step = out.step(`Position of ${old.facilityCode}, for ${fresh.facilityCode}`);
  try {
    await atRest(from, old, step.update, context);
    const carried = await readCarried(from, fresh.database.name, signal);
    if (!write) return step.succeed(`${said(carried)}; would be carried over`);
    const changed = await carryOver(carried, to, signal);
    // What the checks have seen last tells a restored database from the one that was there.
    const seen = await files.read(`${old.dir}/${SEEN_FILE}`);
    if (changed && seen !== undefined) {
      await files.makeDir(fresh.dir, 0o700);
      await files.writeAtomically(`${fresh.dir}/${SEEN_FILE}`, seen, 0o600);
    }
    if (changed) step.succeed(`carried over: ${said(carried)}`);
    else step.unchanged(said(carried));
  } catch (cause) {
    step.fail();
    throw cause;
  } finally {
    await Promise.allSettled([from.kafka.close(), to.kafka.close()]);
  }
}

function said({ position, history }: Carried): string {
  return `LSN ${position.lsn}, ${history.length} records of history`;
}

/**
 * Waits until nobody works under the old code: its position is the last one then.
 * @throws CliError as soon as a heartbeat comes, or when a worker stays
 */
async function atRest(
  { names, kafka }: KafkaPlace,
  old: FacilitySettings,
  update: (message: string) => void,
  { clock, host, signal }: Context,
): Promise<void> {
  let first: string | undefined;
  for (const began = clock.now(); ; await clock.sleep(PAUSE_MS, signal)) {
    const [group, beat] = await Promise.all([
      kafka.group(names.group, signal),
      kafka.lastRecord(names.topics.heartbeat, signal),
    ]);
    const [member] = group.ok ? group.value.members : [];
    if (group.ok && member === undefined) return;
    const offset = beat.ok ? (beat.value?.offset ?? '') : '';
    first ??= offset;
    const lives = offset !== first;
    if (group.ok && !lives && clock.now() - began < LINGER_MS) {
      update('the old worker is still in its group; one that died is let go within a minute');
      continue;
    }
    const where = `a worker at ${member?.clientHost.replace(/^\//, '')} in group ${names.group}`;
    throw new CliError('carry.still-streaming', `The old code ${old.facilityCode} is not at rest.`, {
      seen: group.ok
        ? `${where}${lives ? ', and a new heartbeat' : ''}`
        : `${group.failure.broker}: ${group.failure.code} ${group.failure.message}`,
      needed: 'The old container stopped, so that its position is the last one. Nothing was changed.',
      commands: [`clinicmaster-cdc stop --dir ${quoted(old.dir, host)}`],
    });
  }
}
