import { describe, expect, it } from 'vitest';
import type {
  KafkaFailureKind,
  KafkaOperation,
  Refusal,
  TopicConfig,
  TopicView,
} from '../../../src/adapters/kafka-port.ts';
import { kafkaClock, timeIn } from '../../../src/checks/kafka/kafka-clock.ts';
import { kafkaDataTopics } from '../../../src/checks/kafka/kafka-data-topics.ts';
import { kafkaHistoryConfig } from '../../../src/checks/kafka/kafka-history-config.ts';
import { kafkaInternalPartitions } from '../../../src/checks/kafka/kafka-internal-partitions.ts';
import { kafkaInternalTopics } from '../../../src/checks/kafka/kafka-internal-topics.ts';
import { kafkaLeaders } from '../../../src/checks/kafka/kafka-leaders.ts';
import { kafkaMessageSize } from '../../../src/checks/kafka/kafka-message-size.ts';
import { kafkaMetadata } from '../../../src/checks/kafka/kafka-metadata.ts';
import { kafkaPrincipal } from '../../../src/checks/kafka/kafka-principal.ts';
import { kafkaQuota } from '../../../src/checks/kafka/kafka-quota.ts';
import { kafkaReplication } from '../../../src/checks/kafka/kafka-replication.ts';
import { kafkaThroughput } from '../../../src/checks/kafka/kafka-throughput.ts';
import { facility, gist, judge } from './fixtures.ts';

const B1 = 'kafka-1.example.org:9093';
const ID = facility().facilityId;
const DATA = 'clinicmasterwarehouse-sqlserver.ClinicMasterMOH.dbo';

const ok = <T>(value: T) => ({ ok: true as const, value });
const fault = (kind: KafkaFailureKind) => ({
  ok: false as const,
  failure: { kind, code: `K-${kind}`, message: 'broker text', broker: B1 },
});
const sqlFault = { ok: false as const, failure: { kind: 'timeout' as const, message: 'late' } };

const own = (end: string) => `cdc.${ID}.${end}`;
const topic = (name: string, changes: Partial<TopicView> = {}): TopicView => ({
  name,
  exists: true,
  partitions: 1,
  layout: [{ partition: 0, leader: 1, replicas: 3, inSync: 3 }],
  operations: ['READ', 'WRITE', 'CREATE', 'DESCRIBE', 'DESCRIBE_CONFIGS'],
  ...changes,
});
const absent = (name: string, operations: KafkaOperation[] = ['CREATE']) =>
  topic(name, { exists: false, partitions: 0, layout: [], operations });
const config = (name: string, values: Record<string, string>): TopicConfig => ({
  name,
  values,
  refused: null,
});
const closed = (name: string): TopicConfig => ({ name, values: {}, refused: 'TOPIC_AUTHORIZATION_FAILED' });
const broker = (id: number) => ({ id, host: `kafka-${id}.example.org`, port: 9093 });
const cluster = (brokers = 3, changes = {}) =>
  ok({
    clusterId: 'Abc',
    controllerId: 1,
    brokers: Array.from({ length: brokers }, (_, at) => broker(at + 1)),
    operations: [] as KafkaOperation[],
    ...changes,
  });

describe('kafka-metadata', () => {
  const oneAddress = facility({ kafka: { ...facility().kafka, brokers: [B1] } });
  it.each([
    ['the worker’s cluster', { cluster: cluster(), worker: 'Abc' }, 'pass ok'],
    ['no worker yet', { cluster: cluster(), worker: null }, 'pass ok'],
    [
      'another cluster',
      { cluster: cluster(), worker: 'Xyz' },
      'fail kafka-metadata-other-cluster central-team',
    ],
    [
      'no controller',
      { cluster: cluster(3, { controllerId: -1 }), worker: null },
      'warn kafka-metadata-no-controller central-team',
    ],
    [
      'no answer',
      { cluster: fault('timeout'), worker: null },
      'unknown kafka-metadata-unanswered central-team',
    ],
  ])('%s', (_, facts, expected) => {
    expect(gist(judge(kafkaMetadata, facts))).toBe(expected);
  });
  it('asks for a second address only where there is a second broker', () => {
    const verdict = judge(kafkaMetadata, { cluster: cluster(3), worker: null }, oneAddress);
    expect(gist(verdict)).toBe('warn kafka-metadata-one-address you');
    expect(verdict.remedy?.commands?.[0]).toContain('kafka-1.example.org:9093,kafka-2.example.org:9093');
    expect(gist(judge(kafkaMetadata, { cluster: cluster(1), worker: null }, oneAddress))).toBe('pass ok');
  });
});

