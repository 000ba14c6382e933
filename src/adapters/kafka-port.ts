import type { Answer } from './answer.ts';

/** Where Kafka is and who asks. */
export interface KafkaAccess {
  /** `host:port` entries. */
  brokers: readonly string[];
  user: string;
  password: string;
  securityProtocol: 'SASL_SSL' | 'SASL_PLAINTEXT' | 'SSL' | 'PLAINTEXT';
  mechanism: 'SCRAM-SHA-256' | 'SCRAM-SHA-512' | 'PLAIN';
  /** PEM text. */
  ca?: string;
}

/** Why a broker did not answer a question. */
export type KafkaFailureKind =
  | 'unreachable'
  | 'timeout'
  | 'tls'
  /** The broker closed the connection without a word: usually the wrong security protocol for that port. */
  | 'closed'
  /** SASL: wrong user or password. */
  | 'login'
  /** SASL: the broker does not offer the mechanism. */
  | 'mechanism'
  /** No ACL allows it. */
  | 'not-authorised'
  | 'not-found'
  | 'other';

export type KafkaFailure = {
  kind: KafkaFailureKind;
  /** Kafka's own word (`GROUP_AUTHORIZATION_FAILED`) or the system's (`ECONNREFUSED`). */
  code: string;
  message: string;
  /** `host:port` that was asked. */
  broker: string;
};

export type KafkaAnswer<T> = Answer<T, KafkaFailure>;

/** A broker as the cluster advertises it: where a client must connect after bootstrap. */
export type AdvertisedBroker = { id: number; host: string; port: number };

export type Address = { host: string; port: number };

export type ClusterView = {
  clusterId: string;
  controllerId: number;
  brokers: AdvertisedBroker[];
  /** Rights of the logged-in principal on the cluster as a whole; a facility has none. */
  operations: KafkaOperation[];
};

/** One partition: who leads it (-1: nobody), how many copies there shall be and how many are up to date. */
export type PartitionView = { partition: number; leader: number; replicas: number; inSync: number };

/** What a principal may do, as the broker itself reports it. */
export type KafkaOperation =
  | 'READ'
  | 'WRITE'
  | 'CREATE'
  | 'DESCRIBE'
  | 'DELETE'
  | 'ALTER'
  | 'DESCRIBE_CONFIGS'
  | 'ALTER_CONFIGS';

export type TopicView = {
  name: string;
  exists: boolean;
  /** Undefined where the broker does not tell (not authorised to describe). */
  partitions?: number;
  /** Empty where the topic does not exist or the broker does not tell. */
  layout: PartitionView[];
  /** Rights of the logged-in principal on this name; empty when it may not even describe it. */
  operations: KafkaOperation[];
};

export type GroupView = {
  id: string;
  /** `Stable`, `PreparingRebalance`, `Empty`, `Dead` (never existed, or gone) … */
  state: string;
  protocolType: string;
  members: GroupMember[];
  operations: KafkaOperation[];
};

export type GroupMember = {
  clientId: string;
  /** The address that the broker sees; behind NAT, the router's. */
  clientHost: string;
  memberId: string;
};

/** One record, as far as a check needs it. Key and value are UTF-8 text, null for a tombstone. */
export type KafkaRecord = { offset: string; timestampMs: number; key: string | null; value: string | null };

/** The end of a topic. `whole`: nothing stands before these records. */
export type Tail = { records: KafkaRecord[]; whole: boolean };

/** One partition: its end, and where a consumer group goes on; `committed` is null where it has stored nothing. */
export type GroupPosition = { topic: string; partition: number; end: number; committed: number | null };

/** One record with what stands around it. Texts as in {@link KafkaRecord}. */
export type WholeRecord = KafkaRecord & { partition: number; headers: Record<string, string> };

/** What a topic holds from some offsets on. `whole`: retention has taken nothing of it yet. */
export type TopicPart = { records: WholeRecord[]; whole: boolean };

/** Settings of one topic; `refused` is Kafka's word where it does not tell them. */
export type TopicConfig = { name: string; values: Record<string, string>; refused: string | null };

/** A small request and one that is larger than any packet, on one connection. Null: the large one got no answer. */
export type LargeRequest = { smallMs: number; largeMs: number | null; bytes: number };

/** What a broker answered to records that it had to refuse. `throttleMs`: held back on account of a quota. */
export type Refusal = {
  code: string;
  /** In Kafka's words; null where it gives none. */
  message: string | null;
  sentMs: number;
  tookMs: number;
  bytes: number;
  throttleMs: number;
};

/** Versions of the requests that a broker speaks, by the number of the request. */
export type BrokerVersions = Record<number, { minVersion: number; maxVersion: number }>;

