import { describe, expect, it } from 'vitest';
import type { ConnectorStatus, RunState } from '../../../src/adapters/connect-port.ts';
import type { InstallPorts } from '../../../src/install/deployment.ts';
import { runningStep } from '../../../src/install/steps/connector.ts';

const status = (connector: RunState, ...tasks: RunState[]): ConnectorStatus => ({
  name: 'c',
  type: 'source',
  connector: { state: connector, workerId: 'w' },
  tasks: tasks.map((state, id) => ({ id, state, workerId: 'w' })),
});

/** A worker that shows these states, one at each look, and runs some looks after it was told to go on. */
function worker(states: ConnectorStatus[], takes = 1) {
  let now = 0;
  let resumed = 0;
  let looks = 0;
  const ports = {
    clock: {
      now: () => now,
      sleep: async (ms: number) => {
        now += ms;
      },
    },
    connect: {
      status: async () => {
        if (resumed >= takes) return status('RUNNING', 'RUNNING');
        return states[Math.min(looks++, states.length - 1)];
      },
      resume: async () => {
        resumed++;
      },
    },
  } as unknown as InstallPorts;
  return { ports, resumed: () => resumed, now: () => now };
}

describe('a connector that is to run', () => {
  it('is told to go on when it shows only later that it is stopped', async () => {
    const { ports, resumed } = worker([status('UNASSIGNED'), status('STOPPED')]);
    await runningStep('c', 'x', ports).run(() => {});
    expect(resumed()).toBe(1);
  });

  it('is told again when it has not heard', async () => {
    const { ports, resumed, now } = worker([status('STOPPED')], 2);
    await runningStep('c', 'x', ports).run(() => {});
    expect([resumed(), now()]).toEqual([2, expect.closeTo(15_250, -3)]);
  });
});
