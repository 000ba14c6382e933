import type { KafkaAnswer, KafkaPort, KafkaRecord } from '../adapters/kafka-port.ts';
import { outstanding } from '../connector/copy-state.ts';
import type { FacilityNames } from '../connector/names.ts';
import { positionsIn, type StoredPosition } from '../connector/stored-position.ts';
import { CliError } from '../errors.ts';

/** One facility's place in Kafka, and the login that may use it. */
export interface KafkaPlace {
  names: FacilityNames;
  kafka: KafkaPort;
}

/** What a facility leaves in Kafka that another code can go on with. */
export interface Carried {
  position: StoredPosition;
  /** As Connect stores it. */
  offset: { partition: Record<string, string>; value: string };
  /** The history of the tables, in its order. */
  history: { key: string | null; value: string }[];
}

const ALL = Number.MAX_SAFE_INTEGER;
/** As Connect and Debezium make them. */
const OFFSETS_SETTINGS = { 'cleanup.policy': 'compact' };
const HISTORY_SETTINGS = { 'cleanup.policy': 'delete', 'retention.ms': '-1', 'retention.bytes': '-1' };

/**
 * Reads what the old code leaves. Nothing is written.
 * @throws CliError where there is nothing to go on with, or a copy is not over
 */
export async function readCarried(
  { names, kafka }: KafkaPlace,
  database: string,
  signal: AbortSignal,
): Promise<Carried> {
  const offsets = await whole(names.topics.offsets, kafka, signal);
  const position = positionsIn(offsets, names.connector).find(
    (one) => one.database.toLowerCase() === database.toLowerCase(),
  );
  if (position === undefined || position.lsn === null || position.copying) {
    throw nothing(names.topics.offsets, database, position);
  }
  const copies = outstanding(position.offset);
  if (copies.length > 0) {
    throw new CliError('carry.copy-under-way', 'A copy is under way under the old code.', {
      seen: `not copied yet: ${copies.join(', ')}`,
      needed: 'The end of the copy, or its stop. Nothing was changed.',
      commands: ['clinicmaster-cdc start', 'clinicmaster-cdc snapshot --follow'],
    });
  }
  const history = (await whole(names.topics.schemaHistory, kafka, signal)).flatMap(({ key, value }) =>
    value === null ? [] : [{ key, value }],
  );
  if (history.length === 0) {
    throw new CliError(
      'carry.no-history',
      `The history of the tables is gone from ${names.topics.schemaHistory}.`,
      {
        needed: 'A facility that can go on under its old code. Mend that first, then carry it over.',
        commands: ['clinicmaster-cdc doctor --only kafka-history-config'],
      },
    );
  }
  const { partition, offset } = position;
  return { position, offset: { partition, value: JSON.stringify(offset) }, history };
}

/**
 * Puts it under the new code, before any worker of that code exists: first the history, then the position, which counts.
 * Cut off and run again, it goes on where it was.
 * @returns false where it stood there already
 * @throws CliError where the new code has a life of its own
 */
export async function carryOver(
  carried: Carried,
  { names, kafka }: KafkaPlace,
  signal: AbortSignal,
): Promise<boolean> {
  const { offsets, schemaHistory } = names.topics;
  const there = positionsIn(await whole(offsets, kafka, signal), names.connector);
  const history = await whole(schemaHistory, kafka, signal);
  const begun = history.every(({ value }, at) => value === carried.history[at]?.value);
  if (there.length > 0) {
    if (begun && there.some(({ offset }) => JSON.stringify(offset) === carried.offset.value)) return false;
    throw lived(names, `a position of its own in ${offsets}`);
  }
  if (!begun) throw lived(names, `a history of its own in ${schemaHistory}`);
  await done(kafka.createTopic(schemaHistory, HISTORY_SETTINGS, signal), schemaHistory);
  for (const record of carried.history.slice(history.length)) {
    await done(kafka.append(schemaHistory, record, signal), schemaHistory);
  }
  await done(kafka.createTopic(offsets, OFFSETS_SETTINGS, signal), offsets);
  const key = JSON.stringify([names.connector, carried.offset.partition]);
  await done(kafka.append(offsets, { key, value: carried.offset.value }, signal), offsets);
  return true;
}

async function whole(topic: string, kafka: KafkaPort, signal: AbortSignal): Promise<KafkaRecord[]> {
  const tail = await kafka.newestRecords(topic, ALL, signal);
  if (!tail.ok && tail.failure.kind === 'not-found') return [];
  return (await done(Promise.resolve(tail), topic)).records;
}

async function done<T>(asked: Promise<KafkaAnswer<T>>, topic: string): Promise<T> {
  const answer = await asked;
  if (answer.ok) return answer.value;
  const { broker, code, message } = answer.failure;
  throw new CliError('carry.kafka', `Kafka did not do what was asked of ${topic}.`, {
    seen: `${broker}: ${code} ${message}`,
    needed:
      'A Kafka that answers, with the rights of a facility for either user. The same command goes on where it stopped.',
    who: 'central-team',
  });
}

function nothing(topic: string, database: string, position: StoredPosition | undefined): CliError {
  const seen =
    position === undefined
      ? `no position of ${database} in ${topic}`
      : 'a first copy that is not complete, which begins anew in any case';
  return new CliError('carry.no-position', 'The old code has no position to go on from.', {
    seen,
    needed:
      'A facility that has streamed this database under its old code. Without one: init without --carry-from.',
  });
}

function lived({ connector }: FacilityNames, seen: string): CliError {
  return new CliError('carry.new-code-lived', `${connector} has streamed under the new code already.`, {
    seen,
    needed: 'A new code that has never streamed. Where it goes on from there, leave --carry-from out.',
    who: 'central-team',
  });
}
