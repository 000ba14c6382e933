import type { KafkaAnswer, KafkaRecord } from '../../adapters/kafka-port.ts';
import type { FacilitySettings } from '../../settings/facility.ts';
import type { FacilityCheck } from '../context.ts';
import type { Verdict } from '../types.ts';
import { fail, pass, unknown, warn } from '../verdicts.ts';

const ID = 'heartbeat-fresh';

/** Beyond one heartbeat: the producer's linger, a poor line, clocks that differ a little. */
const SLACK_MS = 60_000;
/** As long as this a silent connector may be copying a large table or waiting for a busy server. */
const SILENT_MS = 15 * 60_000;

export type HeartbeatFacts = {
  topic: string;
  record: KafkaAnswer<KafkaRecord | null>;
  nowMs: number;
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

  async probe({ kafka, names, clock }, signal) {
    const topic = names.topics.heartbeat;
    return { topic, record: await kafka.lastRecord(topic, signal), nowMs: clock.now() };
  },

  judge({ topic, record, nowMs }, settings) {
    if (!record.ok) {
      return unknown(`${ID}-unanswered`, 'Kafka did not hand the heartbeat out.', {
        current: `${record.failure.code} from ${record.failure.broker}: ${record.failure.message}`,
        remedy: {
          text: 'See the check kafka-rights.',
          commands: ['clinicmaster-cdc doctor --only kafka'],
          who: 'central-team',
        },
      });
    }
    if (record.value === null) return none(topic);
    const key = record.value.key ?? '';
    if (!key.includes(JSON.stringify(settings.facilityCode))) return foreign(topic, key, settings);
    return judgeAge(nowMs - record.value.timestampMs, settings.heartbeatIntervalMs, topic);
  },
};

function judgeAge(ageMs: number, intervalMs: number, topic: string): Verdict {
  const current = `${Math.max(0, Math.round(ageMs / 1000))} s old`;
  const required = `at most ${Math.round((2 * intervalMs + SLACK_MS) / 1000)} s`;
  if (ageMs <= 2 * intervalMs + SLACK_MS) return pass(current);
  const remedy = {
    text:
      'Nothing was captured for a while, SQL Server Agent stands still, or the connector is stuck; the checks of SQL Server ' +
      'tell which.',
    commands: ['clinicmaster-cdc doctor --only sqlserver'],
    who: 'you' as const,
  };
  const summary = `The latest heartbeat in ${topic} is ${minutes(ageMs)} old.`;
  return ageMs <= SILENT_MS
    ? warn(`${ID}-late`, summary, { current, required, remedy })
    : fail(`${ID}-silent`, summary, { current, required, remedy });
}

function none(topic: string): Verdict {
  return warn(`${ID}-none`, 'There is no heartbeat yet.', {
    current: `${topic} is empty`,
    required: 'a heartbeat',
    remedy: {
      text:
        'The connector sends the first one after the first copy, and only once SQL Server has captured a change. If this lasts ' +
        'longer than the first copy, look at SQL Server.',
      commands: ['clinicmaster-cdc doctor --only sqlserver'],
      who: 'you',
    },
  });
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

function minutes(ms: number): string {
  const total = Math.round(ms / 60_000);
  return total < 120 ? `${total} minutes` : `${Math.round(total / 60)} hours`;
}
