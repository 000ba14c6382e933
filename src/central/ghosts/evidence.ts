import type { GroupPosition, KafkaAnswer, KafkaFailure, KafkaPort } from '../../adapters/kafka-port.ts';
import { DLQ_TOPIC, SINK_GROUP, TOPIC_PREFIX } from '../../connector/names.ts';
import { OWN_SCHEMA, SIGNAL_TABLE } from '../../connector/own-schema.ts';
import { type KafkaEnds, kafkaEnds, type Mark } from './marks.ts';
import { type Asked, askedCopy, type Letter, lettersOf } from './records.ts';

/** What Kafka tells of a copy. `unknown`: why it does not. */
export interface Evidence {
  /** Records that the sink has not written down as done yet. */
  behind: Told<number>;
  /** Records of the table that were set aside since the mark: of this facility, and such as nobody can tell whose they are. */
  letters: Told<{ own: number; anybodys: number }>;
  /** The copy that the facility has asked for since the mark. */
  asked: Told<Asked>;
}

export type Told<T> = { known: true; value: T } | { known: false; why: string };

/** Topics of the facilities' signals, one for each name of a database. */
const SIGNALS = `.${OWN_SCHEMA}.${SIGNAL_TABLE}`;

/** Topics of a table, one for each name of a database. */
async function tableTopics(
  table: string,
  kafka: KafkaPort,
  signal: AbortSignal,
): Promise<KafkaAnswer<string[]>> {
  const names = await kafka.topicNames(`${TOPIC_PREFIX}.`, signal);
  return names.ok ? { ok: true, value: names.value.filter((name) => tableOf(name) === table) } : names;
}

/** The table that the sink makes of a topic; undefined for other topics. */
export function tableOf(topic: string): string | undefined {
  return new RegExp(`^${TOPIC_PREFIX}\\..*?\\.dbo\\.(.*)$`, 's').exec(topic)?.[1];
}

/** Ends of all that a mark has to remember: signals and dead letters. */
export async function endsForMark(kafka: KafkaPort, signal: AbortSignal): Promise<KafkaAnswer<KafkaEnds>> {
  const names = await kafka.topicNames(`${TOPIC_PREFIX}.`, signal);
  if (!names.ok) return names;
  const topics = [DLQ_TOPIC, ...names.value.filter((name) => name.endsWith(SIGNALS))];
  const positions = await kafka.groupPositions(SINK_GROUP, topics, signal);
  return positions.ok ? { ok: true, value: kafkaEnds(positions.value) } : positions;
}

/** How far the sink is with a table; `committed` in it is what it has written down as done. */
export async function sinkPositions(
  table: string,
  kafka: KafkaPort,
  signal: AbortSignal,
): Promise<KafkaAnswer<GroupPosition[]>> {
  const topics = await tableTopics(table, kafka, signal);
  return topics.ok ? kafka.groupPositions(SINK_GROUP, topics.value, signal) : topics;
}

/**
 * Records up to these ends that the sink has not written down as done. It never writes down those that it has set aside:
 * one at the end of a topic would count for ever.
 */
export function behindOf(
  ends: readonly GroupPosition[],
  now: readonly GroupPosition[],
  aside: readonly Letter[],
): number {
  return ends.reduce((sum, { topic, partition, end }) => {
    const here = (one: { topic: string; partition: number }) =>
      one.topic === topic && one.partition === partition;
    const from = now.find(here)?.committed ?? 0;
    const letters = new Set(
      aside.filter((one) => here(one) && one.offset >= from && one.offset < end).map(({ offset }) => offset),
    );
    return sum + Math.max(0, end - from - letters.size);
  }, 0);
}

/** Asks Kafka for everything that speaks for or against a whole copy. Never rejects. */
export async function evidence(
  mark: Mark,
  table: string,
  kafka: KafkaPort,
  signal: AbortSignal,
): Promise<Evidence> {
  // Letters last: what stood there before the ends were asked for is among them.
  const positions = await sinkPositions(table, kafka, signal);
  const [letters, asked] = await Promise.all([
    lettersSince(mark, table, kafka, signal),
    askedSince(mark, table, kafka, signal),
  ]);
  const aside = letters.known ? letters.value : [];
  const own = aside.filter(({ owner }) => owner === mark.facility).length;
  const anybodys = aside.filter(({ owner }) => owner === null).length;
  return {
    behind: positions.ok
      ? { known: true, value: behindOf(positions.value, positions.value, aside) }
      : unanswered(positions.failure),
    letters: letters.known ? { known: true, value: { own, anybodys } } : letters,
    asked,
  };
}

/** What was set aside of a table since a mark, everybody's. */
export async function lettersSince(
  { kafka: ends }: Mark,
  table: string,
  kafka: KafkaPort,
  signal: AbortSignal,
): Promise<Told<Letter[]>> {
  const now = await kafka.groupPositions(SINK_GROUP, [DLQ_TOPIC], signal);
  if (!now.ok) return unanswered(now.failure);
  const then = ends[DLQ_TOPIC] ?? {};
  // Where none came at all, nobody needs the right to read them.
  if (now.value.every(({ partition, end }) => end === (then[partition] ?? 0)))
    return { known: true, value: [] };
  const part = await kafka.recordsFrom(DLQ_TOPIC, then, signal);
  if (!part.ok) return unanswered(part.failure, `READ on topic ${DLQ_TOPIC}`);
  if (!part.value.whole) return gone(DLQ_TOPIC);
  const letters = lettersOf(part.value.records);
  return { known: true, value: letters.filter(({ topic }) => topic === '' || tableOf(topic) === table) };
}

/** What was set aside of a table and is still kept, everybody's; none where Kafka does not hand it out. */
export async function lettersKept(table: string, kafka: KafkaPort, signal: AbortSignal): Promise<Letter[]> {
  const part = await kafka.recordsFrom(DLQ_TOPIC, {}, signal);
  return part.ok ? lettersOf(part.value.records).filter(({ topic }) => tableOf(topic) === table) : [];
}

async function askedSince(
  { facility, kafka: ends }: Mark,
  table: string,
  kafka: KafkaPort,
  signal: AbortSignal,
): Promise<Evidence['asked']> {
  const names = await kafka.topicNames(`${TOPIC_PREFIX}.`, signal);
  if (!names.ok) return unanswered(names.failure);
  const records = [];
  for (const topic of names.value.filter((name) => name.endsWith(SIGNALS))) {
    const part = await kafka.recordsFrom(topic, ends[topic] ?? {}, signal);
    if (!part.ok) return unanswered(part.failure);
    if (!part.value.whole) return gone(topic);
    records.push(...part.value.records);
  }
  return { known: true, value: askedCopy(records, facility, table) };
}

function gone(topic: string): { known: false; why: string } {
  return { known: false, why: `Kafka does not keep all of ${topic} since the mark` };
}

function unanswered(
  { broker, code, message, kind }: KafkaFailure,
  right?: string,
): { known: false; why: string } {
  const lacking = kind === 'not-authorised' && right !== undefined ? `; ${right} is missing` : '';
  return { known: false, why: `${broker}: ${code} ${message}${lacking}` };
}
