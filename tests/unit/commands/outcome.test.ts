import { describe, expect, it } from 'vitest';
import type { CheckResult, Outcome } from '../../../src/checks/types.ts';
import { installed } from '../../../src/commands/shared/outcome.ts';
import { createOutput } from '../../../src/ui/terminal-output.ts';

/** The end of an installation whose check of the start at boot came to this. */
function end(outcome: Outcome, format: 'text' | 'json' = 'text'): { exit: number; shown: string } {
  let shown = '';
  const take = (text: string) => {
    shown += text;
  };
  const out = createOutput({
    format,
    verbose: false,
    color: false,
    unicode: true,
    width: 80,
    stdout: take,
    stderr: { write: take, live: false },
  });
  const boot: CheckResult = {
    id: 'docker-start-on-boot',
    title: 'Docker starts with the machine',
    area: 'host',
    facts: null,
    ms: 0,
    verdict: {
      outcome,
      code: 'docker-start-on-boot-x',
      summary: 'Docker does not start with the machine.',
      remedy: { text: 'Switch it on.', commands: ['sudo systemctl enable docker'], who: 'you' },
    },
  };
  const exit = installed(out, {
    command: 'init',
    headline: 'X streams',
    dir: '/fac',
    container: 'c',
    steps: [],
    checks: [boot],
    failed: outcome === 'fail',
    next: ['clinicmaster-cdc status'],
  });
  return { exit, shown };
}

describe('the end of an installation', () => {
  it('says nothing of a power cut that would be survived', () => {
    expect(end('pass').shown).not.toContain('power cut');
  });

  it('says that it would not be, once, with the command', () => {
    const { exit, shown } = end('warn');
    expect(exit).toBe(0);
    expect(shown).toContain(
      [
        '▲ After a power cut this would not come back by itself. Docker does not start',
        '  with the machine.',
        '    Switch it on.',
        '    sudo systemctl enable docker',
      ].join('\n'),
    );
    // What failed is told with the other troubles.
    expect(end('fail').shown.match(/systemctl enable/g)).toHaveLength(1);
  });

  it('says that it is not known, and gives all of it to another program', () => {
    expect(end('unknown').shown).toContain('? Whether this comes back after a power cut is not certain.');
    expect(JSON.parse(end('unknown', 'json').shown)).toMatchObject({
      powerCut: { comesBack: null, why: [{ commands: ['sudo systemctl enable docker'] }] },
    });
  });
});
