import { describe, expect, it } from 'vitest';
import type {
  GroupMember,
  KafkaFailureKind,
  KafkaOperation,
  TopicView,
} from '../../../src/adapters/kafka-port.ts';
import type { NetworkFailureKind, TlsView } from '../../../src/adapters/network-port.ts';
import { eachBroker, parseBroker } from '../../../src/checks/kafka/each-broker.ts';
import { kafkaAcl } from '../../../src/checks/kafka/kafka-acl.ts';
import { type BrokerLadder, kafkaAdvertised } from '../../../src/checks/kafka/kafka-advertised.ts';
import { kafkaBootstrapSyntax } from '../../../src/checks/kafka/kafka-bootstrap-syntax.ts';
import { kafkaDns } from '../../../src/checks/kafka/kafka-dns.ts';
import { kafkaGroupForeignMember } from '../../../src/checks/kafka/kafka-group-foreign-member.ts';
import { kafkaSaslAuth } from '../../../src/checks/kafka/kafka-sasl-auth.ts';
import { kafkaTcp } from '../../../src/checks/kafka/kafka-tcp.ts';
import { kafkaTlsHandshake } from '../../../src/checks/kafka/kafka-tls-handshake.ts';
import { facility, gist, judge } from './fixtures.ts';

const NOW = Date.parse('2026-11-24T08:00:00Z');
const B1 = 'kafka-1.example.org:9093';
const B2 = 'kafka-2.example.org:9093';

const ok = <T>(value: T) => ({ ok: true as const, value });
const netFault = (kind: NetworkFailureKind) => ({
  ok: false as const,
  failure: { kind, code: `E-${kind}`, message: 'system text' },
});
/** Seen from this machine only. */
const alone = <T>(host: T) => ({ host, inside: null });
const kafkaFault = (kind: KafkaFailureKind, broker = B1) => ({
  ok: false as const,
  failure: { kind, code: `K-${kind}`, message: 'broker text', broker },
});

describe('kafka-bootstrap-syntax', () => {
  it.each([
    [['kafka-1.example.org:9093'], 'pass ok'],
    [['10.8.0.1:9093', '[fd00::1]:9093'], 'pass ok'],
    [['SASL_SSL://kafka:9093'], 'fail kafka-bootstrap-syntax-syntax you'],
    [['kafka'], 'fail kafka-bootstrap-syntax-syntax you'],
    [['kafka:0'], 'fail kafka-bootstrap-syntax-syntax you'],
    [['kafka:65536'], 'fail kafka-bootstrap-syntax-syntax you'],
    [['kafka 1:9093'], 'fail kafka-bootstrap-syntax-syntax you'],
    [[], 'fail kafka-bootstrap-syntax-syntax you'],
  ])('%o', (brokers, expected) => {
    expect(gist(judge(kafkaBootstrapSyntax, { brokers }))).toBe(expected);
  });
  it('takes brackets off an IPv6 address', () => {
    expect(parseBroker('[fd00::1]:9093')).toEqual({ host: 'fd00::1', port: 9093 });
  });
});

describe('eachBroker', () => {
  it('cuts off stragglers soon after one has answered', async () => {
    const started = performance.now();
    const answers = await eachBroker([B1, B2], AbortSignal.timeout(10_000), ({ host }, signal) =>
      host === 'kafka-1.example.org'
        ? Promise.resolve(ok('here') as { ok: boolean })
        : new Promise<{ ok: boolean }>((settle) =>
            signal.addEventListener('abort', () => settle(netFault('timeout'))),
          ),
    );
    expect(performance.now() - started).toBeLessThan(3000);
    expect(answers.map(({ answer }) => answer.ok)).toEqual([true, false]);
  });
});