describe('kafka-principal', () => {
  const rights = (foreign: KafkaOperation[], data: KafkaOperation[], onCluster: KafkaOperation[] = []) => ({
    cluster: cluster(1, { operations: onCluster }),
    topics: ok([absent(`cdc.${ID}-another.offsets`, foreign), absent(`${DATA}.cdc_rights_sample`, data)]),
  });
  it.each([
    ['a facility’s own', rights([], ['WRITE', 'CREATE', 'DESCRIBE']), 'pass ok'],
    ['one for all', rights(['READ', 'WRITE'], []), 'warn kafka-principal-shared central-team'],
    ['a reader of data', rights([], ['READ', 'WRITE']), 'warn kafka-principal-reads-data central-team'],
    [
      'an administrator',
      rights(['READ'], ['READ'], ['ALTER']),
      'warn kafka-principal-administrator central-team',
    ],
    [
      'nobody knows',
      { cluster: cluster(), topics: fault('timeout') },
      'unknown kafka-principal-unanswered central-team',
    ],
  ])('%s', (_, facts, expected) => {
    expect(gist(judge(kafkaPrincipal, facts))).toBe(expected);
  });
});

describe('kafka-internal-topics', () => {
  const names = ['configs', 'offsets', 'status'].map(own);
  const facts = (policy: string) => ({
    topics: ok(names.map((name) => topic(name))),
    configs: ok(names.map((name) => config(name, { 'cleanup.policy': policy }))),
  });
  it.each([
    ['compact', 'pass ok'],
    ['delete', 'fail kafka-internal-topics-policy central-team'],
    ['compact,delete', 'fail kafka-internal-topics-policy central-team'],
  ])('%s', (policy, expected) => {
    expect(gist(judge(kafkaInternalTopics, facts(policy)))).toBe(expected);
  });
  it('prints a line for each topic', () => {
    expect(judge(kafkaInternalTopics, facts('delete')).remedy?.commands).toHaveLength(3);
    expect(judge(kafkaInternalTopics, facts('delete')).remedy?.commands?.[0]).toBe(
      `kafka-configs.sh --bootstrap-server ${B1} --command-config admin.properties --alter --entity-type topics ` +
        `--entity-name '${own('configs')}' --add-config cleanup.policy=compact`,
    );
  });
  it('passes before they are made', () => {
    expect(
      gist(judge(kafkaInternalTopics, { topics: ok(names.map((name) => absent(name))), configs: ok([]) })),
    ).toBe('pass ok');
  });
  it('cannot tell without the right to look, and names the line that gives it', () => {
    const verdict = judge(kafkaInternalTopics, {
      ...facts('compact'),
      configs: ok([closed(own('configs'))]),
    });
    expect(gist(verdict)).toBe('unknown kafka-internal-topics-no-right central-team');
    expect(verdict.remedy?.commands?.[0]).toContain(
      `--operation DescribeConfigs --topic 'cdc.${ID}.' --resource-pattern-type prefixed`,
    );
  });
  it('cannot tell without an answer', () => {
    expect(gist(judge(kafkaInternalTopics, { ...facts('compact'), configs: fault('timeout') }))).toBe(
      'unknown kafka-internal-topics-unanswered central-team',
    );
  });
});

describe('kafka-internal-partitions', () => {
  const facts = (...topics: TopicView[]) => ({ topics: ok(topics) });
  it.each([
    ['one each', facts(topic(own('configs')), topic(own('offsets'))), 'pass ok'],
    ['not made yet', facts(absent(own('configs'))), 'pass ok'],
    [
      'a split configuration',
      facts(topic(own('configs'), { partitions: 3 })),
      'fail kafka-internal-partitions-configs central-team',
    ],
    [
      'Connect’s usual 25',
      facts(topic(own('configs')), topic(own('offsets'), { partitions: 25 })),
      'warn kafka-internal-partitions-many central-team',
    ],
    ['no answer', { topics: fault('timeout') }, 'unknown kafka-internal-partitions-unanswered central-team'],
  ])('%s', (_, given, expected) => {
    expect(gist(judge(kafkaInternalPartitions, given))).toBe(expected);
  });
});

