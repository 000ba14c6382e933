import type { StatusReport } from '../checks/status-report.ts';
import { HEALTH_WORD } from './health-words.ts';

type Labels = Record<string, string>;
interface Metric {
  name: string;
  help: string;
  samples: { labels?: Labels; value: number }[];
}

const PREFIX = 'clinicmaster_cdc_';

/**
 * The report in Prometheus's text format (0.0.4), all of it gauges, for the textfile collector of a node exporter. What is not known is
 * absent: a zero would be a lie.
 */
export function statusPrometheus(report: StatusReport): string {
  const facility = { facility: report.facility.code };
  return metrics(report)
    .filter(({ samples }) => samples.length > 0)
    .map(({ name, help, samples }) =>
      [
        `# HELP ${PREFIX}${name} ${help}`,
        `# TYPE ${PREFIX}${name} gauge`,
        ...samples.map(
          ({ labels, value }) => `${PREFIX}${name}{${labelText({ ...facility, ...labels })}} ${value}`,
        ),
      ].join('\n'),
    )
    .join('\n');
}

function metrics(report: StatusReport): Metric[] {
  const { health, ok, findings, container, connector, tasks, lag, capture, headroom, heartbeat } = report;
  return [
    one(
      'look_timestamp_seconds',
      'When this was looked at, in seconds since 1970.',
      Date.parse(report.at) / 1000,
    ),
    {
      name: 'health',
      help: 'The word for the facility: 1 for the one that holds, 0 for the others.',
      samples: Object.keys(HEALTH_WORD).map((word) => ({
        labels: { health: word },
        value: Number(word === health),
      })),
    },
    one('ok', 'Data arrive and nothing has failed.', Number(ok)),
    {
      name: 'finding',
      help: 'One for each reason; the label code is that of doctor.',
      samples: findings.map((found) => ({
        labels: { code: found.code, check: found.check, health: found.health },
        value: 1,
      })),
    },
    one(
      'container_running',
      'The container runs.',
      flag(container, ({ status }) => status === 'running'),
    ),
    one('container_restarts', 'How often Docker has restarted it.', container?.restarts),
    one(
      'connector_running',
      'The connector is RUNNING.',
      flag(connector, ({ state }) => state === 'RUNNING'),
    ),
    one(
      'tasks_running',
      'Tasks that are RUNNING.',
      connector === null ? undefined : tasks.filter(({ state }) => state === 'RUNNING').length,
    ),
    one('lag_seconds', 'Age of the oldest captured change that is not stored as sent.', lag?.seconds),
    one('waiting_transactions', 'Captured transactions that are not stored as sent.', lag?.waiting),
    one('capture_age_seconds', 'Since the capture job of SQL Server last wrote.', capture?.wroteSeconds),
    one('capture_latency_seconds', 'From a commit to its capture.', capture?.latencySeconds),
    one('retention_seconds', 'How long SQL Server keeps captured changes.', headroom?.keptSeconds),
    one('headroom_seconds', 'Until changes that were not read are deleted.', headroom?.leftSeconds),
    one('heartbeat_age_seconds', 'Age of the latest heartbeat in Kafka.', heartbeat?.ageSeconds),
    one(
      'end_to_end_seconds',
      'Since the newest heartbeat row was written that has gone the whole way.',
      report.endToEnd?.ageSeconds,
    ),
    one('sent_records', 'Records of this facility since its task started.', report.sent?.records),
    one('sent_bytes', 'Bytes on the line since its task started.', report.sent?.bytes),
    one('sent_since_seconds', 'Since its task started.', report.sent?.sinceSeconds),
    one('first_copy_rows', 'Rows read by the first copy that is under way.', report.firstCopy?.rows),
    one('first_copy_seconds_left', 'At the speed so far.', report.firstCopy?.secondsLeft),
    {
      name: 'table_last_change_seconds',
      help: 'Since the last captured change of a table.',
      samples: (report.tables ?? []).flatMap(({ table, lastChangeSeconds: value }) =>
        value === null ? [] : [{ labels: { table }, value }],
      ),
    },
  ];
}

function one(name: string, help: string, value: number | null | undefined): Metric {
  return { name, help, samples: value === null || value === undefined ? [] : [{ value }] };
}

function flag<T>(part: T | null, holds: (part: T) => boolean): number | undefined {
  return part === null ? undefined : Number(holds(part));
}

function labelText(labels: Labels): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}="${escaped(value)}"`)
    .join(',');
}

function escaped(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