describe('kafka-dns and kafka-tcp', () => {
  const dns = (...answers: (ReturnType<typeof netFault> | { ok: true; value: { addresses: string[] } })[]) =>
    answers.map((answer, at) => ({ broker: [B1, B2][at]!, answer }));
  const here = ok({ addresses: ['10.8.0.1'] });
  const trips = (ms: number[], lost = 0) => ok({ address: '10.8.0.1', ms, lost });
  const near = trips([40, 41, 39]);

  it.each([
    [dns(here, here), 'pass ok'],
    [dns(here, netFault('name-unknown')), 'warn kafka-dns-some-name you'],
    [dns(netFault('name-unknown'), netFault('name-unknown')), 'fail kafka-dns-name you'],
    [dns(netFault('timeout')), 'fail kafka-dns-timeout network-admin'],
  ])('names: %#', (facts, expected) => {
    expect(gist(judge(kafkaDns, alone(facts)))).toBe(expected);
  });

  it.each([
    ['refused', 'fail kafka-tcp-refused central-team'],
    ['timeout', 'fail kafka-tcp-timeout network-admin'],
    ['unreachable', 'fail kafka-tcp-unreachable network-admin'],
  ] as const)('ports: %s', (kind, expected) => {
    expect(gist(judge(kafkaTcp, alone([{ broker: B1, answer: netFault(kind) }])))).toBe(expected);
  });

  it('goes on with a warning when one of two answers', () => {
    const answers = [
      { broker: B1, answer: netFault('timeout') },
      { broker: B2, answer: near },
    ];
    const verdict = judge(kafkaTcp, alone(answers));
    expect(gist(verdict)).toBe('warn kafka-tcp-some-timeout network-admin');
    expect(verdict.summary).toContain(`Others answer: ${B2} in 40 ms.`);
  });

  it.each([
    ['near', trips([40, 50, 299]), 'pass ok'],
    ['far', trips([290, 310, 900]), 'warn kafka-tcp-slow network-admin'],
    ['very far', trips([1600, 1700, 1800]), 'warn kafka-tcp-slow network-admin'],
    ['lossy', trips([40, 41], 1), 'warn kafka-tcp-loss network-admin'],
  ])('a line that is %s', (_, answer, expected) => {
    expect(gist(judge(kafkaTcp, alone([{ broker: B1, answer }])))).toBe(expected);
  });

  describe('from inside the container', () => {
    const both = (host: Parameters<typeof dns>[0], inside: Parameters<typeof dns>[0]) => ({
      host: dns(host),
      inside: dns(inside),
    });
    it.each([
      ['the same', both(here, here), 'pass ok'],
      ['no name there', both(here, netFault('name-unknown')), 'fail kafka-dns-inside you'],
      ['no name here', both(netFault('name-unknown'), here), 'warn kafka-dns-outside you'],
      [
        'no name anywhere',
        both(netFault('name-unknown'), netFault('name-unknown')),
        'fail kafka-dns-name you',
      ],
      ['another address', both(here, ok({ addresses: ['10.99.0.1'] })), 'warn kafka-dns-differs you'],
      [
        'one of several addresses',
        both(ok({ addresses: ['10.8.0.1', '10.8.0.2'] }), ok({ addresses: ['10.8.0.2'] })),
        'pass ok',
      ],
    ])('%s', (_, facts, expected) => {
      expect(gist(judge(kafkaDns, facts))).toBe(expected);
    });
    it('names the host and the cure', () => {
      const { current, remedy } = judge(kafkaDns, both(here, netFault('name-unknown')));
      expect(current).toContain(
        'this machine: kafka-1.example.org is 10.8.0.1; from inside the container: E-name',
      );
      expect(remedy?.text).toContain('/etc/docker/daemon.json');
      expect(remedy?.commands?.join()).toContain('ping -c 1 -w 1 kafka-1.example.org');
    });
    it('tells a route that only this machine has', () => {
      const facts = {
        host: [{ broker: B1, answer: near }],
        inside: [{ broker: B1, answer: netFault('timeout') }],
      };
      const verdict = judge(kafkaTcp, facts);
      expect(gist(verdict)).toBe('fail kafka-tcp-inside network-admin');
      expect(verdict.remedy?.commands?.join()).toContain('nc -w 5 kafka-1.example.org 9093');
    });
  });
});

const certificate: TlsView = {
  protocol: 'TLSv1.3',
  subject: 'kafka-1.example.org',
  issuer: 'Ministry CA',
  names: ['kafka-1.example.org'],
  validFrom: '2026-01-01T00:00:00.000Z',
  validTo: '2027-11-24T08:00:00.000Z',
  selfSigned: false,
  chain: [
    {
      subject: 'kafka-1.example.org',
      issuer: 'Ministry CA',
      validTo: '2027-11-24T08:00:00.000Z',
      fingerprint: 'AA:BB',
    },
  ],
  nameMatches: true,
};

