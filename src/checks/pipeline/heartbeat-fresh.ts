import type { KafkaAnswer, KafkaRecord } from '../../adapters/kafka-port.ts';
import { facilityNames } from '../../connector/names.ts';
import { explainTrace, lastError } from '../../connector/trace.ts';
import type { FacilitySettings } from '../../settings/facility.ts';
import { spanText } from '../../units.ts';
import type { CheckContext, FacilityCheck } from '../context.ts';
import type { Remedy, Verdict } from '../types.ts';
import { fail, pass, unknown, warn } from '../verdicts.ts';

const ID = 'heartbeat-fresh';

/** Beyond one heartbeat: the producer's linger, a poor line, clocks that differ a little. */
const SLACK_MS = 60_000;
/** As long as this a silent connector may be copying a large table or waiting for a busy server. */
const SILENT_MS = 15 * 60_000;
/** Errors older than this may be cured; one that lasts comes back every ten seconds. */
const LOG_MS = 3 * 60_000;
const LOG_LINES = 1000;

export type HeartbeatFacts = {
  topic: string;
  record: KafkaAnswer<KafkaRecord | null>;
  nowMs: number;
  /** ISO 8601; null when the container is not there or Docker does not answer. */
  startedAt: string | null;
  /** The last error in the worker's log of the last minutes, with its trace; null when there is none. */
  error: string | null;
};

/**
 * The connector's latest sign of life, read back from Kafka. It tells what RUNNING does not: that it reads SQL Server and
 * that Kafka takes what it sends.
 */
export const heartbeatFresh: FacilityCheck<HeartbeatFacts> = {
  id: ID,
  title: 'The latest heartbeat is fresh',
  area: 'pipeline',
  when: ['after-install', 'daily'],
  // Not the connector's state: when that has failed, the last heartbeat says since when.
  needs: ['kafka-advertised'],
  timeoutMs: 8000,

  async probe(context, signal) {
    const { kafka, names, clock } = context;
    const topic = names.topics.heartbeat;
    const record = await kafka.lastRecord(topic, signal);
    return { topic, record, nowMs: clock.now(), ...(await container(context)) };
  },

  judge(facts, settings) {
    const { topic, record, nowMs } = facts;
    if (!record.ok) {
      return unknown(`${ID}-unanswered`, 'Kafka did not hand the heartbeat out.', {
        current: `${record.failure.code} from ${record.failure.broker}: ${record.failure.message}`,
        remedy: {
          text: 'See the check kafka-acl.',
          commands: ['clinicmaster-cdc doctor --only kafka'],
          who: 'central-team',
        },
      });
    }
    if (record.value === null) return none(facts, settings);
    const key = record.value.key ?? '';
    if (!key.includes(JSON.stringify(settings.facilityCode))) return foreign(topic, key, settings);
    return judgeAge(nowMs - record.value.timestampMs, settings.heartbeatIntervalMs, facts);
  },
};

/** The running container of this installation: since when, and what it complained about lately. */
async function container({ docker, names, clock }: CheckContext) {
  try {
    const engine = await docker();
    const found = await engine.container(names.container);
    if (found === undefined) return { startedAt: null, error: null };
    const since = Math.floor((clock.now() - LOG_MS) / 1000);
    const log = await engine.logs(names.container, { tail: LOG_LINES, sinceSeconds: since });
    return { startedAt: found.startedAt, error: lastError(log) ?? null };
  } catch {
    // The check of Docker itself says why.
    return { startedAt: null, error: null };
  }
}

function judgeAge(ageMs: number, intervalMs: number, facts: HeartbeatFacts): Verdict {
  const current = `${Math.max(0, Math.round(ageMs / 1000))} s old`;
  const required = `at most ${Math.round((2 * intervalMs + SLACK_MS) / 1000)} s`;
  if (ageMs <= 2 * intervalMs + SLACK_MS) return pass(current);
  const summary = `The latest heartbeat in ${facts.topic} is ${spanText(ageMs / 1000)} old.`;
  if (facts.error !== null) return complaining(summary, current, required, facts.error);
  const remedy: Remedy = {
    text:
      'Nothing was captured for a while, SQL Server Agent stands still, or the connector is stuck; the checks of SQL Server ' +
      'tell which.',
    commands: ['clinicmaster-cdc doctor --only sqlserver'],
    who: 'you',
  };
  return ageMs <= SILENT_MS
    ? warn(`${ID}-late`, summary, { current, required, remedy })
    : fail(`${ID}-silent`, summary, { current, required, remedy });
}

/** Silence with a reason in the log: the task says RUNNING, because Debezium tries again without end. */
function complaining(summary: string, current: string, required: string, trace: string): Verdict {
  const error = explainTrace(trace);
  return fail(`${ID}-${error.code}`, `${summary} ${error.summary}`, {
    current: `${current}; in the log: ${error.evidence}`,
    required,
    remedy: { text: error.remedy, commands: error.commands, who: error.who },
  });
}

function none(facts: HeartbeatFacts, settings: FacilitySettings): Verdict {
  const current = `${facts.topic} is empty`;
  const required = 'a heartbeat';
  const summary = 'There is no heartbeat yet.';
  if (facts.error !== null) return complaining(summary, current, required, facts.error);
  const runsMs = facts.startedAt === null ? 0 : facts.nowMs - Date.parse(facts.startedAt);
  const remedy: Remedy = {
    text:
      'The connector sends the first one after the first copy, and only once SQL Server has captured a change. If this lasts ' +
      'longer than the first copy, look at SQL Server.',
    commands: [
      'clinicmaster-cdc doctor --only sqlserver',
      `docker logs --tail 100 ${containerName(settings)}`,
    ],
    who: 'you',
  };
  return warn(`${ID}-none`, summary, {
    current: `${current}; the container has been running for ${spanText(runsMs / 1000)}`,
    required,
    remedy,
  });
}

function containerName({ facilityId, instance }: FacilitySettings): string {
  return facilityNames(facilityId, instance).container;
}

function foreign(topic: string, key: string, settings: FacilitySettings): Verdict {
  return fail(`${ID}-foreign`, 'The heartbeat carries the code of another facility.', {
    current: `key ${key}`,
    required: `facility_dhis2_code ${settings.facilityCode}`,
    remedy: {
      text: `Another facility uses the id ${settings.facilityId} (topic ${topic}). Stop this one and tell the central team.`,
      who: 'central-team',
    },
  });
}
