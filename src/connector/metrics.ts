/** Where a facility's worker gives its figures: inside its container, nowhere else. */
export const FIGURES_URL = 'http://127.0.0.1:9404/metrics';

/** The rules by which the image makes its figures; an image without this file has none. */
export const FIGURES_RULES = '/opt/connect/metrics.yaml';

/**
 * What a facility's worker counts, in its image's own words (`connect/metrics.yaml`). Null: not there, or not yet.
 *
 * Counters of `task`, `sent` and `topics` count from `countedFromMs`, the start of the task: it begins anew with each restart of
 * task, connector or container. Those of `stream` and `snapshot` are Debezium's and begin anew at its own attempts after an error,
 * too. So they tell what came since, never what came in all.
 */
export type WorkerMetrics = {
  /** Of the Java process. */
  uptimeMs: number | null;
  heapUsedBytes: number | null;
  heapMaxBytes: number | null;
  /** Milliseconds since 1970, by the container's clock. */
  countedFromMs: number | null;
  /** Connect's view of the task; null while it does not run. */
  task: TaskMetrics | null;
  /** What this task has sent to Kafka, tables and heartbeat together; null while it does not run. */
  sent: SentMetrics | null;
  /** The same by topic, this facility's records alone; a topic appears with its first record. Bytes are compressed. */
  topics: Record<string, { records: number; bytes: number }>;
  /** Debezium while it reads changes; null before that. */
  stream: StreamMetrics | null;
  /**
   * Debezium's copy of the tables: the first one, or one beside the stream, which the position alone tells apart. Null where none was
   * begun since the task started.
   */
  snapshot: SnapshotMetrics | null;
};

export type TaskMetrics = {
  polled: number | null;
  /** Sent and acknowledged by Kafka. */
  written: number | null;
  /** Polled and not yet acknowledged. */
  active: number | null;
  /** 0 to 1: of the attempts to store the position in the last minute. */
  offsetCommitFailureRatio: number | null;
  recordFailures: number | null;
  recordsSkipped: number | null;
};

export type SentMetrics = {
  /** All that the producer has put on the line, compressed, requests about topics included. */
  bytes: number | null;
  records: number | null;
  errors: number | null;
  retries: number | null;
  /** Of a request in the last minute, answer included; null when there was none. */
  latencyMs: number | null;
};

export type StreamMetrics = {
  connected: boolean | null;
  /** At the last event, the difference of the two clocks included; it stands still while nothing happens. */
  behindMs: number | null;
  sinceLastEventMs: number | null;
  events: number | null;
  erroneous: number | null;
  filtered: number | null;
  /** Records that fit between Debezium and Kafka, and how many more would. */
  queueTotal: number | null;
  queueFree: number | null;
  queueBytes: number | null;
  queueMaxBytes: number | null;
};

export type SnapshotMetrics = {
  running: boolean | null;
  paused: boolean | null;
  completed: boolean | null;
  aborted: boolean | null;
  skipped: boolean | null;
  seconds: number | null;
  /** Of the first copy, also while other tables are copied beside the stream. */
  tables: number | null;
  tablesLeft: number | null;
  /** Rows read since the task started, of all copies; moves with each row. */
  events: number | null;
  erroneous: number | null;
  /**
   * Rows read by table, `Database.dbo.Visits`. Of the first copy it moves every ten seconds and at the end of each table; beside the
   * stream with each chunk, where a table that is copied again begins anew and the others keep what they had.
   */
  rows: Record<string, number>;
};

type Sample = { labels: Record<string, string>; value: number };
type Samples = Map<string, Sample[]>;

const SAMPLE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)(?: \d+)?$/;
const LABEL = /([a-zA-Z_]\w*)="((?:\\.|[^"\\])*)"/g;
const ESCAPES: Record<string, string> = { n: '\n', '"': '"', '\\': '\\' };

