import type { KafkaPort } from '../../adapters/kafka-port.ts';
import { timeLimit } from '../../checks/time-limit.ts';
import { facilityNames, TOPIC_PREFIX } from '../../connector/names.ts';
import { includes } from '../../connector/table-selection.ts';
import { type Renamed, renameStatements } from '../../connector/warehouse-rename.ts';
import type { Context } from '../../context.ts';
import { CliError } from '../../errors.ts';
import { JOURNAL_FILE } from '../../install/facility-folder.ts';
import type { Step } from '../../install/step.ts';
import type { FacilitySettings } from '../../settings/facility.ts';
import type { MoveEffect } from '../../settings/move-effects.ts';
import { isUp } from './life.ts';

const FACILITY_LABEL = 'org.clinicmaster.cdc.facility';
/** A worker that died stays in its group for session.timeout.ms of connect/worker.properties, 60 s. */
const LINGER_MS = 75_000;
const PAUSE_MS = 1000;
const ANSWER_MS = 8000;

/** Whether one of these steps starts or restarts the connector. What cannot be told counts as yes. */
export async function startsConnector(steps: readonly Step[]): Promise<boolean> {
  const starting = new Set(['container', 'worker', 'connector', 'running']);
  for (const step of steps.filter(({ id }) => starting.has(id))) {
    if ((await step.done([]).catch(() => undefined)) === undefined) return true;
  }
  return false;
}

/**
 * No other container of this machine works for this facility.
 * @throws CliError when one runs; one that stands still is told
 */
export async function soleInstance(settings: FacilitySettings, context: Context): Promise<void> {
  const { container } = facilityNames(settings.facilityId, settings.instance);
  const docker = await context.docker().catch(() => undefined);
  // The checks say what is wrong with Docker.
  if (docker === undefined) return;
  const ours = await docker.containersByLabel({ [FACILITY_LABEL]: settings.facilityCode });
  const others = ours.filter(({ name }) => name !== container);
  const running = others.find(isUp);
  if (running !== undefined) {
    throw new CliError(
      'install.second-instance',
      `This machine works for ${settings.facilityCode} already.`,
      {
        seen: `container ${running.name}, ${running.status}`,
        needed:
          'One container for one facility: two would share position and connector. To manage that one, name its folder or its ' +
          `--instance. To go on as ${container}, remove the other first; its position is in Kafka and stays there.`,
        commands: [`docker rm -f ${running.name}`],
      },
    );
  }
  for (const { name } of others) {
    context.out.warn(`${name} was made for this facility too and stands still. Remove it: docker rm ${name}`);
  }
}

/**
 * Where the facility is new to this machine: waits until a worker elsewhere, which may have died just now, is out of its group
 * and its last heartbeat is two intervals old. Ends early when it lives: the check kafka-group-foreign-member refuses then.
 * @throws CliError when heartbeats go on and no worker is to be seen
 */
export async function oldWorkerGone(settings: FacilitySettings, context: Context): Promise<void> {
  const names = facilityNames(settings.facilityId, settings.instance);
  const own = await (await context.docker().catch(() => undefined))?.container(names.container);
  if (own !== undefined) return;
  const kafka = await context.kafka(settings.kafka, `cdc.${settings.facilityId}.cli`);
  try {
    const known = await context.files.exists(`${settings.dir}/${JOURNAL_FILE}`);
    await quiet(known ? 0 : 2 * settings.heartbeatIntervalMs, settings, kafka, context);
  } finally {
    await kafka.close();
  }
}

async function quiet(
  silenceMs: number,
  settings: FacilitySettings,
  kafka: KafkaPort,
  { clock, out, signal }: Context,
): Promise<void> {
  const names = facilityNames(settings.facilityId, settings.instance);
  const began = clock.now();
  let step: ReturnType<typeof out.step> | undefined;
  let first: string | undefined;
  for (;;) {
    const [group, last] = await inTime(signal, (limit) =>
      Promise.all([kafka.group(names.group, limit), kafka.lastRecord(names.topics.heartbeat, limit)]),
    );
    signal.throwIfAborted();
    // The checks say what is wrong with Kafka.
    if (!group.ok || !last.ok) return step?.warn('Kafka does not answer');
    const [member] = group.value.members;
    const ageMs = last.value === null ? Number.POSITIVE_INFINITY : clock.now() - last.value.timestampMs;
    if (member === undefined && ageMs >= Math.min(silenceMs, LINGER_MS)) return step?.succeed('it is gone');
    step ??= out.step('Worker of before');
    first ??= last.value?.offset ?? '';
    const beats = last.value !== null && last.value.offset !== first;
    const where =
      member === undefined
        ? 'out of its group'
        : `still in its group, at ${member.clientHost.replace(/^\//, '')}`;
    if (beats || clock.now() - began > LINGER_MS) {
      step.fail(beats ? 'it lives: a new heartbeat came' : where);
      if (member === undefined && beats) throw stillBeating(names.topics.heartbeat, settings);
      return;
    }
    step.update(`${where}; a worker that died is let go within a minute`);
    await clock.sleep(PAUSE_MS, signal);
  }
}

/** A Kafka that does not answer is no reason to wait for ever. */
async function inTime<T>(parent: AbortSignal, ask: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const limit = timeLimit(ANSWER_MS, parent);
  try {
    return await ask(limit.signal);
  } finally {
    limit.end();
  }
}

function stillBeating(topic: string, { facilityId }: FacilitySettings): CliError {
  return new CliError('install.still-streaming', `Somebody else streams under the code ${facilityId}.`, {
    seen: `new heartbeats in ${topic}, and no worker in the group of this facility`,
    needed: 'The old container stopped, wherever it is. Nothing was changed.',
    commands: ['docker stop clinicmasterwarehouse   # on the old machine'],
    who: 'central-team',
  });
}

/** Says what each changed setting means for the stream. */
export function sayEffects(effects: readonly MoveEffect[], { out }: Context): void {
  for (const { key, before, after, effect } of effects) out.note(`${key} ${before} → ${after}: ${effect}`);
}

/** What becomes of the facility's old name in the warehouse; undefined when the name stays. */
export async function renamed(
  effects: readonly MoveEffect[],
  settings: FacilitySettings,
  context: Context,
): Promise<Renamed | undefined> {
  const change = effects.find(({ key }) => key === 'FACILITY_NAME');
  if (change === undefined || change.before === '') return undefined;
  const prefix = `${TOPIC_PREFIX}.${settings.database.name}.dbo.`;
  const kafka = await context.kafka(settings.kafka, `cdc.${settings.facilityId}.cli`);
  try {
    const topics = await inTime(context.signal, (limit) => kafka.topicNames(prefix, limit));
    const wanted = includes(settings.tableIncludeList);
    const tables = (topics.ok ? topics.value : [])
      .map((topic) => topic.slice(prefix.length))
      .filter((table) => wanted({ schema: 'dbo', table }));
    const sql = renameStatements(settings.facilityCode, settings.facilityName, tables);
    return { was: change.before, is: change.after, sql };
  } finally {
    await kafka.close();
  }
}