describe('kafka-tls-handshake', () => {
  const tls = (view: Partial<TlsView>) => ({
    brokers: alone([{ broker: B1, answer: ok({ ...certificate, ...view }) }]),
    nowMs: NOW,
  });

  it.each<[string, Partial<TlsView>, string]>([
    ['a good certificate', {}, 'pass ok'],
    [
      'an unknown authority',
      { chainError: 'SELF_SIGNED_CERT_IN_CHAIN' },
      'fail kafka-tls-handshake-untrusted central-team',
    ],
    ['another name', { nameMatches: false }, 'fail kafka-tls-handshake-wrong-name central-team'],
    [
      'an old one',
      { validTo: '2026-11-23T08:00:00.000Z', chainError: 'CERT_HAS_EXPIRED' },
      'fail kafka-tls-handshake-expired central-team',
    ],
    [
      'one of tomorrow',
      { validFrom: '2026-11-25T08:00:00.000Z' },
      'fail kafka-tls-handshake-not-yet-valid you',
    ],
  ])('%s', (_, view, expected) => {
    expect(gist(judge(kafkaTlsHandshake, tls(view)))).toBe(expected);
  });

  it('says who issued what was seen', () => {
    const { current } = judge(
      kafkaTlsHandshake,
      tls({ issuer: 'Hotel Portal', chainError: 'SELF_SIGNED_CERT_IN_CHAIN' }),
    );
    expect(current).toContain('issued by Hotel Portal');
  });

  it('tells a port without TLS from one that swallows large packets', () => {
    const answer = (kind: NetworkFailureKind) => ({
      brokers: alone([{ broker: B1, answer: netFault(kind) }]),
      nowMs: NOW,
    });
    expect(gist(judge(kafkaTlsHandshake, answer('reset')))).toBe(
      'fail kafka-tls-handshake-none central-team',
    );
    expect(gist(judge(kafkaTlsHandshake, answer('timeout')))).toBe(
      'fail kafka-tls-handshake-timeout network-admin',
    );
  });

  it('warns where TLS is off', () => {
    const kafka = { ...facility().kafka, securityProtocol: 'SASL_PLAINTEXT' as const };
    expect(gist(judge(kafkaTlsHandshake, { brokers: null, nowMs: NOW }, facility({ kafka })))).toBe(
      'warn kafka-tls-handshake-off central-team',
    );
  });
});

describe('kafka-sasl-auth', () => {
  it.each([
    ['login', 'fail kafka-sasl-auth-refused you'],
    ['mechanism', 'fail kafka-sasl-auth-mechanism central-team'],
    ['timeout', 'fail kafka-sasl-auth-timeout network-admin'],
    ['closed', 'fail kafka-sasl-auth-broken central-team'],
  ] as const)('%s', (kind, expected) => {
    const verdict = judge(kafkaSaslAuth, alone([{ broker: B1, answer: kafkaFault(kind) }]));
    expect(gist(verdict)).toBe(expected);
    expect(JSON.stringify(verdict)).not.toContain(facility().kafka.password);
  });
  it('passes', () => {
    expect(judge(kafkaSaslAuth, alone([{ broker: B1, answer: ok(null) }]))).toMatchObject({
      outcome: 'pass',
      summary: `facility-7 at ${B1}`,
    });
  });
});

