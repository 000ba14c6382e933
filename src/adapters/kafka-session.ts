import { setTimeout as wait } from 'node:timers/promises';
import type Broker from 'kafkajs/src/broker/index.js';
import { type BrokerPool, brokerPool, type Dial } from './kafka-brokers.ts';
import { type DescribedTopic, describeConfigsRequest } from './kafka-config-requests.ts';
import { type Created, createTopicRequest } from './kafka-create-requests.ts';
import { deleteTopicsRequest } from './kafka-delete-requests.ts';
import type { Exchange } from './kafka-exchange.ts';
import type { GroupView, KafkaAccess } from './kafka-port.ts';
import {
  type DescribedGroup,
  describeGroupsRequest,
  METADATA,
  type MetadataAnswer,
  metadataRequest,
  protocolError,
} from './kafka-requests.ts';

const GROUP_COORDINATOR = 0;
const COORDINATOR_PAUSE_MS = 250;
const COORDINATOR_MOVING = new Set([
  'GROUP_COORDINATOR_NOT_AVAILABLE',
  'GROUP_LOAD_IN_PROGRESS',
  'NOT_COORDINATOR_FOR_GROUP',
]);

/** Connections to one cluster and what it says of itself. Failures are thrown as kafkajs makes them. */
export interface KafkaSession {
  readonly pool: BrokerPool;
  /** The bootstrap address that let us in, or all of them while none has. */
  home(): string;
  /** @param topics names to ask for; all when undefined. Asking creates nothing. */
  metadata(topics: readonly string[] | undefined): Promise<MetadataAnswer>;
  describeGroup(id: string, signal: AbortSignal): Promise<GroupView>;
  /** Asks the broker that keeps a group; again while the cluster moves it. */
  atCoordinator<T>(group: string, signal: AbortSignal, ask: (broker: Broker) => Promise<T>): Promise<T>;
  /** Settings of topics; each answers for itself. */
  describeConfigs(topics: readonly string[], keys: readonly string[]): Promise<DescribedTopic[]>;
  /** Asks the controller for a topic of one partition. */
  createTopic(name: string, settings: Readonly<Record<string, string>>): Promise<Created>;
  /** Asks the controller; each topic answers for itself. */
  deleteTopics(topics: readonly string[]): Promise<{ name: string; errorCode: number }[]>;
  /** One request to one broker. */
  send<T>(broker: Broker, asked: Exchange<T>): Promise<T>;
  /** The same, with the time for which a quota held the answer back. */
  sendNoting<T>(broker: Broker, asked: Exchange<T>): Promise<{ body: T; throttleMs: number }>;
  /** The longest such time of all answers so far. */
  throttledMs(): number;
}

export function kafkaSession(access: KafkaAccess, clientId: string, dial?: Dial): KafkaSession {
  const pool = brokerPool(access, clientId, dial);
  let throttledMs = 0;
  let home: { broker: Broker; address: string } | undefined;

  /** The first bootstrap broker that lets us in; asked again each time while none does. */
  async function anyBroker(): Promise<Broker> {
    home ??= await Promise.any(
      access.brokers.map(async (address) => ({ broker: await pool.at(parseAddress(address)), address })),
    );
    return home.broker;
  }

  async function sendNoting<T>(broker: Broker, { response, ...asked }: Exchange<T>) {
    let throttleMs = 0;
    const decode = async (raw: Buffer) => {
      const decoded = await response.decode(raw);
      throttleMs = decoded.clientSideThrottleTime;
      throttledMs = Math.max(throttledMs, throttleMs);
      return decoded;
    };
    const noting = { ...asked, response: { ...response, decode } };
    const body = await broker.connectionPool.send<T>(noting);
    return { body, throttleMs };
  }

  const send = async <T>(broker: Broker, asked: Exchange<T>): Promise<T> =>
    (await sendNoting(broker, asked)).body;

  async function controller(): Promise<Broker> {
    const view = await send(await anyBroker(), metadataRequest([]));
    const found = view.brokers.find(({ id }) => id === view.controllerId);
    return found === undefined ? anyBroker() : pool.at(found);
  }

  async function coordinatorOf(groupId: string): Promise<Broker> {
    const request = { groupId, coordinatorType: GROUP_COORDINATOR };
    const { coordinator } = await (await anyBroker()).findGroupCoordinator(request);
    return pool.at(coordinator);
  }

  async function atCoordinator<T>(group: string, signal: AbortSignal, ask: (broker: Broker) => Promise<T>) {
    for (;;) {
      try {
        return await ask(await coordinatorOf(group));
      } catch (error) {
        // A cluster makes its coordinator with the first group ever asked for, and moves it when a broker stops.
        if (!COORDINATOR_MOVING.has((error as { type?: string }).type ?? '')) throw error;
        await wait(COORDINATOR_PAUSE_MS, undefined, { signal });
      }
    }
  }

  async function described(broker: Broker, id: string): Promise<GroupView> {
    const [group] = await send<DescribedGroup[]>(broker, describeGroupsRequest(id));
    if (group === undefined) throw new Error(`The broker did not describe the group ${id}.`);
    const { errorCode, ...view } = group;
    if (errorCode !== 0) throw protocolError(errorCode);
    return view;
  }

  return {
    pool,
    send,
    sendNoting,
    throttledMs: () => throttledMs,
    describeConfigs: async (topics, keys) => send(await anyBroker(), describeConfigsRequest(topics, keys)),
    deleteTopics: async (topics) => send(await controller(), deleteTopicsRequest(topics)),
    createTopic: async (name, settings) => send(await controller(), createTopicRequest(name, settings)),
    home: () => home?.address ?? access.brokers.join(','),

    async metadata(topics) {
      const broker = await anyBroker();
      const newest = broker.versions?.[METADATA.apiKey]?.maxVersion ?? 0;
      if (newest < METADATA.apiVersion) throw new Error('The broker is older than Kafka 2.3.');
      return await send(broker, metadataRequest(topics));
    },

    atCoordinator,
    describeGroup: (id, signal) => atCoordinator(id, signal, (broker) => described(broker, id)),
  };
}

/** `host:port`; IPv6 addresses in brackets. */
function parseAddress(address: string): { host: string; port: number } {
  const colon = address.lastIndexOf(':');
  return {
    host: address.slice(0, colon).replace(/^\[|\]$/g, ''),
    port: Number(address.slice(colon + 1)),
  };
}