describe('kafka-replication', () => {
  const name = own('offsets');
  const facts = (brokers: number, replicas: number, least: string) => ({
    cluster: cluster(brokers),
    topics: ok([topic(name, { layout: [{ partition: 0, leader: 1, replicas, inSync: replicas }] })]),
    configs: ok([config(name, { 'min.insync.replicas': least })]),
  });
  it.each([
    ['three of three', facts(3, 3, '2'), 'pass ok'],
    ['one broker, one copy', facts(1, 1, '1'), 'pass ok'],
    ['one of three', facts(3, 1, '1'), 'warn kafka-replication-few central-team'],
    ['two of two', facts(2, 2, '1'), 'pass ok'],
    ['one suffices', facts(3, 3, '1'), 'warn kafka-replication-one-suffices central-team'],
    ['more wanted than there are', facts(1, 1, '2'), 'fail kafka-replication-never central-team'],
    [
      'no right to look',
      { ...facts(3, 3, '2'), configs: ok([closed(name)]) },
      'unknown kafka-replication-no-right central-team',
    ],
    [
      'no answer',
      { ...facts(3, 3, '2'), topics: fault('timeout') },
      'unknown kafka-replication-unanswered central-team',
    ],
  ])('%s', (_, given, expected) => {
    expect(gist(judge(kafkaReplication, given))).toBe(expected);
  });
});

describe('kafka-history-config', () => {
  const name = own('schema-history');
  const kept = { 'cleanup.policy': 'delete', 'retention.ms': '-1', 'retention.bytes': '-1' };
  const facts = (values: Record<string, string>, partitions = 1) => ({
    topics: ok([topic(name, { partitions })]),
    configs: ok([config(name, { ...kept, ...values })]),
  });
  it.each([
    ['for ever', facts({}), 'pass ok'],
    ['five years', facts({ 'retention.ms': '157680000000' }), 'pass ok'],
    [
      'seven days',
      facts({ 'retention.ms': '604800000' }),
      'fail kafka-history-config-retention central-team',
    ],
    ['a size', facts({ 'retention.bytes': '1000000' }), 'fail kafka-history-config-retention central-team'],
    ['compact', facts({ 'cleanup.policy': 'compact' }), 'fail kafka-history-config-retention central-team'],
    ['two partitions', facts({}, 2), 'fail kafka-history-config-partitions central-team'],
    ['not made yet', { topics: ok([absent(name)]), configs: ok([]) }, 'pass ok'],
    [
      'no right to look',
      { topics: ok([topic(name)]), configs: ok([closed(name)]) },
      'unknown kafka-history-config-no-right central-team',
    ],
  ])('%s', (_, given, expected) => {
    expect(gist(judge(kafkaHistoryConfig, given))).toBe(expected);
  });
  it('says how many days are left of the history', () => {
    expect(judge(kafkaHistoryConfig, facts({ 'retention.ms': '604800000' })).current).toContain('(7 days)');
  });
});

describe('kafka-leaders', () => {
  const name = own('offsets');
  const facts = (leader: number, inSync: number, least = '2') => ({
    data: ok([]),
    topics: ok([topic(name, { layout: [{ partition: 0, leader, replicas: 3, inSync }] })]),
    configs: ok([config(name, { 'min.insync.replicas': least })]),
  });
  it.each([
    ['all well', facts(1, 3), 'pass ok'],
    ['no leader', facts(-1, 3), 'fail kafka-leaders-none central-team'],
    ['too few copies', facts(1, 1), 'fail kafka-leaders-too-few-copies central-team'],
    ['a copy behind', facts(1, 2), 'warn kafka-leaders-behind central-team'],
    ['nothing made', { data: ok([]), topics: ok([absent(name)]), configs: ok([]) }, 'pass ok'],
    ['settings not told', { ...facts(1, 3), configs: fault('not-authorised') }, 'pass ok'],
    [
      'no answer',
      { ...facts(1, 3), topics: fault('timeout') },
      'unknown kafka-leaders-unanswered central-team',
    ],
  ])('%s', (_, given, expected) => {
    expect(gist(judge(kafkaLeaders, given))).toBe(expected);
  });
});