describe('kafka-advertised', () => {
  const broker = { id: 1, host: 'kafka-1.internal', port: 9092 };
  const cluster = ok({ clusterId: 'abc', controllerId: 1, brokers: [broker], operations: [] });
  const ladder = (ended: BrokerLadder['ended']) => ({
    cluster,
    ladders: alone([{ broker, ended }]),
    nowMs: NOW,
  });

  it.each<[BrokerLadder['ended'], string]>([
    [{ rung: 'done' }, 'pass ok'],
    [{ rung: 'dns', failure: netFault('name-unknown').failure }, 'fail kafka-advertised-name central-team'],
    [{ rung: 'tcp', failure: netFault('refused').failure }, 'fail kafka-advertised-refused central-team'],
    [{ rung: 'tcp', failure: netFault('timeout').failure }, 'fail kafka-advertised-timeout central-team'],
    [{ rung: 'tls', failure: netFault('no-tls').failure }, 'fail kafka-advertised-none central-team'],
    [
      { rung: 'certificate', view: { ...certificate, nameMatches: false } },
      'fail kafka-advertised-wrong-name central-team',
    ],
    [{ rung: 'login', failure: kafkaFault('closed').failure }, 'fail kafka-advertised-broken central-team'],
  ])('%o', (ended, expected) => {
    expect(gist(judge(kafkaAdvertised, ladder(ended)))).toBe(expected);
  });

  it('names the broker and its address', () => {
    const { summary } = judge(
      kafkaAdvertised,
      ladder({ rung: 'dns', failure: netFault('name-unknown').failure }),
    );
    expect(summary).toContain('broker 1 (kafka-1.internal:9092)');
  });

  it.each<[BrokerLadder['ended'], string, string]>([
    [{ rung: 'dns', failure: netFault('name-unknown').failure }, 'you', 'daemon.json'],
    [{ rung: 'tcp', failure: netFault('timeout').failure }, 'network-admin', 'ip_forward'],
    [{ rung: 'tls', failure: netFault('timeout').failure }, 'you', '--mtu'],
  ])('tells what only the container cannot reach: %o', (ended, who, cure) => {
    const ladders = { host: [{ broker, ended: { rung: 'done' as const } }], inside: [{ broker, ended }] };
    const verdict = judge(kafkaAdvertised, { cluster, ladders, nowMs: NOW });
    expect(gist(verdict)).toBe(`fail kafka-advertised-inside ${who}`);
    expect(JSON.stringify(verdict.remedy)).toContain(cure);
  });

  it('cannot tell when Kafka does not list its brokers', () => {
    const facts = { cluster: kafkaFault('timeout'), ladders: alone([]), nowMs: NOW };
    expect(gist(judge(kafkaAdvertised, facts))).toBe('unknown kafka-advertised-unanswered central-team');
  });
});

