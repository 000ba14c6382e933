/** Pages that lead through a recovery, by the code or the check that they are for. */
const PLAYBOOKS: Record<string, string> = {
  'sql-agent-running': 'capture-stopped',
  'sql-capture-fresh': 'capture-stopped',
  'sql-capture-fresh-unchanged': 'idle-database',
  'stream-lag-uncaptured': 'capture-stopped',
  'sql-offset-window-lost': 'retention-passed',
  'sql-offset-window-passed': 'retention-passed',
  'sql-offset-window-idle': 'idle-facility',
  'sql-offset-window': 'line-down',
  'sql-capture-gap': 'table-gap',
  'sql-lsn-regressed': 'database-restored',
  'sql-db-restored': 'database-restored',
  'sql-tables-enabled': 'table-not-captured',
  'sql-schema-drift': 'column-change',
  'stream-columns': 'column-change',
  'sql-table-pk': 'table-without-key',
  'kafka-group-foreign-member': 'duplicate-code',
  'heartbeat-fresh-foreign': 'duplicate-code',
  'heartbeat-fresh-none': 'idle-database',
  'kafka-history-config': 'history-lost',
  'connector-state-history-missing': 'history-lost',
  'connector-state-position-lost': 'retention-passed',
  'connector-state-record-too-large': 'poison-row',
  'stream-values': 'poison-row',
  'connector-foreign': 'renamed-facility',
  'sql-log-space': 'disk-full',
};

/** Name of the page, for `doctor explain`; undefined where the remedy says all there is. */
export function playbookOf(code: string): string | undefined {
  // The longest name that the code begins with: a code is its check's id and what is wrong.
  const names = Object.keys(PLAYBOOKS)
    .filter((name) => code === name || code.startsWith(`${name}-`))
    .sort((a, b) => b.length - a.length);
  return names[0] === undefined ? undefined : PLAYBOOKS[names[0]];
}
