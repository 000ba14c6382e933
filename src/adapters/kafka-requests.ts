import type Decoder from 'kafkajs/src/protocol/decoder.js';
import Encoder from 'kafkajs/src/protocol/encoder.js';
import { createErrorFromCode } from 'kafkajs/src/protocol/error.js';
import { exchange } from './kafka-exchange.ts';
import type { AdvertisedBroker, GroupMember, KafkaOperation, PartitionView } from './kafka-port.ts';

/**
 * Two requests in versions that kafkajs does not speak. From these versions on (KIP-430, brokers since 2.3) the answer says
 * what the logged-in principal may do, so that rights are known without trying anything out.
 */
export const METADATA = { apiKey: 3, apiVersion: 8 } as const;
const DESCRIBE_GROUPS = { apiKey: 15, apiVersion: 3 } as const;

/** Not found, as opposed to not allowed: the principal may describe the name, and no such topic exists. */
export const UNKNOWN_TOPIC = 3;

export interface MetadataAnswer {
  brokers: AdvertisedBroker[];
  clusterId: string;
  controllerId: number;
  /** Rights on the cluster as a whole: CREATE here allows every topic. */
  operations: KafkaOperation[];
  topics: {
    errorCode: number;
    name: string;
    layout: PartitionView[];
    operations: KafkaOperation[];
  }[];
}

export interface DescribedGroup {
  errorCode: number;
  id: string;
  state: string;
  protocolType: string;
  members: GroupMember[];
  operations: KafkaOperation[];
}

/** @param topics names to ask for; all that the principal may describe when undefined */
export function metadataRequest(topics: readonly string[] | undefined) {
  return exchange(
    METADATA,
    'Metadata',
    () => {
      const body = new Encoder();
      // kafkajs writes an empty list as null, which asks for all topics; that is meant only when none was given.
      if (topics === undefined) body.writeNullableArray([]);
      else body.writeArray(topics);
      const [createMissing, clusterRights, topicRights] = [false, true, true];
      return body.writeBoolean(createMissing).writeBoolean(clusterRights).writeBoolean(topicRights);
    },
    readMetadata,
  );
}

export function describeGroupsRequest(id: string) {
  return exchange(
    DESCRIBE_GROUPS,
    'DescribeGroups',
    () => new Encoder().writeArray([id]).writeBoolean(true),
    readGroups,
  );
}

function readMetadata(decoder: Decoder): MetadataAnswer {
  const brokers = decoder.readArray((broker) => {
    const entry = { id: broker.readInt32(), host: broker.readString() ?? '', port: broker.readInt32() };
    broker.readString(); // rack
    return entry;
  });
  const clusterId = decoder.readString() ?? '';
  const controllerId = decoder.readInt32();
  const topics = decoder.readArray(readTopic);
  return { brokers, clusterId, controllerId, topics, operations: operations(decoder.readInt32()) };
}

function readTopic(decoder: Decoder): MetadataAnswer['topics'][number] {
  const errorCode = decoder.readInt16();
  const name = decoder.readString() ?? '';
  decoder.readBoolean(); // internal
  const layout = decoder.readArray((partition) => {
    partition.readInt16(); // error
    const entry = { partition: partition.readInt32(), leader: partition.readInt32() };
    partition.readInt32(); // leader epoch
    const [replicas, inSync] = [ids(partition).length, ids(partition).length];
    ids(partition); // offline replicas
    return { ...entry, replicas, inSync };
  });
  return { errorCode, name, layout, operations: operations(decoder.readInt32()) };
}

function ids(decoder: Decoder): number[] {
  return decoder.readArray((id) => id.readInt32());
}

function readGroups(decoder: Decoder): DescribedGroup[] {
  return decoder.readArray((group) => {
    const errorCode = group.readInt16();
    const id = group.readString() ?? '';
    const state = group.readString() ?? '';
    const protocolType = group.readString() ?? '';
    group.readString(); // protocol
    const members = group.readArray((member) => {
      const entry = {
        memberId: member.readString() ?? '',
        clientId: member.readString() ?? '',
        clientHost: member.readString() ?? '',
      };
      member.readBytes(); // metadata
      member.readBytes(); // assignment
      return entry;
    });
    return { errorCode, id, state, protocolType, members, operations: operations(group.readInt32()) };
  });
}

/** Kafka's numbers of the operations that a check may ask about (org.apache.kafka.common.acl.AclOperation). */
const OPERATION_BITS: readonly [number, KafkaOperation][] = [
  [3, 'READ'],
  [4, 'WRITE'],
  [5, 'CREATE'],
  [6, 'DELETE'],
  [7, 'ALTER'],
  [8, 'DESCRIBE'],
  [10, 'DESCRIBE_CONFIGS'],
  [11, 'ALTER_CONFIGS'],
];

/** Kafka's bit field of allowed operations; its lowest number means "not told". */
export function operations(bits: number): KafkaOperation[] {
  if (bits === -2_147_483_648) return [];
  return OPERATION_BITS.filter(([bit]) => (bits & (1 << bit)) !== 0).map(([, name]) => name);
}

/** Kafka's error for a response's code. */
export function protocolError(code: number): Error & { type: string } {
  return createErrorFromCode(code);
}