describe('kafka-acl', () => {
  const OWN: KafkaOperation[] = ['READ', 'WRITE', 'CREATE', 'DESCRIBE', 'DESCRIBE_CONFIGS'];
  const id = facility().facilityId;
  const own = ['configs', 'offsets', 'status', 'schema-history', 'heartbeat'].map(
    (end) => `cdc.${id}.${end}`,
  );
  const data = 'clinicmasterwarehouse-sqlserver.ClinicMasterMOH.dbo.cdc_rights_sample';
  const topics = (change: (topic: TopicView) => TopicView = (topic) => topic) =>
    ok(
      [
        ...own.map((name): TopicView => ({ name, exists: false, layout: [], operations: OWN })),
        { name: data, exists: false, layout: [], operations: ['WRITE', 'CREATE', 'DESCRIBE'] } as TopicView,
      ].map(change),
    );
  const group = (operations: KafkaOperation[] = ['READ', 'DESCRIBE']) =>
    ok({ id: `cdc.${id}.workers`, state: 'Dead', protocolType: '', members: [], operations });

  const add =
    `kafka-acls.sh --bootstrap-server ${B1} --command-config admin.properties --add ` +
    "--allow-principal 'User:facility-7'";

  it('passes with the rights of a facility', () => {
    expect(gist(judge(kafkaAcl, { topics: topics(), group: group() }))).toBe('pass ok');
  });
  it('needs no CREATE for a topic that exists', () => {
    const there = topics((topic) =>
      topic.name === data
        ? topic
        : { ...topic, exists: true, operations: ['READ', 'WRITE', 'DESCRIBE', 'DESCRIBE_CONFIGS'] },
    );
    expect(gist(judge(kafkaAcl, { topics: there, group: group() }))).toBe('pass ok');
  });
  it('needs CREATE for a topic that does not exist', () => {
    const facts = topics((topic) => ({
      ...topic,
      operations: topic.operations.filter((operation) => operation !== 'CREATE'),
    }));
    expect(gist(judge(kafkaAcl, { topics: facts, group: group() }))).toBe(
      'fail kafka-acl-missing central-team',
    );
  });
  it('lists what is missing, and the commands that give it', () => {
    const facts = {
      topics: topics((topic) => ({ ...topic, operations: topic.operations.filter((op) => op !== 'WRITE') })),
      group: group([]),
    };
    const verdict = judge(kafkaAcl, facts);
    expect(gist(verdict)).toBe('fail kafka-acl-missing central-team');
    expect(verdict.current).toContain(`WRITE on cdc.${id}.heartbeat`);
    expect(verdict.current).toContain('WRITE on clinicmasterwarehouse-sqlserver.…');
    expect(verdict.current).toContain(`READ on group cdc.${id}.workers`);
    expect(verdict.remedy?.commands).toEqual([
      `${add} --operation Write --topic 'cdc.${id}.' --resource-pattern-type prefixed`,
      `${add} --operation Write --topic 'clinicmasterwarehouse-sqlserver.' --resource-pattern-type prefixed`,
      `${add} --operation Read --group 'cdc.${id}.' --resource-pattern-type prefixed`,
    ]);
  });
  it('only warns where the user may not look at settings', () => {
    const facts = topics((topic) => ({
      ...topic,
      operations: topic.operations.filter((operation) => operation !== 'DESCRIBE_CONFIGS'),
    }));
    const verdict = judge(kafkaAcl, { topics: facts, group: group() });
    expect(gist(verdict)).toBe('warn kafka-acl-no-look central-team');
    expect(verdict.remedy?.commands).toEqual([
      `${add} --operation DescribeConfigs --topic 'cdc.${id}.' --resource-pattern-type prefixed`,
    ]);
  });
  it('counts a refused group as a missing right', () => {
    expect(gist(judge(kafkaAcl, { topics: topics(), group: kafkaFault('not-authorised') }))).toBe(
      'fail kafka-acl-missing central-team',
    );
  });
  it('warns where data topics must be made beforehand', () => {
    const facts = topics((topic) =>
      topic.name === data ? { ...topic, operations: ['WRITE', 'DESCRIBE'] } : topic,
    );
    expect(gist(judge(kafkaAcl, { topics: facts, group: group() }))).toBe(
      'warn kafka-acl-no-create central-team',
    );
  });
  it('cannot tell without an answer', () => {
    expect(gist(judge(kafkaAcl, { topics: kafkaFault('timeout'), group: group() }))).toBe(
      'unknown kafka-acl-unanswered central-team',
    );
  });
});

describe('kafka-group-foreign-member', () => {
  const own = '0123456789ab';
  const member = (clientId: string): GroupMember => ({ clientId, clientHost: '/10.8.0.14', memberId: 'm' });
  const facts = (members: GroupMember[], shortId: string | null = own, seen = true) => ({
    group: ok({
      id: 'cdc.xY9AbCdEf12.workers',
      state: 'Stable',
      protocolType: 'connect',
      members,
      operations: [],
    }),
    own: { seen, shortId },
  });
  const ours = member(`cdc.xY9AbCdEf12.worker.${own}`);
  const theirs = member('cdc.xY9AbCdEf12.worker.ffffffffffff');

  it.each([
    ['nobody', facts([]), 'pass ok'],
    ['our own container', facts([ours]), 'pass ok'],
    ['another one', facts([theirs]), 'fail kafka-group-foreign-member-in-use central-team'],
    [
      'anybody, when we have no container',
      facts([ours], null),
      'fail kafka-group-foreign-member-in-use central-team',
    ],
    ['another one beside ours', facts([ours, theirs]), 'fail kafka-group-foreign-member-in-use central-team'],
    [
      'anybody, when Docker does not answer',
      facts([ours], null, false),
      'unknown kafka-group-foreign-member-no-docker you',
    ],
  ])('%s', (_, given, expected) => {
    expect(gist(judge(kafkaGroupForeignMember, given))).toBe(expected);
  });
  it('says from where the other one works', () => {
    expect(judge(kafkaGroupForeignMember, facts([theirs])).current).toContain(
      'cdc.xY9AbCdEf12.worker.ffffffffffff at 10.8.0.14',
    );
  });
  it('cannot tell without the right to look', () => {
    const given = { group: kafkaFault('not-authorised'), own: { seen: true, shortId: own } };
    expect(gist(judge(kafkaGroupForeignMember, given))).toBe(
      'unknown kafka-group-foreign-member-unanswered central-team',
    );
  });
});
