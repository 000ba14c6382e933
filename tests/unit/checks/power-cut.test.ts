import { describe, expect, it } from 'vitest';
import { afterPowerCut } from '../../../src/checks/power-cut.ts';
import type { CheckResult, Outcome } from '../../../src/checks/types.ts';

const result = (id: string, outcome: Outcome): CheckResult => ({
  id,
  title: id,
  area: 'host',
  facts: null,
  ms: 0,
  verdict: {
    outcome,
    code: `${id}-x`,
    summary: `${id} ${outcome}`,
    remedy: { text: 'Do it.', commands: [`cure ${id}`], who: 'you' },
  },
});

describe('after a power cut', () => {
  it.each([
    [['pass', 'pass'], true],
    [['unknown', 'pass'], null],
    [['unknown', 'fail'], false],
    [['warn', 'pass'], false],
    [['pass', 'skip'], true],
  ] as const)('Docker and container %j: %s', (outcomes, comesBack) => {
    const [docker, container] = outcomes;
    const checks = [
      result('docker-start-on-boot', docker),
      result('docker-restart-policy', container),
      result('host-power', 'warn'),
    ];
    expect(afterPowerCut(checks).comesBack).toBe(comesBack);
  });

  it('says what stands against it, by the latest look', () => {
    const before = result('docker-start-on-boot', 'fail');
    expect(afterPowerCut([before, result('docker-start-on-boot', 'pass')])).toEqual({
      comesBack: true,
      why: [],
    });
    expect(afterPowerCut([before])).toEqual({
      comesBack: false,
      why: [
        { summary: 'docker-start-on-boot fail', todo: 'Do it.', commands: ['cure docker-start-on-boot'] },
      ],
    });
  });
});
