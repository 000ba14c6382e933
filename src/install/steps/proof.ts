import type { KafkaAnswer, KafkaPort, KafkaRecord } from '../../adapters/kafka-port.ts';
import { isFirstCopy } from '../../connector/copy-state.ts';
import { type FacilityNames, TOPIC_PREFIX } from '../../connector/names.ts';
import { explainTrace, lastError } from '../../connector/trace.ts';
import { CliError } from '../../errors.ts';
import { spanText } from '../../units.ts';
import type { InstallPorts } from '../deployment.ts';
import { connectorFailed } from '../install-errors.ts';
import type { Step } from '../step.ts';
import { hasFailed } from './connector.ts';

const PAUSE_MS = 2_000;
/** Holds the traces of the last few tries. */
const SILENT_LOG_LINES = 300;
/** Beyond one heartbeat: producer linger, a slow line, the read itself. */
const SLACK_MS = 60_000;
/** A first copy of a large database sends no heartbeat for hours; from then on its own position proves it. */
const COPY_AFTER_MS = 45_000;

/** How long a heartbeat waits for the first rows. */
const FIRST_ROWS_MS = 15_000;

/** What is there to send comes within that, and a first copy has begun. */
const REST_AFTER_MS = 10_000;

/** Steps after which the stream begins anew. */
const RESTARTING = new Set(['container', 'connector', 'running']);

/** What the proof needs to know of the facility. */
export interface Stream {
  names: FacilityNames;
  facilityCode: string;
  database: string;
  heartbeatMs: number;
  /** An earlier run was cut off: it may have restarted something and proven nothing. */
  unproven?: boolean;
  /** Why nothing comes although all is well, in a few words; undefined where there is something to send or nobody can tell. */
  rests(): Promise<string | undefined>;
}

/**
 * The stream is proven: the facility's own Kafka user reads back a heartbeat that is newer than this run, and its
 * topics hold records. (A facility may see the end offsets of data topics; it may not read them.)
 * @param before the newest heartbeat when the run began
 */
