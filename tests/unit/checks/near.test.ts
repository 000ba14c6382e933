import { describe, expect, it } from 'vitest';
import { nearNames } from '../../../src/checks/near.ts';

const NAMES = ['sql-agent-running', 'sql-tcp', 'kafka-tcp', 'kafka-tls-handshake', 'kafka', 'docker-port'];

describe('names that may have been meant', () => {
  it.each([
    ['sql-agnet-running', ['sql-agent-running']],
    ['agent', ['sql-agent-running']],
    ['sql-tpc', ['sql-tcp']],
    ['sql-tcp-refused', ['sql-tcp']],
    ['kakfa', ['kafka']],
    ['tcp', ['kafka-tcp', 'sql-tcp']],
    ['weather-forecast', []],
  ])('%s: %j', (typed, near) => {
    expect(nearNames(typed, NAMES)).toEqual(near);
  });
});
