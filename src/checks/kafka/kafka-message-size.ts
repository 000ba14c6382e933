import type { KafkaAnswer, TopicConfig } from '../../adapters/kafka-port.ts';
import type { SqlAnswer } from '../../adapters/sqlserver-port.ts';
import { TOPIC_PREFIX } from '../../connector/names.ts';
import { streamsColumn } from '../../connector/table-selection.ts';
import type { FacilitySettings } from '../../settings/facility.ts';
import type { CheckContext, FacilityCheck } from '../context.ts';
import { bracketed, quoted } from '../sqlserver/answers.ts';
import { askKafka } from '../two-views.ts';
import type { Verdict } from '../types.ts';
import { fail, pass, unknown, warn } from '../verdicts.ts';
import { dataPrefix } from './data-topic.ts';
import { aclCommand, notAnswered, topicConfigCommand } from './not-answered.ts';

const ID = 'kafka-message-size';

const LIMIT = 'max.message.bytes';
/** Kafka's own default. */
const DEFAULT_LIMIT = 1_048_588;
/** The worker sends no larger record (connect/worker.properties: producer.max.request.size). */
const WORKER_LIMIT = 16_777_216;
/** Bytes become text in JSON: base64 takes a third more, and the record has other columns. */
const GROWTH = 1.4;
const WARNING_SHARE = 0.5;
/** So many columns of unlimited length are sampled, and so many rows of each: a look, not a scan. */
const MOST_COLUMNS = 20;
const SAMPLE_ROWS = 500;

type Column = { schema_name: string; table_name: string; column_name: string };

export type MessageSizeFacts = {
  configs: KafkaAnswer<TopicConfig[]>;
  /** Columns without a limit of length in the tables to stream. */
  columns: SqlAnswer<Column>;
  /** The longest value among the first rows of each such column; null where nothing was sampled. */
  longest: SqlAnswer<Column & { longest: number | string | null }> | null;
};

/** The largest row fits into what Kafka takes as one record. One that does not stops the connector. */
export const kafkaMessageSize: FacilityCheck<MessageSizeFacts> = {
  id: ID,
  title: 'The largest row fits into a record',
  area: 'kafka',
  when: ['before-install', 'daily'],
  needs: ['kafka-advertised'],
  timeoutMs: 10_000,

  async probe(context, signal) {
    // Side by side: a SQL Server that does not answer must not use up the time for Kafka.
    const [configs, rows] = await Promise.all([limits(context, signal), longestValues(context, signal)]);
    return { configs, ...rows };
  },

  judge({ configs, columns, longest }, settings) {
    if (!configs.ok) return notAnswered(ID, 'how large a record may be', configs.failure);
    const told = configs.value.filter(({ refused }) => refused === null);
    const known = told.map(({ name, values }) => ({ name, bytes: Number(values[LIMIT] ?? DEFAULT_LIMIT) }));
    const largest = longestOf(longest);
    if (columns.ok && columns.value.length === 0)
      return pass('no column to stream is longer than 8000 bytes');
    if (largest === undefined) return unknownRows(known.length);
    if (configs.value.length > 0 && told.length === 0) return noRight(largest, settings);
    const limit = smallest(known, largest, settings);
    return judgeSize(largest, limit, settings);
  },
};

async function limits(context: CheckContext, signal: AbortSignal): Promise<MessageSizeFacts['configs']> {
  const prefix = dataPrefix(context.settings);
  const names = await askKafka(context, signal, (kafka) => kafka.topicNames(prefix, signal));
  return names.ok ? askKafka(context, signal, (kafka) => kafka.configs(names.value, [LIMIT], signal)) : names;
}

async function longestValues(
  context: CheckContext,
  signal: AbortSignal,
): Promise<Omit<MessageSizeFacts, 'configs'>> {
  const columns = await unlimitedColumns(context, signal);
  return { columns, longest: columns.ok ? await sample(context, columns.value, signal) : null };
}

function unlimitedColumns(
  { sql, settings }: CheckContext,
  signal: AbortSignal,
): Promise<MessageSizeFacts['columns']> {
  const streams = streamsColumn(settings);
  return sql
    .query<Column>(
      `SELECT s.name AS schema_name, t.name AS table_name, c.name AS column_name
       FROM sys.columns AS c
       JOIN sys.types AS y ON y.user_type_id = c.system_type_id
       JOIN sys.tables AS t ON t.object_id = c.object_id
       JOIN sys.schemas AS s ON s.schema_id = t.schema_id
       WHERE t.is_ms_shipped = 0 AND s.name <> N'cdc'
         AND (c.max_length = -1 OR y.name IN (N'text', N'ntext', N'image', N'xml'))`,
      {},
      signal,
    )
    .then((answer) =>
      answer.ok
        ? {
            ok: true,
            value: answer.value.filter(({ schema_name: schema, table_name: table, column_name: column }) =>
              streams({ schema, table }, column),
            ),
          }
        : answer,
    );
}