/** Reads Prometheus's text. @returns null where it holds no figure of a worker */
export function parseMetrics(text: string): WorkerMetrics | null {
  const samples = samplesOf(text);
  if (samples.size === 0) return null;
  const number = (name: string) => numberOf(samples, name);
  return {
    uptimeMs: number('jvm_uptime_ms'),
    heapUsedBytes: number('jvm_heap_used_bytes'),
    heapMaxBytes: number('jvm_heap_max_bytes'),
    countedFromMs: number('producer_start_time_ms'),
    task: unlessEmpty({
      polled: number('task_source_record_poll_total'),
      written: number('task_source_record_write_total'),
      active: number('task_source_record_active_count'),
      offsetCommitFailureRatio: number('task_offset_commit_failure_ratio'),
      recordFailures: number('task_total_record_failures'),
      recordsSkipped: number('task_total_records_skipped'),
    }),
    sent: unlessEmpty({
      bytes: number('producer_outgoing_byte_total'),
      records: number('producer_record_send_total'),
      errors: number('producer_record_error_total'),
      retries: number('producer_record_retry_total'),
      latencyMs: number('producer_request_latency_avg_ms'),
    }),
    topics: topicsOf(samples),
    stream: streamOf(samples),
    snapshot: snapshotOf(samples),
  };
}

function streamOf(samples: Samples): StreamMetrics | null {
  const number = (name: string) => numberOf(samples, `stream_${name}`);
  return unlessEmpty({
    connected: truth(number('connected')),
    behindMs: number('milli_seconds_behind_source'),
    sinceLastEventMs: number('milli_seconds_since_last_event'),
    events: number('total_number_of_events_seen'),
    erroneous: number('number_of_erroneous_events'),
    filtered: number('number_of_events_filtered'),
    queueTotal: number('queue_total_capacity'),
    queueFree: number('queue_remaining_capacity'),
    queueBytes: number('current_queue_size_in_bytes'),
    queueMaxBytes: number('max_queue_size_in_bytes'),
  });
}

function snapshotOf(samples: Samples): SnapshotMetrics | null {
  const number = (name: string) => numberOf(samples, `snapshot_${name}`);
  const figures = unlessEmpty({
    running: truth(number('running')),
    paused: truth(number('paused')),
    completed: truth(number('completed')),
    aborted: truth(number('aborted')),
    skipped: truth(number('skipped')),
    seconds: number('duration_in_seconds'),
    tables: number('total_table_count'),
    tablesLeft: number('remaining_table_count'),
    events: number('total_number_of_events_seen'),
    erroneous: number('number_of_erroneous_events'),
  });
  return figures === null ? null : { ...figures, rows: byLabel(samples, 'snapshot_rows_scanned', 'table') };
}

function topicsOf(samples: Samples): WorkerMetrics['topics'] {
  const records = byLabel(samples, 'topic_record_send_total', 'topic');
  const bytes = byLabel(samples, 'topic_byte_total', 'topic');
  return Object.fromEntries(
    Object.entries(records).map(([topic, count]) => [topic, { records: count, bytes: bytes[topic] ?? 0 }]),
  );
}

/** Every sample of ours by name, without the prefix that all share. */
function samplesOf(text: string): Samples {
  const samples: Samples = new Map();
  for (const line of text.split('\n')) {
    const [, name, labels = '', value = ''] = SAMPLE.exec(line.trimEnd()) ?? [];
    if (name === undefined || !name.startsWith('cdc_')) continue;
    const known = samples.get(name.slice(4)) ?? [];
    known.push({ labels: labelsOf(labels), value: Number(value) });
    samples.set(name.slice(4), known);
  }
  return samples;
}

function labelsOf(text: string): Record<string, string> {
  return Object.fromEntries(
    [...text.matchAll(LABEL)].map(([, name = '', value = '']) => [
      name,
      value.replace(/\\(.)/g, (written, letter) => ESCAPES[letter] ?? written),
    ]),
  );
}

/** Debezium says -1, and Kafka NaN, for what there is not. */
function numberOf(samples: Samples, name: string): number | null {
  const value = samples.get(name)?.[0]?.value;
  return value === undefined || !Number.isFinite(value) || value < 0 ? null : value;
}

function byLabel(samples: Samples, name: string, label: string): Record<string, number> {
  return Object.fromEntries(
    (samples.get(name) ?? []).flatMap(({ labels, value }) =>
      labels[label] === undefined || !Number.isFinite(value) || value < 0 ? [] : [[labels[label], value]],
    ),
  );
}

function truth(value: number | null): boolean | null {
  return value === null ? null : value !== 0;
}

function unlessEmpty<T extends Record<string, unknown>>(figures: T): T | null {
  return Object.values(figures).every((figure) => figure === null) ? null : figures;
}
