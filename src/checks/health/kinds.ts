import type { Verdict } from '../types.ts';
import type { Finding } from './words.ts';

type Kind = Finding['health'];

/** What a code says about the stream, where its check's outcome alone would not tell. `null`: nothing. */
const KINDS: Record<string, Kind | null> = {
  // Deleted unread.
  'sql-offset-window-lost': 'lost',
  'sql-offset-window-passed': 'lost',
  'sql-capture-gap-lost': 'lost',
  'sql-capture-gap-replaced': 'lost',
  'connector-state-position-lost': 'lost',
  'connector-state-lsn-outside-window': 'lost',
  // Sent as NULL.
  'stream-values-left-out': 'lost',
  // Made now, and will not arrive.
  'sql-db-cdc-enabled-off': 'losing',
  'sql-tables-enabled-missing': 'losing',
  'sql-tables-enabled-none': 'losing',
  'sql-schema-drift-columns': 'losing',
  'sql-table-pk-none': 'losing',
  'sql-table-pk-not-captured': 'losing',
  'sql-lsn-regressed-back': 'losing',
  'sql-db-restored-changed': 'losing',
  'kafka-group-foreign-member-in-use': 'losing',
  'heartbeat-fresh-foreign': 'losing',
  'docker-container-state-foreign': 'losing',
  // Halted by somebody.
  'docker-container-state-absent': 'stopped',
  'docker-container-state-stopped': 'stopped',
  'docker-container-state-paused': 'stopped',
  'connector-state-paused': 'stopped',
  'connector-state-stopped': 'stopped',
  // This machine cannot look; the connector may well be able to.
  'docker-permission-refused': 'unknown',
  'docker-endpoint-absent': 'unknown',
  'kafka-group-foreign-member-no-docker': 'unknown',
  // Behind time.
  'sql-offset-window-closing': 'late',
  'sql-scan-latency-behind': 'late',
  // All arrives today.
  'sql-capture-fresh-unchanged': 'risk',
  'sql-offset-window-idle': 'risk',
  'sql-offset-window-idle-lost': 'risk',
  'kafka-history-config-retention': 'risk',
  'kafka-history-config-partitions': 'risk',
  'kafka-history-config-gone': 'risk',
  'sql-log-space-held': 'risk',
  'sql-log-space-filling': 'risk',
  'sql-log-space-full': 'risk',
  'sql-agent-running-manual': 'risk',
  'sql-agent-running-account': 'risk',
  'sql-login-expires-soon': 'risk',
  'sql-login-windows-only': 'risk',
  'sql-schema-drift-altered': 'risk',
  'sql-table-pk-unique-index': 'risk',
  'docker-container-state-restarts': 'risk',
  'connector-config-differs': 'risk',
  'connector-foreign-source': 'risk',
};

const ESSENTIAL = [
  'docker-endpoint',
  'docker-container-state',
  'docker-connect-rest',
  'connector-state',
  'heartbeat-fresh',
  'sql-login',
  'sql-db-cdc-enabled',
  'sql-capture-fresh',
  'sql-offset-window',
  'stream-lag',
];

/** Whether nobody can vouch for a facility without this check's answer; of the others a missing answer is a note. */
export function isEssential(check: string): boolean {
  return ESSENTIAL.includes(check);
}

/** A login that fails here says that this program cannot look; whether the connector gets in, its heartbeat tells. */
const LOOKING = ['sql-login', 'docker-endpoint', 'docker-permission'];

/** What a verdict says about the stream; null when it says nothing about it. */
export function kindOf(check: string, { outcome, code }: Verdict): Kind | null {
  const known = KINDS[code];
  if (known !== undefined) return known;
  // The runner's own codes: the question was not answered.
  const unanswered = outcome === 'unknown' || UNANSWERED.some((end) => code === `${check}-${end}`);
  if (unanswered) return isEssential(check) ? 'unknown' : null;
  if (outcome === 'fail') {
    if (LOOKING.includes(check)) return 'unknown';
    return check.startsWith('stream-metrics') ? 'risk' : 'stalled';
  }
  return LATE.includes(check) ? 'late' : 'risk';
}

/** The codes that have a meaning of their own; for tests. */
export function knownCodes(): string[] {
  return Object.keys(KINDS);
}

const UNANSWERED = ['timeout', 'error', 'crashed'];

/** A warning of these means that data arrive behind time. */
const LATE = [
  'docker-connect-rest',
  'connector-state',
  'stream-position',
  'heartbeat-fresh',
  'stream-lag',
  'sql-capture-fresh',
  'sql-offset-window',
  'sql-scan-latency',
];