export function proofStep(
  stream: Stream,
  before: KafkaRecord | null,
  kafka: KafkaPort,
  ports: InstallPorts,
): Step {
  const { connect, docker, clock, signal } = ports;
  const topic = stream.names.topics.heartbeat;
  const limitMs = stream.heartbeatMs + SLACK_MS;

  const heartbeat = async () => orThrow(await kafka.lastRecord(topic, signal), 'read the heartbeat topic');
  const records = async (): Promise<{ topics: number; records: number }> => {
    const names = await orThrow(
      await kafka.topicNames(`${TOPIC_PREFIX}.${stream.database}.dbo.`, signal),
      'list its topics',
    );
    const ends = Object.values(orThrow(await kafka.endOffsets(names, signal), 'read end offsets'));
    return { topics: ends.length, records: ends.reduce((sum, end) => sum + end, 0) };
  };

  const isCopying = async (): Promise<boolean> => {
    const offsets = (await connect.offsets(stream.names.connector)) ?? [];
    return offsets.some(({ offset }) => isFirstCopy(offset));
  };

  return {
    id: 'stream',
    title: 'Stream proven in Kafka',
    // What an earlier run has proven is proven again only where this run has restarted something; whether the stream
    // is alive today is for the checks to say.
    done: async (steps) => {
      const restarted = steps.some(({ id, outcome }) => RESTARTING.has(id) && outcome === 'changed');
      const last = restarted || stream.unproven === true ? null : await heartbeat();
      if (last === null || before === null) return undefined;
      return `the last heartbeat is ${spanText((clock.now() - last.timestampMs) / 1000)} old`;
    },
    preview: async () => ({ what: 'wait for a heartbeat in Kafka that is newer than this run' }),
    run: async (progress) => {
      const started = clock.now();
      const first = await records();
      for (;;) {
        const last = await heartbeat();
        const now = await records();
        const waited = clock.now() - started;
        // A heartbeat may overtake the first rows; a database without any row sends none.
        const arrived = now.records > 0 || waited > FIRST_ROWS_MS;
        if (last !== null && isNews(last, before) && arrived) {
          checkOwner(last, stream.facilityCode, topic);
          return `heartbeat read back; ${counted(now.topics, 'topic')} with ${counted(now.records, 'record')}`;
        }
        // The data topics are shared: that they grow says nothing unless this connector is copying.
        if (waited > COPY_AFTER_MS && now.records > first.records && (await isCopying())) {
          return `the first copy is under way: ${now.records} records in ${now.topics} topics so far`;
        }
        const rest = waited > REST_AFTER_MS ? await stream.rests() : undefined;
        if (rest !== undefined) return rest;
        const status = await connect.status(stream.names.connector);
        if (status !== undefined && hasFailed(status)) throw connectorFailed(status, stream.names.container);
        if (waited > limitMs) {
          const { container } = stream.names;
          throw silent(topic, limitMs, container, await docker.logs(container, { tail: SILENT_LOG_LINES }));
        }
        progress(`waiting for the first heartbeat; ${now.records} records so far`);
        await clock.sleep(PAUSE_MS, signal);
      }
    },
  };
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

/** By offset and not by time: clocks of container and host may differ. */
function isNews(last: KafkaRecord, before: KafkaRecord | null): boolean {
  return before === null || BigInt(last.offset) > BigInt(before.offset);
}

function checkOwner(record: KafkaRecord, code: string, topic: string): void {
  if (record.key?.includes(JSON.stringify(code))) return;
  throw new CliError(
    'install.heartbeat',
    `The heartbeat in ${topic} does not carry the code of this facility.`,
    {
      seen: `key ${record.key ?? 'none'}`,
      needed: `facility_dhis2_code ${code}. Another facility may use the same FACILITY_ID.`,
      who: 'central-team',
    },
  );
}

/** RUNNING, and yet nothing comes: Debezium tries again and again, and only the log says what it meets. */
function silent(topic: string, ms: number, container: string, log: string): CliError {
  const nothing = `no new record in ${topic} within ${Math.round(ms / 1000)} s`;
  const doctor = ['clinicmaster-cdc doctor', `docker logs --tail 100 ${container}`];
  const error = lastError(log);
  if (error === undefined) {
    return new CliError('install.silent', 'The connector runs, but nothing arrives in Kafka.', {
      seen: nothing,
      needed:
        'Errors in the log tell more, and doctor which part is at fault. Where nothing has changed in the hospital since the ' +
        'capture began, or for longer than changes are kept, there is nothing to send: status then says ' +
        'sql-capture-fresh-unchanged.',
      commands: ['clinicmaster-cdc status', ...doctor],
    });
  }
  const { summary, evidence, remedy, commands, who } = explainTrace(error);
  return new CliError('install.silent', `The connector runs, but nothing arrives in Kafka. ${summary}`, {
    seen: `${nothing}\nin the log: ${evidence}`,
    needed: remedy,
    commands: [...new Set([...commands, ...doctor])],
    who,
  });
}

function orThrow<T>(answer: KafkaAnswer<T>, what: string): T {
  if (answer.ok) return answer.value;
  const { failure } = answer;
  throw new CliError('install.kafka', `Kafka does not let this facility ${what}.`, {
    seen: `${failure.broker}: ${failure.code} ${failure.message}`,
    needed:
      failure.kind === 'not-authorised'
        ? 'An ACL for this Kafka user, as docs/settings.md lists them.'
        : 'A reachable Kafka.',
    commands: ['clinicmaster-cdc doctor'],
    who: failure.kind === 'not-authorised' ? 'central-team' : 'you',
  });
}

/** The newest heartbeat before anything is started; none where the topic is not there yet. */
export async function heartbeatBefore(
  names: FacilityNames,
  kafka: KafkaPort,
  signal: AbortSignal,
): Promise<KafkaRecord | null> {
  const answer = await kafka.lastRecord(names.topics.heartbeat, signal);
  if (answer.ok) return answer.value;
  // A principal that may only create names under its prefix gets "not authorised" for one that does not exist yet.
  if (answer.failure.kind === 'not-found' || answer.failure.kind === 'not-authorised') return null;
  return orThrow(answer, 'read the heartbeat topic');
}
