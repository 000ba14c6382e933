import { setTimeout as wait } from 'node:timers/promises';
import { NAMES, OTHERS, type ProvokedSite, SINK_CODE } from './provoked-site.ts';

/** One of the 55 messages, made for real. */
export interface Provocation {
  /** Its row in the table of messages. */
  number: number;
  /** What is wrong here, in words. */
  what: string;
  /** By which cause it must be explained. */
  code: string;
  /** Spoils something and gives the text that the real part then says. */
  text(site: ProvokedSite): Promise<string>;
}

const VALIDATE = '/connector-plugins/io.debezium.connector.sqlserver.SqlServerConnector/config/validate';
const READ_COMMITTED = { 'snapshot.isolation.mode': 'read_committed' };

interface ConfigInfos {
  configs: { value: { name: string; errors: string[] } | null }[];
}

/** What Debezium answers when it is asked whether it could work like this. */
async function validation(
  site: ProvokedSite,
  name: string,
  changes: Record<string, string>,
): Promise<string> {
  const { text } = await site.at.ask('PUT', VALIDATE, site.variant(name, changes));
  return (JSON.parse(text) as ConfigInfos).configs.flatMap(({ value }) => value?.errors ?? []).join('\n');
}

/** The trace of a connector that fails by these settings. */
async function failed(site: ProvokedSite, name: string, changes: Record<string, string>): Promise<string> {
  await site.at.register(`p-${name}`, site.variant(name, changes));
  const text = await site.at.trace(`p-${name}`);
  await site.at.remove(`p-${name}`);
  return text;
}

/** What a connector with these settings writes into the log; it tries again without end and never fails. */
export async function said(
  site: ProvokedSite,
  name: string,
  changes: Record<string, string>,
  fragment: RegExp,
): Promise<string> {
  await site.at.register(`p-${name}`, site.variant(name, changes));
  const text = await site.at.logged(fragment);
  await site.at.remove(`p-${name}`);
  return text;
}

/** Settings of both clients of the history. */
function history(changes: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    ['producer', 'consumer'].flatMap((who) =>
      Object.entries(changes).map(([key, value]) => [`schema.history.internal.${who}.${key}`, value]),
    ),
  );
}
const HISTORY_BROKERS = 'schema.history.internal.kafka.bootstrap.servers';

/** What is refused before a connector exists. */
export const AT_THE_DOOR: readonly Provocation[] = [
  {
    number: 7,
    what: 'a port that is closed',
    code: 'sql-unreachable',
    text: (site) => validation(site, 'closed', { 'database.port': '1' }),
  },
  {
    number: 8,
    what: 'a server that never answers',
    code: 'sql-validation-slow',
    text: (site) =>
      validation(site, 'mute', {
        'database.port': String(site.ports.mute),
        'connection.validation.timeout.ms': '2000',
      }),
  },
  {
    number: 26,
    what: 'a certificate of an authority that nobody knows',
    code: 'sql-tls',
    text: (site) =>
      validation(site, 'pkix', {
        'driver.trustServerCertificate': 'false',
        'driver.trustStore': '/opt/java/lib/security/cacerts',
      }),
  },
  {
    number: 28,
    what: 'a port that is closed',
    code: 'sql-unreachable',
    text: (site) => validation(site, 'closed-too', { 'database.port': '1' }),
  },
  {
    number: 29,
    what: 'a wrong password',
    code: 'sql-login',
    text: (site) => validation(site, 'password', { 'database.password': 'wr0ng' }),
  },
  {
    number: 29,
    what: 'a database that is not there',
    code: 'sql-login',
    text: (site) => validation(site, 'nowhere', { 'database.names': 'Nowhere' }),
  },
  {
    number: 45,
    what: 'a position that is changed while the connector runs',
    code: 'offsets-while-running',
    text: async ({ at }) =>
      (
        await at.ask('PATCH', `/connectors/${NAMES.connector}/offsets`, {
          offsets: [{ partition: { server: 'x', database: 'x' }, offset: { commit_lsn: 'x' } }],
        })
      ).text,
  },
  {
    number: 46,
    what: 'the sink on an image that has none',
    code: 'plugin-missing',
    text: async ({ at }) =>
      (
        await at.ask('PUT', '/connectors/p-plugin/config', {
          'connector.class': 'io.debezium.connector.jdbc.JdbcSinkConnector',
        })
      ).text,
  },
];

