import type { KafkaAnswer, Refusal } from '../../adapters/kafka-port.ts';
import type { FacilityCheck } from '../context.ts';
import { askKafka } from '../two-views.ts';
import type { Verdict } from '../types.ts';
import { fail, pass, skip, unknown, warn } from '../verdicts.ts';
import { notAnswered } from './not-answered.ts';
import { insufficient, lookAt, type TopicsFacts } from './own-topics.ts';

const ID = 'kafka-clock';

const AHEAD = 'message.timestamp.after.max.ms';
const WARNING_MS = 5000;
const FAILURE_MS = 60_000;

export type ClockFacts = TopicsFacts & {
  /** Null where the topic is not there, or could have stored what must be refused. */
  refusal: KafkaAnswer<Refusal> | null;
  /** This machine's clock when the question was sent, in ms since 1970. */
  sentMs: number;
};

/**
 * The clock of this machine against that of Kafka. No answer of Kafka's says what time it is there, but its refusal of a record
 * from the year 9999 does: it names the times that it would take, up to an hour from now.
 */
export const kafkaClock: FacilityCheck<ClockFacts> = {
  id: ID,
  title: 'The clock agrees with Kafka’s',
  area: 'kafka',
  when: ['after-install', 'daily'],
  needs: ['kafka-advertised'],
  timeoutMs: 8000,
  touches: 'sends two records to the facility’s status topic that Kafka must refuse; nothing is stored',

  async probe(context, signal) {
    const topic = context.names.topics.status;
    const facts = await lookAt(context, [topic], ['cleanup.policy', AHEAD], signal);
    const config = facts.configs.ok ? facts.configs.value[0] : undefined;
    // Two refusals: the time is out of range, and a compacted topic takes no record without a key. Both must be certain.
    const certain = config?.values['cleanup.policy'] === 'compact' && config.values[AHEAD] !== undefined;
    const sentMs = context.clock.now();
    const refusal = certain
      ? await askKafka(context, signal, (kafka) => kafka.refusedTime(topic, signal))
      : null;
    return { ...facts, refusal, sentMs };
  },

  judge(facts, settings) {
    const { topics, configs, refusal, sentMs } = facts;
    if (topics.ok && topics.value[0]?.exists !== true) {
      return skip(`${ID}-no-topic`, 'Not checked: the worker has not made its topics yet.');
    }
    const cannot = insufficient(ID, facts, settings, `cdc.${settings.facilityId}.`);
    if (cannot !== undefined || !configs.ok) return cannot ?? pass('');
    if (refusal === null)
      return noTime('the topic does not refuse with certainty (Kafka before 3.6, or not compact)');
    if (!refusal.ok) return notAnswered(ID, 'what time it is', refusal.failure);
    const kafkaMs = timeIn(refusal.value.message, Number(configs.value[0]?.values[AHEAD]));
    if (kafkaMs === undefined) return noTime(`${refusal.value.code}: ${refusal.value.message ?? 'no words'}`);
    // Kafka read its clock between the question and the answer.
    const uncertainMs = refusal.value.tookMs / 2;
    return judgeDifference(kafkaMs - (sentMs + uncertainMs), uncertainMs);
  },
};

/** The upper end of the range is Kafka's clock and what it allows on top. */
export function timeIn(message: string | null, aheadMs: number): number | undefined {
  const upper = /within \[-?\d+, (\d+)\]/.exec(message ?? '')?.[1];
  return upper === undefined || !Number.isFinite(aheadMs) ? undefined : Number(upper) - aheadMs;
}

function noTime(current: string): Verdict {
  return unknown(`${ID}-not-told`, 'Kafka does not tell its time.', {
    current,
    required: 'Kafka 3.6 or newer, with message.timestamp.after.max.ms at its default',
    remedy: {
      text: 'Compare by hand: this machine’s time with a telephone’s.',
      commands: ['date -u'],
      who: 'you',
    },
  });
}

function judgeDifference(differenceMs: number, uncertainMs: number): Verdict {
  const sure = Math.max(0, Math.abs(differenceMs) - uncertainMs);
  const direction = differenceMs > 0 ? 'behind' : 'ahead of';
  const seconds = (Math.abs(differenceMs) / 1000).toFixed(1);
  const current = `this machine is ${seconds} s ${direction} Kafka`;
  if (sure <= WARNING_MS) return pass('they agree', current);
  const detail = {
    current,
    required: `at most ${WARNING_MS / 1000} s apart`,
    remedy: {
      text:
        'Certificates seem expired or not valid yet, and ages in the reports are wrong. Set this machine’s clock by the ' +
        'network (NTP). If this machine is right, tell the central team.',
      commands: ['timedatectl status', 'sudo timedatectl set-ntp true', 'w32tm /resync   # Windows'],
      who: 'you' as const,
    },
  };
  const summary = `The clocks of this machine and of Kafka differ by ${Math.round(Math.abs(differenceMs) / 1000)} s.`;
  return sure > FAILURE_MS ? fail(`${ID}-wrong`, summary, detail) : warn(`${ID}-off`, summary, detail);
}
