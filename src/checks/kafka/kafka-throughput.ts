import type { Vantage } from '../../adapters/inside-port.ts';
import type { KafkaAnswer, Refusal } from '../../adapters/kafka-port.ts';
import type { SqlAnswer } from '../../adapters/sqlserver-port.ts';
import type { FacilitySettings } from '../../settings/facility.ts';
import { rateText, spanText } from '../../units.ts';
import type { FacilityCheck } from '../context.ts';
import { fromBoth, type TwoViews } from '../two-views.ts';
import type { Verdict } from '../types.ts';
import { fail, pass, skip, unknown, warn } from '../verdicts.ts';
import { bytesPerSecond, type CountedTable, countRows, ROW_BYTES, rowsToCopy } from './copy-time.ts';
import { notAnswered } from './not-answered.ts';

const ID = 'kafka-throughput';

/** Tells a dead line from a slow one before a megabyte is sent over it. */
const FIRST_BYTES = 64 * 1024;
const MANY_BYTES = 1024 * 1024;
/** A line that took longer than this for the first part is measured by it alone. */
const SLOW_MS = 2000;
const NIGHT_H = 10;
const CONTAINER_PART = 0.5;

export type ThroughputFacts = {
  loads: TwoViews<KafkaAnswer<Refusal>>;
  /** Rows of each table; null where SQL Server was not asked or did not tell. */
  rows: SqlAnswer<CountedTable>;
};

/**
 * How fast this line carries records to Kafka, and how long the first copy takes on it. What is sent carries a wrong check sum:
 * Kafka takes it all in, and must refuse it.
 */
export const kafkaThroughput: FacilityCheck<ThroughputFacts> = {
  id: ID,
  title: 'The line carries the first copy',
  area: 'kafka',
  when: ['daily'],
  needs: ['kafka-advertised'],
  timeoutMs: 120_000,
  deep: true,
  touches:
    'sends 1 MiB of random bytes to the facility’s heartbeat topic that Kafka must refuse; nothing is stored',

  async probe(context, signal) {
    const topic = context.names.topics.heartbeat;
    // One after the other: at the same time they would share the line.
    const host = await load(context, topic, signal);
    const loads = await fromBoth(context, signal, (from) =>
      from.kafka === context.kafka ? Promise.resolve(host) : load(from, topic, signal),
    );
    return { loads, rows: await countRows(context, signal) };
  },

  judge({ loads, rows }, settings) {
    const { host, inside } = loads;
    if (!host.ok && host.failure.kind === 'not-found') {
      return skip(`${ID}-no-topic`, 'Not checked: the connector has not made its topics yet.');
    }
    if (!host.ok) return notAnswered(ID, 'anything to a megabyte', host.failure);
    const rate = bytesPerSecond(host.value);
    const insideRate = inside?.ok === true ? bytesPerSecond(inside.value) : undefined;
    const worker = Math.min(rate, insideRate ?? rate);
    const current = [
      `${rateText(rate)} from this machine`,
      ...(insideRate === undefined ? [] : [`${rateText(insideRate)} from inside the container`]),
    ].join(', ');
    if (insideRate !== undefined && insideRate < rate * CONTAINER_PART && insideRate < 1e6) {
      return containerSlow(current);
    }
    return judgeCopy(worker, current, rows, settings);
  },
};

/** The line's speed, by a load that Kafka must refuse: 64 KiB, and a megabyte where that went fast. */
export async function load(
  { kafka }: Pick<Vantage, 'kafka'>,
  topic: string,
  signal: AbortSignal,
): Promise<KafkaAnswer<Refusal>> {
  const first = await kafka.refusedLoad(topic, FIRST_BYTES, signal);
  if (!first.ok || first.value.tookMs > SLOW_MS) return first;
  return kafka.refusedLoad(topic, MANY_BYTES, signal);
}

function judgeCopy(
  rate: number,
  current: string,
  rows: ThroughputFacts['rows'],
  settings: FacilitySettings,
): Verdict {
  if (!rows.ok) {
    return unknown(
      `${ID}-no-rows`,
      `The line carries ${rateText(rate)}; how many rows there are is not known.`,
      {
        current,
        required: 'The number of rows, for an estimate.',
        remedy: {
          text: 'See the check sql-login.',
          commands: ['clinicmaster-cdc doctor --only sql-login'],
          who: 'you',
        },
      },
    );
  }
  const total = rowsToCopy(rows.value, settings.tableIncludeList);
  const seconds = (total * ROW_BYTES) / rate;
  const summary = `${rateText(rate)}: a first copy of ${total} rows takes about ${spanText(Math.max(1, seconds))}`;
  if (seconds <= NIGHT_H * 3600) return pass(summary, current);
  return warn(`${ID}-slow`, `${summary}.`, {
    current,
    required: `at most ${NIGHT_H} hours: one night`,
    remedy: {
      text:
        'Leave out tables that the warehouse does not need, or those with images; start the first copy on a Friday evening. An ' +
        'interruption starts the copy of all tables anew.',
      commands: ["clinicmaster-cdc init --tables 'dbo\\.Visits,dbo\\.Patients'"],
      who: 'you',
    },
  });
}

function containerSlow(current: string): Verdict {
  return fail(`${ID}-inside`, 'The container’s line is much slower than this machine’s.', {
    current,
    required: 'The same speed.',
    remedy: {
      text: 'Usually packets of the container are too large for the VPN and are sent twice. Give its network a smaller packet size.',
      commands: ['clinicmaster-cdc init --mtu 1360'],
      who: 'you',
    },
  });
}
