import type { ConnectorStatus, RunState } from '../adapters/connect-port.ts';
import { explainTrace, type TraceExplanation } from './trace.ts';

/** What a connector does, all of its parts taken together. RUNNING of the connector alone says nothing. */
type Working = 'running' | 'starting' | 'paused' | 'stopped' | 'failed' | 'no-task';

export interface ConnectorHealth {
  working: Working;
  /** One entry for each failed part, explained. */
  failures: { part: string; explanation: TraceExplanation }[];
}

/**
 * Judges the states of a connector and all its tasks. A connector that RUNs with a failed task, or with none, is down; Connect
 * never restarts a failed task by itself.
 */
export function connectorHealth(status: ConnectorStatus): ConnectorHealth {
  const parts = [
    { part: 'connector', ...status.connector },
    ...status.tasks.map((task) => ({ part: `task ${task.id}`, ...task })),
  ];
  const failures = parts
    .filter((part) => part.state === 'FAILED')
    .map(({ part, trace }) => ({ part, explanation: explainTrace(trace ?? '') }));
  return {
    working: working(
      status,
      parts.map((part) => part.state),
      failures.length > 0,
    ),
    failures,
  };
}

function working(status: ConnectorStatus, states: readonly RunState[], failed: boolean): Working {
  if (failed) return 'failed';
  if (status.connector.state === 'STOPPED') return 'stopped';
  if (states.includes('PAUSED')) return 'paused';
  if (states.some((state) => state !== 'RUNNING')) return 'starting';
  return status.tasks.length === 0 ? 'no-task' : 'running';
}
