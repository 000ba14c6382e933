import type { Health, StatusReport } from '../checks/status-report.ts';
import type { CheckResult } from '../checks/types.ts';
import type { Style } from './output.ts';
import { verdictText } from './verdict-text.ts';

const UNKNOWN = 'not known';

const HEALTH: Record<Health, { symbol: 'pass' | 'warn' | 'fail'; text: string }> = {
  healthy: { symbol: 'pass', text: 'healthy' },
  attention: { symbol: 'warn', text: 'needs attention' },
  down: { symbol: 'fail', text: 'down' },
};

/** One line for each part, then whatever is not as it should be. */
export function statusText(report: StatusReport & { checks: readonly CheckResult[] }, style: Style): string {
  const { facility, health, checks } = report;
  const { symbol, text } = HEALTH[health];
  const lines = rows(report).map(
    ([label, value]) => `  ${label.padEnd(11)}${style.wrap(value, 13).trimStart()}`,
  );
  const troubles = checks
    .filter(({ verdict }) => verdict.outcome !== 'pass' && verdict.outcome !== 'skip')
    .map((check) => verdictText(check, style));
  const head = `${style.symbol(symbol)} ${style.bold(`${facility.name} (${facility.code})`)}: ${text}`;
  return [[head, ...lines].join('\n'), ...troubles].join('\n\n');
}

function rows(report: StatusReport): [string, string][] {
  const { container, worker, connector, tasks, position, copies, heartbeat, topics } = report;
  const states = tasks.map(({ id, state }) => `task ${id} ${state}`).join(', ');
  return [
    [
      'Container',
      container === null
        ? UNKNOWN
        : [
            container.name,
            `${container.status}${container.health === null ? '' : ` (${container.health})`}`,
            container.image ?? [],
          ]
            .flat()
            .join(', '),
    ],
    [
      'Worker',
      worker === null ? UNKNOWN : `${worker.state}, Kafka Connect ${worker.version ?? '?'}, ${worker.url}`,
    ],
    [
      'Connector',
      connector === null ? UNKNOWN : `${connector.name} ${connector.state}, ${states || 'no task'}`,
    ],
    ['Position', positionText(position)],
    ...copiesRow(copies),
    ['Heartbeat', heartbeatText(heartbeat)],
    ['Topics', topicsText(topics)],
  ];
}

/** Only while something is copied beside the stream. */
function copiesRow(copies: StatusReport['copies']): [string, string][] {
  if (copies === null) return [];
  const [first, ...more] = copies.tables;
  const names = more.length === 0 ? first : `${first} and ${more.length} more`;
  const hours = copies.hours === null ? '' : `, the first copy in its hours ${copies.hours}`;
  return [['Copying', `${names}${hours}: clinicmaster-cdc snapshot --status`]];
}

function heartbeatText(heartbeat: StatusReport['heartbeat']): string {
  if (heartbeat === null) return UNKNOWN;
  const { at, ageSeconds } = heartbeat;
  return ageSeconds === null ? 'none yet' : `${ago(ageSeconds)} ago (${at})`;
}

/** `12 s`, `7 min`, `3 h`, `5 days`. */
function ago(seconds: number): string {
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 2 * 3600) return `${Math.round(seconds / 60)} min`;
  if (seconds < 48 * 3600) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86_400)} days`;
}

function positionText(position: StatusReport['position']): string {
  if (position === null) return UNKNOWN;
  const lsn = position.commitLsn === null ? 'none stored yet' : `LSN ${position.commitLsn}`;
  return position.copying ? `${lsn}, the first copy is under way` : lsn;
}

function topicsText(topics: StatusReport['topics']): string {
  if (topics === null) return UNKNOWN;
  const counts = Object.values(topics);
  const records = counts.reduce((sum, count) => sum + count, 0);
  return `${records} records in ${counts.length} data topics, of all facilities together`;
}
