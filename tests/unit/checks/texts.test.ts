import { describe, expect, it } from 'vitest';
import { presentable } from '../../../src/checks/texts.ts';
import type { CheckResult } from '../../../src/checks/types.ts';
import { fail } from '../../../src/checks/verdicts.ts';

const result: CheckResult = {
  id: 'kafka-tcp',
  title: 'Kafka can be reached',
  area: 'kafka',
  verdict: fail('kafka-tcp-timeout', 'No answer to s3cret.', {
    remedy: { text: 'Say s3cret.', commands: ['nc -vz -w 5 kafka-1 9093'], who: 'network-admin' },
  }),
  facts: { said: ['s3cret'] },
  ms: 1,
};

describe('a result that is shown', () => {
  it.each([
    ['linux', 'nc -vz -w 5 kafka-1 9093'],
    ['win32', 'Test-NetConnection kafka-1 -Port 9093'],
  ])('holds no secret, and on %s the commands of that system', (platform, command) => {
    const shown = presentable([{ name: 'KAFKA_PASS', value: 's3cret' }], { platform })(result);
    expect(JSON.stringify(shown)).not.toContain('s3cret');
    expect(shown.verdict.remedy?.commands).toEqual([command]);
  });
});