describe('kafka-message-size', () => {
  const column = { schema_name: 'dbo', table_name: 'Scans', column_name: 'Picture' };
  const facts = (length: number, limit = '1048588') => ({
    configs: ok([config(`${DATA}.Scans`, { 'max.message.bytes': limit })]),
    columns: ok([column]),
    longest: ok([{ ...column, longest: length }]),
  });
  it.each([
    ['small values', facts(10_000), 'pass ok'],
    ['no long column', { ...facts(0), columns: ok([]), longest: null }, 'pass ok'],
    ['half as much', facts(500_000), 'warn kafka-message-size-near central-team'],
    ['too much', facts(900_000), 'fail kafka-message-size-too-large central-team'],
    ['as much as the topic allows', facts(900_000, '8388608'), 'pass ok'],
    [
      'more than the worker sends',
      facts(13_000_000, '100000000'),
      'fail kafka-message-size-too-large central-team',
    ],
    [
      'the default where the topic is not made',
      { ...facts(900_000), configs: ok([]) },
      'fail kafka-message-size-too-large central-team',
    ],
    [
      'no right to look',
      { ...facts(1000), configs: ok([closed(`${DATA}.Scans`)]) },
      'unknown kafka-message-size-no-right central-team',
    ],
    [
      'no answer of SQL Server',
      { ...facts(0), columns: sqlFault, longest: null },
      'unknown kafka-message-size-no-rows dba',
    ],
    [
      'no answer of Kafka',
      { ...facts(0), configs: fault('timeout') },
      'unknown kafka-message-size-unanswered central-team',
    ],
  ])('%s', (_, given, expected) => {
    expect(gist(judge(kafkaMessageSize, given))).toBe(expected);
  });
});

describe('what kafka-message-size advises', () => {
  it.each([
    ['Picture', 'dbo.Scans:Picture'],
    ['Big picture', '"[dbo].[Scans]:[Big picture]"'],
  ])('is to leave the column %s in the hospital', (column_name, typed) => {
    const column = { schema_name: 'dbo', table_name: 'Scans', column_name };
    const facts = { configs: ok([]), columns: ok([column]), longest: ok([{ ...column, longest: 900_000 }]) };
    expect(judge(kafkaMessageSize, facts).remedy?.commands?.slice(0, 2)).toEqual([
      `clinicmaster-cdc tables --leave-out-columns ${typed}`,
      'clinicmaster-cdc init',
    ]);
  });
});

describe('kafka-data-topics', () => {
  const table = { schema_name: 'dbo', table_name: 'Visits' };
  const name = `${DATA}.Visits`;
  const facts = (changes = {}) => ({
    tables: ok([table]),
    sample: ok([absent(`${DATA}.cdc_rights_sample`)]),
    topics: ok([topic(name)]),
    configs: ok([config(name, { 'cleanup.policy': 'delete', 'retention.ms': '-1' })]),
    ...changes,
  });
  const gone = { topics: ok([absent(name)]), configs: ok([]) };
  const kept = (ms: string, policy = 'delete') => ({
    configs: ok([config(name, { 'cleanup.policy': policy, 'retention.ms': ms })]),
  });
  it.each([
    ['all there', facts(), 'pass ok'],
    ['made with its first row', facts(gone), 'pass ok'],
    [
      'missing, and may not be made',
      facts({ ...gone, sample: ok([absent('x', [])]) }),
      'fail kafka-data-topics-missing central-team',
    ],
    ['kept for a day', facts(kept('86400000')), 'warn kafka-data-topics-short central-team'],
    ['kept for a week', facts(kept('604800000')), 'pass ok'],
    ['compacted', facts(kept('86400000', 'compact')), 'pass ok'],
    ['SQL Server silent', facts({ tables: sqlFault }), 'pass ok'],
    [
      'no right to look',
      facts({ configs: ok([closed(name)]) }),
      'unknown kafka-data-topics-no-right central-team',
    ],
    ['no answer', facts({ topics: fault('timeout') }), 'unknown kafka-data-topics-unanswered central-team'],
  ])('%s', (_, given, expected) => {
    expect(gist(judge(kafkaDataTopics, given))).toBe(expected);
  });
  it('looks only at tables that are streamed', () => {
    const other = facility({ tableIncludeList: 'dbo\\.Patients' });
    expect(gist(judge(kafkaDataTopics, facts({ ...gone, sample: ok([]) }), other))).toBe('pass ok');
  });
});

