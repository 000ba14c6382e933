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

export type ClusterView = { clusterId: string; controllerId: number; brokers: AdvertisedBroker[] };

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

/**
 * Questions to the central Kafka, each asked once: no hidden retries, no other broker tried in silence, the cause kept.
 * Connections are reused and closed by {@link close}.
 */
export interface KafkaPort {
  /** Connects and logs in to exactly this broker. */
  login(broker: { host: string; port: number }, signal: AbortSignal): Promise<KafkaAnswer<null>>;
  /** What the first bootstrap broker that answers says of the cluster. */
  cluster(signal: AbortSignal): Promise<KafkaAnswer<ClusterView>>;
  /** Existence and own rights for each name; asking creates nothing. */
  topics(names: readonly string[], signal: AbortSignal): Promise<KafkaAnswer<TopicView[]>>;
  /** Names of existing topics that the principal may describe and that start with the prefix. */
  topicNames(prefix: string, signal: AbortSignal): Promise<KafkaAnswer<string[]>>;
  group(id: string, signal: AbortSignal): Promise<KafkaAnswer<GroupView>>;
  /** Sum of the end offsets of all partitions, by topic: how many records were ever written. Missing topics are left out. */
  endOffsets(topics: readonly string[], signal: AbortSignal): Promise<KafkaAnswer<Record<string, number>>>;
  /** The newest record of a one-partition topic, read without a consumer group; null when there is none. */
  lastRecord(topic: string, signal: AbortSignal): Promise<KafkaAnswer<KafkaRecord | null>>;
  close(): Promise<void>;
}