/** Lengths only: no value leaves SQL Server. */
async function sample(
  { sql }: CheckContext,
  columns: readonly Column[],
  signal: AbortSignal,
): Promise<MessageSizeFacts['longest']> {
  if (columns.length === 0) return null;
  const selects = columns.slice(0, MOST_COLUMNS).map(({ schema_name, table_name, column_name }) => {
    const column = bracketed(column_name);
    const from = `SELECT TOP (${SAMPLE_ROWS}) ${column} FROM ${bracketed(schema_name)}.${bracketed(table_name)}`;
    return (
      `SELECT ${quoted(schema_name)} AS schema_name, ${quoted(table_name)} AS table_name, ` +
      `${quoted(column_name)} AS column_name, MAX(DATALENGTH(r.${column})) AS longest FROM (${from}) AS r`
    );
  });
  return sql.query(selects.join('\nUNION ALL\n'), {}, signal);
}

interface Largest {
  column: string;
  /** As `tables` takes it at a prompt. */
  typed: string;
  /** `dbo.Scans`: the end of its topic's name, too. */
  table: string;
  bytes: number;
}

function longestOf(longest: MessageSizeFacts['longest']): Largest | undefined {
  if (longest === null || !longest.ok) return undefined;
  const [first] = longest.value
    .map(({ schema_name, table_name, column_name, longest: length }) => ({
      column: `${schema_name}.${table_name}.${column_name}`,
      typed: typedColumn({ schema_name, table_name, column_name }),
      table: `${schema_name}.${table_name}`,
      bytes: Math.round(Number(length ?? 0) * GROWTH),
    }))
    .sort((a, b) => b.bytes - a.bytes);
  return first;
}

/** The limit of the table's own topic; Kafka's default where that is not made yet; never more than the worker sends. */
function smallest(
  limits: readonly { name: string; bytes: number }[],
  { table }: Largest,
  settings: FacilitySettings,
): { topic: string; bytes: number } {
  const topic = `${dataPrefix(settings)}${table}`;
  const bytes = limits.find(({ name }) => name === topic)?.bytes ?? DEFAULT_LIMIT;
  return { topic, bytes: Math.min(bytes, WORKER_LIMIT) };
}

function judgeSize(
  { column, typed, table, bytes }: Largest,
  limit: { topic: string; bytes: number },
  settings: FacilitySettings,
): Verdict {
  const current = `${column}: about ${kib(bytes)} as a record, in the first ${SAMPLE_ROWS} rows; at most ${kib(limit.bytes)} fit`;
  if (bytes <= limit.bytes * WARNING_SHARE)
    return pass(`the largest seen takes ${kib(bytes)} of ${kib(limit.bytes)}`, current);
  const wanted = Math.min(WORKER_LIMIT, 2 ** Math.ceil(Math.log2(bytes * 2)));
  const detail = {
    current,
    required: `records below ${kib(limit.bytes * WARNING_SHARE)}, or a larger limit`,
    remedy: {
      text:
        'Best leave this column in the hospital where no report needs it; init puts that into effect, and the stream goes on. Else ' +
        `the central team gives the topic a larger limit (at most ${kib(WORKER_LIMIT)}, which is what the worker sends).`,
      commands: [
        `clinicmaster-cdc tables --leave-out-columns ${typed}`,
        'clinicmaster-cdc init',
        topicConfigCommand(settings, limit.topic, `${LIMIT}=${wanted}`),
      ],
      who: 'central-team' as const,
    },
  };
  return bytes > limit.bytes
    ? fail(
        `${ID}-too-large`,
        `Rows of ${table} are larger than Kafka takes: the connector stops at the first.`,
        detail,
      )
    : warn(`${ID}-near`, `Rows of ${table} come near to what Kafka takes as one record.`, detail);
}

/** In brackets and quotes where a name is no plain word. */
function typedColumn({ schema_name, table_name, column_name }: Column): string {
  const names = [schema_name, table_name, column_name];
  if (names.every((name) => /^\w+$/.test(name))) return `${schema_name}.${table_name}:${column_name}`;
  const [schema, table, column] = names.map(bracketed);
  return `"${schema}.${table}:${column}"`;
}

function noRight(largest: Largest, settings: FacilitySettings): Verdict {
  return unknown(`${ID}-no-right`, 'This user may not look at how large a record may be.', {
    current: `the largest seen: ${largest.column}, about ${kib(largest.bytes)}`,
    required: 'DescribeConfigs on the data topics, which changes nothing',
    remedy: {
      text: 'The central team runs this line; then run this again.',
      commands: [aclCommand(settings, ['DESCRIBE_CONFIGS'], { topic: `${TOPIC_PREFIX}.` })],
      who: 'central-team',
    },
  });
}

function unknownRows(topics: number): Verdict {
  return unknown(`${ID}-no-rows`, 'SQL Server did not say how large its rows are.', {
    current: `${topics} topics with their limits known`,
    required: 'A login that may read the tables.',
    remedy: {
      text: 'See the checks sql-login and sql-permissions.',
      commands: ['clinicmaster-cdc doctor --only sqlserver'],
      who: 'dba',
    },
  });
}

function kib(bytes: number): string {
  return bytes >= 1_048_576 ? `${(bytes / 1_048_576).toFixed(1)} MiB` : `${Math.ceil(bytes / 1024)} KiB`;
}