describe('kafka-clock', () => {
  const NOW = Date.parse('2026-11-24T08:00:00Z');
  const HOUR = 3_600_000;
  const name = own('status');
  const refusal = (kafkaMs: number, tookMs = 40): Refusal => ({
    code: 'INVALID_TIMESTAMP',
    message: `Timestamp 253402214400000 of message with offset 0 is out of range. The timestamp should be within [-9223370241214542768, ${kafkaMs + HOUR}]`,
    sentMs: 0,
    tookMs,
    bytes: 98,
    throttleMs: 0,
  });
  const facts = (given: Refusal) => ({
    topics: ok([topic(name)]),
    configs: ok([
      config(name, { 'cleanup.policy': 'compact', 'message.timestamp.after.max.ms': String(HOUR) }),
    ]),
    refusal: ok(given),
    sentMs: NOW,
  });
  it.each([
    ['the same', facts(refusal(NOW + 20)), 'pass ok'],
    ['10 s behind', facts(refusal(NOW + 10_000)), 'warn kafka-clock-off you'],
    ['10 s ahead', facts(refusal(NOW - 10_000)), 'warn kafka-clock-off you'],
    ['2 minutes behind', facts(refusal(NOW + 120_000)), 'fail kafka-clock-wrong you'],
    ['a slow line, which leaves 6 s uncertain', facts(refusal(NOW + 10_000, 12_000)), 'pass ok'],
    [
      'words that name no time',
      facts({ ...refusal(NOW), message: 'no' }),
      'unknown kafka-clock-not-told you',
    ],
    [
      'a topic that might store it',
      { ...facts(refusal(NOW)), refusal: null },
      'unknown kafka-clock-not-told you',
    ],
    [
      'no topic yet',
      { ...facts(refusal(NOW)), topics: ok([absent(name)]), refusal: null },
      'skip kafka-clock-no-topic',
    ],
    [
      'no answer',
      { ...facts(refusal(NOW)), refusal: fault('timeout') },
      'unknown kafka-clock-unanswered central-team',
    ],
  ])('%s', (_, given, expected) => {
    expect(gist(judge(kafkaClock, given))).toBe(expected);
  });
  it('reads the time in Kafka’s refusal', () => {
    expect(timeIn(refusal(NOW).message, HOUR)).toBe(NOW);
    expect(timeIn(null, HOUR)).toBeUndefined();
    expect(timeIn(refusal(NOW).message, Number.NaN)).toBeUndefined();
  });
});

describe('kafka-quota', () => {
  it.each([
    [{ asked: cluster(), throttledMs: 0 }, 'pass ok'],
    [{ asked: cluster(), throttledMs: 250 }, 'warn kafka-quota-throttled central-team'],
    [{ asked: fault('timeout'), throttledMs: 0 }, 'unknown kafka-quota-unanswered central-team'],
  ])('%#', (facts, expected) => {
    expect(gist(judge(kafkaQuota, facts))).toBe(expected);
  });
});

describe('kafka-throughput', () => {
  const load = (tookMs: number) =>
    ok({ code: 'CORRUPT_MESSAGE', message: null, sentMs: 0, tookMs, bytes: 1_000_000, throttleMs: 0 });
  const facts = (hostMs: number, insideMs: number | null, rows = 100_000) => ({
    loads: { host: load(hostMs), inside: insideMs === null ? null : load(insideMs) },
    rows: ok([{ schema_name: 'dbo', table_name: 'Visits', row_count: String(rows) }]),
  });
  it.each([
    ['a good line', facts(1000, 1100), 'pass ok'],
    ['a night is not enough', facts(10_000, null, 100_000_000), 'warn kafka-throughput-slow you'],
    ['a slow container', facts(5000, 40_000), 'fail kafka-throughput-inside you'],
    ['rows not told', { ...facts(1000, null), rows: sqlFault }, 'unknown kafka-throughput-no-rows you'],
    [
      'no topic yet',
      { ...facts(1, null), loads: { host: fault('not-found'), inside: null } },
      'skip kafka-throughput-no-topic',
    ],
    [
      'no answer',
      { ...facts(1, null), loads: { host: fault('timeout'), inside: null } },
      'unknown kafka-throughput-unanswered central-team',
    ],
  ])('%s', (_, given, expected) => {
    expect(gist(judge(kafkaThroughput, given))).toBe(expected);
  });
  it('estimates the first copy on the slower of the two ways', () => {
    // 100,000 rows of 150 bytes at 0.5 MB/s.
    expect(judge(kafkaThroughput, facts(1000, 2000)).summary).toBe(
      '500 kB/s: a first copy of 100000 rows takes about 30 s',
    );
  });
});
