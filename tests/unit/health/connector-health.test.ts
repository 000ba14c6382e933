import { describe, expect, it } from 'vitest';
import type { RunState } from '../../../src/adapters/connect-port.ts';
import { connectorHealth } from '../../../src/connector/health.ts';

const health = (connector: RunState, ...tasks: RunState[]) =>
  connectorHealth({
    name: 'cdc-X',
    type: 'source',
    connector: { state: connector, workerId: 'w' },
    tasks: tasks.map((state, id) => ({ id, state, workerId: 'w', trace: 'a.B: Java heap space' })),
  });

describe('connectorHealth', () => {
  it.each<[RunState, RunState[], string]>([
    ['RUNNING', ['RUNNING'], 'running'],
    ['RUNNING', ['RUNNING', 'FAILED'], 'failed'],
    ['RUNNING', [], 'no-task'],
    ['RUNNING', ['UNASSIGNED'], 'starting'],
    ['UNASSIGNED', [], 'starting'],
    ['RESTARTING', ['RUNNING'], 'starting'],
    ['PAUSED', ['PAUSED'], 'paused'],
    ['RUNNING', ['PAUSED'], 'paused'],
    ['STOPPED', [], 'stopped'],
    ['FAILED', [], 'failed'],
    ['PAUSED', ['FAILED'], 'failed'],
  ])('connector %s with tasks %o is %s', (connector, tasks, working) => {
    expect(health(connector, ...tasks).working).toBe(working);
  });
  it('explains each failed part', () => {
    expect(health('RUNNING', 'RUNNING', 'FAILED').failures).toMatchObject([
      { part: 'task 1', explanation: { code: 'out-of-memory' } },
    ]);
  });
});
