import type Broker from 'kafkajs/src/broker/index.js';
import { saslHandshakeRequest } from './kafka-login-requests.ts';
import { leaders } from './kafka-offsets.ts';
import type { Address, BrokerVersions, LargeRequest, Refusal } from './kafka-port.ts';
import { brokenRecords, impossibleRecords, oneRecord, produceRequest } from './kafka-produce-requests.ts';
import { metadataRequest, protocolError } from './kafka-requests.ts';
import type { KafkaSession } from './kafka-session.ts';
import { failureCode } from './network-failure.ts';

const UNSUPPORTED_MECHANISM = 33;
/** Ten packets and more, whatever their size. */
const LARGE_BYTES = 16 * 1024;
/** Kafka takes 249 characters. */
const NAME_CHARS = 240;
/** A line that carried the small request a moment ago has this long for the large one. */
const LARGE_LIMIT_MS = 4000;
/** A megabyte on the poorest line that is worth measuring. */
const LOAD_LIMIT_MS = 60_000;

/** Questions that want a connection of their own: before the login, or such that may leave it unusable. */
async function apart<T>(
  session: KafkaSession,
  address: Address,
  ask: (broker: Broker) => Promise<T>,
): Promise<T> {
  const broker = session.pool.apart(address);
  try {
    return await ask(broker);
  } finally {
    // Not awaited: it waits for answers that are still due, and a black hole never gives any.
    broker.disconnect().catch(() => {});
  }
}

export function versionsOf(session: KafkaSession, address: Address): Promise<BrokerVersions> {
  return apart(session, address, (broker) => broker.apiVersions());
}

export function mechanismsOf(
  session: KafkaSession,
  address: Address,
  mechanism: string,
): Promise<{ code: string | null; offered: string[] }> {
  return apart(session, address, async (broker) => {
    const { errorCode, offered } = await session.send(broker, saslHandshakeRequest(mechanism));
    if (errorCode !== 0 && errorCode !== UNSUPPORTED_MECHANISM) throw protocolError(errorCode);
    return { code: errorCode === 0 ? null : protocolError(errorCode).type, offered };
  });
}

/**
 * @param padding start of topic names that this principal may ask about; the names need not exist
 */
export function largeRequestTo(
  session: KafkaSession,
  address: Address,
  padding: string,
): Promise<LargeRequest> {
  return apart(session, address, async (broker) => {
    await broker.connect();
    const smallMs = await timed(() => session.send(broker, metadataRequest([])));
    const names = paddedNames(padding);
    const bytes = names.reduce((sum, name) => sum + name.length + 2, 0);
    const large = timed(() => session.send(broker, metadataRequest(names)));
    return { smallMs, largeMs: await unlessLate(large, LARGE_LIMIT_MS), bytes };
  });
}

function paddedNames(padding: string): string[] {
  return Array.from({ length: Math.ceil(LARGE_BYTES / (NAME_CHARS + 2)) }, (_, at) =>
    `${padding}packet-size-${at}-`.padEnd(NAME_CHARS, 'x'),
  );
}

export function askedAfterIdle(
  session: KafkaSession,
  address: Address,
  idle: () => Promise<void>,
): Promise<null> {
  return apart(session, address, async (broker) => {
    await broker.connect();
    await idle();
    // kafkajs would connect anew and say nothing of it.
    if (!broker.isConnected())
      throw failureCode('ECONNRESET', 'The connection was closed while it was idle.');
    await session.send(broker, metadataRequest([]));
    return null;
  });
}

export async function refusalOfTime(session: KafkaSession, topic: string): Promise<Refusal> {
  return produced(session, topic, await impossibleRecords());
}

export async function refusalOfLoad(session: KafkaSession, topic: string, bytes: number): Promise<Refusal> {
  return produced(session, topic, await brokenRecords(bytes));
}

/** Writes one record to a one-partition topic and waits for every copy that is in sync. */
export async function recordWritten(
  session: KafkaSession,
  topic: string,
  record: { key: string | null; value: string },
): Promise<null> {
  const { code, message } = await produced(
    session,
    topic,
    await oneRecord(record.key, record.value, Date.now()),
  );
  if (code !== 'NONE') throw Object.assign(new Error(message ?? code), { type: code });
  return null;
}

async function produced(session: KafkaSession, topic: string, records: Buffer): Promise<Refusal> {
  const [led] = await leaders(session, [topic]);
  if (led === undefined) throw protocolError(3);
  const broker = await session.pool.at(led.broker);
  const sentMs = Date.now();
  const started = performance.now();
  const { body, throttleMs } = await session.sendNoting(broker, {
    ...produceRequest(topic, records),
    requestTimeout: LOAD_LIMIT_MS,
  });
  const [answer] = body;
  const errorCode = answer?.errorCode ?? 0;
  return {
    code: errorCode === 0 ? 'NONE' : protocolError(errorCode).type,
    message: answer?.message ?? null,
    sentMs,
    tookMs: Math.round(performance.now() - started),
    bytes: records.length,
    throttleMs,
  };
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return Math.round(performance.now() - started);
}

/** Null when it has not come in time. */
async function unlessLate(work: Promise<number>, limitMs: number): Promise<number | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((settle) => {
    timer = setTimeout(() => settle(null), limitMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
    work.catch(() => {});
  }
}