/**
 * Questions to the central Kafka, each asked once: no hidden retries, no other broker tried in silence, the cause kept.
 * Connections are reused and closed by {@link close}.
 */
export interface KafkaPort {
  /** What the broker speaks; asked before the login. */
  versions(broker: Address, signal: AbortSignal): Promise<KafkaAnswer<BrokerVersions>>;
  /**
   * The login methods that the broker offers; asked before the login.
   * @returns `code` is Kafka's error for the configured method, null where it takes it
   */
  mechanisms(
    broker: Address,
    signal: AbortSignal,
  ): Promise<KafkaAnswer<{ code: string | null; offered: string[] }>>;
  /** Connects and logs in to exactly this broker. */
  login(broker: Address, signal: AbortSignal): Promise<KafkaAnswer<null>>;
  /** Logs in on a connection of its own; asks a small question, then one of 16 KiB with an answer as large. */
  largeRequest(broker: Address, padding: string, signal: AbortSignal): Promise<KafkaAnswer<LargeRequest>>;
  /** Logs in on a connection of its own, leaves it alone while `idle` lasts, then asks again. */
  afterIdle(broker: Address, idle: () => Promise<void>, signal: AbortSignal): Promise<KafkaAnswer<null>>;
  /** What the first bootstrap broker that answers says of the cluster. */
  cluster(signal: AbortSignal): Promise<KafkaAnswer<ClusterView>>;
  /** Existence and own rights for each name; asking creates nothing. */
  topics(names: readonly string[], signal: AbortSignal): Promise<KafkaAnswer<TopicView[]>>;
  /** Settings of existing topics, for the names asked; needs DESCRIBE_CONFIGS on each. */
  configs(
    topics: readonly string[],
    keys: readonly string[],
    signal: AbortSignal,
  ): Promise<KafkaAnswer<TopicConfig[]>>;
  /**
   * Sends a record of the year 9999 and one without a key to a compacted topic: a broker must refuse both, and since 3.6
   * says which times it would take. Nothing is stored.
   */
  refusedTime(topic: string, signal: AbortSignal): Promise<KafkaAnswer<Refusal>>;
  /** Sends random bytes with a wrong check sum: a broker must refuse them when it has them all. Nothing is stored. */
  refusedLoad(topic: string, bytes: number, signal: AbortSignal): Promise<KafkaAnswer<Refusal>>;
  /** The longest time, in ms, for which an answer of this session was held back on account of a quota. */
  throttledMs(): number;
  /** Names of existing topics that the principal may describe and that start with the prefix. */
  topicNames(prefix: string, signal: AbortSignal): Promise<KafkaAnswer<string[]>>;
  group(id: string, signal: AbortSignal): Promise<KafkaAnswer<GroupView>>;
  /** How far a consumer group is in these topics; those that are not there are left out. Needs DESCRIBE on the group. */
  groupPositions(
    group: string,
    topics: readonly string[],
    signal: AbortSignal,
  ): Promise<KafkaAnswer<GroupPosition[]>>;
  /**
   * What a topic holds at this moment from these offsets on, read without a consumer group.
   * @param from by partition; one that is not named is read from its beginning
   */
  recordsFrom(
    topic: string,
    from: Readonly<Record<number, number>>,
    signal: AbortSignal,
  ): Promise<KafkaAnswer<TopicPart>>;
  /** Sum of the end offsets of all partitions, by topic: how many records were ever written. Missing topics are left out. */
  endOffsets(topics: readonly string[], signal: AbortSignal): Promise<KafkaAnswer<Record<string, number>>>;
  /** The newest record of a one-partition topic, read without a consumer group; null when there is none. */
  lastRecord(topic: string, signal: AbortSignal): Promise<KafkaAnswer<KafkaRecord | null>>;
  /** Removes topics and all that they hold, for good. Each answers for itself: `refused` is Kafka's word, null where it is gone. */
  deleteTopics(
    topics: readonly string[],
    signal: AbortSignal,
  ): Promise<KafkaAnswer<{ name: string; refused: string | null }[]>>;
  /**
   * The records at the newest `count` offsets of a one-partition topic, the oldest first, read without a consumer group.
   * None for a topic that is not there.
   */
  newestRecords(topic: string, count: number, signal: AbortSignal): Promise<KafkaAnswer<Tail>>;
  /** Writes one record to a topic of one partition that is there, and waits until every copy in sync has it. */
  append(
    topic: string,
    record: { key: string | null; value: string },
    signal: AbortSignal,
  ): Promise<KafkaAnswer<null>>;
  /** Makes a topic of one partition, with as many copies as the brokers make of their own accord; one that is there stays. */
  createTopic(
    name: string,
    settings: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<KafkaAnswer<null>>;
  close(): Promise<void>;
}