/** What a connector meets when it starts. */
export const AT_THE_START: readonly Provocation[] = [
  {
    number: 5,
    what: 'a list that names no table',
    code: 'include-list',
    async text(site) {
      await site.at.register('p-include', site.variant('include', { 'table.include.list': 'dbo\\.Nothing' }));
      await site.at.runs('p-include');
      await wait(3000);
      await site.hospital.dba("INSERT INTO dbo.Patients VALUES (5, N'Okello')");
      const text = await site.at.logged(/No table on connector's include list/);
      await site.at.remove('p-include');
      return text;
    },
  },
  {
    number: 2,
    what: 'capture that has written nothing yet',
    code: 'nothing-captured-yet',
    text: (site) =>
      said(
        site,
        'nothing-yet',
        { 'database.names': OTHERS.empty, ...READ_COMMITTED },
        /No maximum LSN recorded in the database; this may/,
      ),
  },
  {
    number: 3,
    what: 'a login that may not see the Agent',
    code: 'agent-unseen',
    text: (site) =>
      said(
        site,
        'agent-unseen',
        { 'database.names': OTHERS.empty, ...READ_COMMITTED },
        /Cannot query the status of the SQL Server Agent/,
      ),
  },
  {
    number: 6,
    what: 'a login that may not read the changes',
    code: 'cdc-no-access',
    text: (site) => validation(site, 'shut', { 'database.names': OTHERS.shut }),
  },
  {
    number: 12,
    what: 'recovery without a position',
    code: 'recovery-without-position',
    text: (site) => failed(site, 'recovery', { 'snapshot.mode': 'recovery' }),
  },
  {
    number: 21,
    what: 'snapshot isolation that is off',
    code: 'snapshot-isolation-off',
    text: (site) => said(site, 'isolation', { 'database.names': OTHERS.plain }, /napshot isolation/),
  },
  {
    number: 25,
    what: 'a heartbeat into a table that is not there',
    code: 'heartbeat-query',
    text: (site) =>
      said(
        site,
        'heartbeat',
        { 'heartbeat.action.query': 'UPDATE dbo.NoSuchTable SET x = 1' },
        /heartbeat action query/,
      ),
  },
  {
    number: 35,
    what: 'brokers that are not there',
    code: 'kafka-bootstrap',
    text: (site) =>
      said(
        site,
        'bootstrap',
        { [HISTORY_BROKERS]: `${site.sandbox.gateway}:1` },
        /node -1 \(.*:1\) could not be established/,
      ),
  },
  {
    number: 36,
    what: 'something that hangs up after TLS',
    code: 'kafka-cut-while-authenticating',
    text: (site) =>
      said(
        site,
        'hangs-up',
        { [HISTORY_BROKERS]: `${site.sandbox.gateway}:${site.ports.hangsUp}` },
        /terminated during authentication/,
      ),
  },
  {
    number: 36,
    what: 'a wrong password of Kafka',
    code: 'kafka-sasl-auth',
    text: (site) =>
      said(
        site,
        'kafka-password',
        history({
          'sasl.jaas.config':
            'org.apache.kafka.common.security.scram.ScramLoginModule required username="nobody" password="x";',
        }),
        /failed authentication due to: Authentication failed/,
      ),
  },
  {
    number: 37,
    what: 'a certificate of an authority that nobody knows',
    code: 'kafka-tls-handshake',
    text: (site) =>
      said(
        site,
        'kafka-tls',
        history({ 'ssl.truststore.location': '/etc/ssl/certs/ca-certificates.crt' }),
        /SSL handshake failed/,
      ),
  },
  {
    number: 38,
    what: 'a way to log in that Kafka does not offer',
    code: 'kafka-sasl-mechanism',
    text: (site) => failed(site, 'mechanism', history({ 'sasl.mechanism': 'PLAIN' })),
  },
  {
    number: 40,
    what: 'a topic of somebody else',
    code: 'kafka-not-allowed',
    text: (site) => failed(site, 'not-allowed', { 'schema.history.internal.kafka.topic': 'somebody-elses' }),
  },
  {
    number: 41,
    what: 'a row that is too large',
    code: 'record-too-large',
    text: (site) =>
      said(site, 'large', { 'producer.override.max.request.size': '300' }, /bytes when serialized/),
  },
  {
    number: 43,
    what: 'a transformation that cannot do its work',
    code: 'task-stopped',
    text: (site) =>
      failed(site, 'cast', {
        transforms: 'unwrap,cast',
        'transforms.cast.type': 'org.apache.kafka.connect.transforms.Cast$Value',
        'transforms.cast.spec': 'FullName:int32',
      }),
  },
  {
    number: 50,
    what: 'a year that nanoseconds do not hold, copied',
    code: 'value-out-of-range',
    text: (site) =>
      said(
        site,
        'nano',
        { 'time.precision.mode': 'nanoseconds', converters: '', 'exactMoments.type': '' },
        /Failed to convert value/,
      ),
  },
];

/** The sink, and a worker whose topics were made by hand. */
export const ELSEWHERE: readonly Provocation[] = [
  {
    number: 32,
    what: 'a topic of the worker that was made by hand',
    code: 'kafka-topic-settings',
    text: ({ spoiled }) => spoiled.logged(/is required to have/),
  },
  {
    number: 39,
    what: 'a group of somebody else',
    code: 'kafka-not-allowed-group',
    text: async (site) => {
      await site.sink.register(
        's-group',
        sinkConfig(site, { 'consumer.override.group.id': 'somebody-elses' }),
      );
      return site.sink.trace('s-group');
    },
  },
];

/** A sink that reads one topic of its own facility. */
export function sinkConfig(
  { warehouse: { host, port, database, user, password } }: ProvokedSite,
  changes: Record<string, string>,
): Record<string, string> {
  return {
    'connector.class': 'io.debezium.connector.jdbc.JdbcSinkConnector',
    'tasks.max': '1',
    topics: `cdc.${SINK_CODE}.Visits`,
    'consumer.override.group.id': `cdc.${SINK_CODE}.sink`,
    'connection.url': `jdbc:postgresql://${host}:${port}/${database}`,
    'connection.username': user,
    'connection.password': password,
    'insert.mode': 'upsert',
    'primary.key.mode': 'record_key',
    'schema.evolution': 'basic',
    'quote.identifiers': 'true',
    'collection.name.format': 'public.Visits',
    ...changes,
  };
}
