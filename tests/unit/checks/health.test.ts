import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { judgeHealth } from '../../../src/checks/health/judge.ts';
import { kindOf, knownCodes } from '../../../src/checks/health/kinds.ts';
import { isHealthCheck, STATUS_CHECKS } from '../../../src/checks/health/look.ts';
import { playbookOf } from '../../../src/checks/health/playbooks.ts';
import { HEALTHS } from '../../../src/checks/health/words.ts';
import { FACILITY_CHECKS } from '../../../src/checks/registry.ts';
import type { CheckResult, Outcome } from '../../../src/checks/types.ts';

const result = (id: string, outcome: Outcome, code: string, summary = 'so it is'): CheckResult => ({
  id,
  title: FACILITY_CHECKS.find((check) => check.id === id)!.title,
  area: 'pipeline',
  verdict: { outcome, code, summary },
  facts: null,
  ms: 1,
});

/** Every check of `status`, all well. */
const well = () => STATUS_CHECKS.map(({ id }) => result(id, 'pass', 'ok'));
const but = (...others: CheckResult[]) => [
  ...well().filter(({ id }) => !others.some((other) => other.id === id)),
  ...others,
];
const word = (...others: CheckResult[]) => judgeHealth(but(...others));
const codes = (...others: CheckResult[]) => word(...others).findings.map(({ code }) => code);

describe('the word for a facility', () => {
  it('is healthy when every check passes', () => {
    expect(judgeHealth(well())).toEqual({ health: 'healthy', findings: [], ok: true });
  });

  it.each([
    ['S1', 'sql-agent-running', 'fail', 'sql-agent-running-stopped', 'stalled', false],
    ['S1, late', 'sql-capture-fresh', 'warn', 'sql-capture-fresh-late', 'late', true],
    ['S2', 'sql-offset-window', 'fail', 'sql-offset-window-lost', 'lost', false],
    ['S2, soon', 'sql-offset-window', 'fail', 'sql-offset-window-closing', 'late', false],
    ['S3', 'sql-capture-gap', 'fail', 'sql-capture-gap-lost', 'lost', false],
    ['S4', 'sql-db-restored', 'fail', 'sql-db-restored-changed', 'losing', false],
    ['S5', 'sql-tables-enabled', 'fail', 'sql-tables-enabled-missing', 'losing', false],
    ['S6', 'sql-schema-drift', 'fail', 'sql-schema-drift-columns', 'losing', false],
    ['S7', 'sql-offset-window', 'warn', 'sql-offset-window-idle', 'risk', true],
    ['S8', 'heartbeat-fresh', 'warn', 'heartbeat-fresh-none', 'late', true],
    ['S9', 'sql-table-pk', 'fail', 'sql-table-pk-none', 'losing', false],
    ['S10', 'kafka-group-foreign-member', 'fail', 'kafka-group-foreign-member-in-use', 'losing', false],
    ['S11', 'kafka-history-config', 'fail', 'kafka-history-config-gone', 'risk', false],
    ['a pause', 'connector-state', 'fail', 'connector-state-paused', 'stopped', false],
    ['a failed task', 'connector-state', 'fail', 'connector-state-sql-login', 'stalled', false],
    ['no answer', 'heartbeat-fresh', 'unknown', 'heartbeat-fresh-unanswered', 'unknown', false],
    ['too late', 'heartbeat-fresh', 'fail', 'heartbeat-fresh-timeout', 'unknown', false],
    ['a login that fails here', 'sql-login', 'fail', 'sql-login-refused', 'unknown', false],
    [
      'no right, not essential',
      'sql-agent-running',
      'unknown',
      'sql-agent-running-no-right',
      'healthy',
      true,
    ],
    ['a check that broke', 'stream-topics', 'unknown', 'stream-topics-crashed', 'healthy', true],
  ] as const)('%s', (_, id, outcome, code, health, ok) => {
    expect(word(result(id, outcome, code))).toMatchObject({ health, ok });
  });

  it('is the worst of several, and tells them in that order', () => {
    const several = [
      result('stream-lag', 'warn', 'stream-lag-late'),
      result('sql-offset-window', 'fail', 'sql-offset-window-lost'),
      result('sql-table-pk', 'fail', 'sql-table-pk-none'),
    ];
    expect(word(...several).health).toBe('lost');
    // What waits behind a lost position is no reason of its own.
    expect(codes(...several)).toEqual(['sql-offset-window-lost', 'sql-table-pk-none']);
  });

  it('tells a cause once', () => {
    expect(
      codes(
        result('connector-state', 'fail', 'connector-state-paused'),
        result('heartbeat-fresh', 'fail', 'heartbeat-fresh-silent'),
        result('stream-lag', 'fail', 'stream-lag-stuck'),
      ),
    ).toEqual(['connector-state-paused']);
    expect(
      codes(
        result('sql-agent-running', 'fail', 'sql-agent-running-stopped'),
        result('sql-capture-fresh', 'fail', 'sql-capture-fresh-stopped'),
      ),
    ).toEqual(['sql-agent-running-stopped']);
  });

  it('does not vouch for what was not asked, and names the cause once', () => {
    const why = 'Not checked: needs “A broker can be reached”.';
    const { health, findings } = word(
      result('heartbeat-fresh', 'skip', 'heartbeat-fresh-skipped', why),
      result('stream-topics', 'skip', 'stream-topics-skipped', why),
    );
    expect(health).toBe('unknown');
    expect(findings).toHaveLength(1);
    expect(findings[0]?.summary).toContain(why);
  });

  it('does not tell a skip whose cause is a reason already', () => {
    const login = result('sql-login', 'fail', 'sql-login-refused');
    const skipped = result(
      'stream-lag',
      'skip',
      'stream-lag-skipped',
      `Not checked: needs “${login.title}”.`,
    );
    expect(codes(login, skipped)).toEqual(['sql-login-refused']);
  });

  it('takes a worker elsewhere for a new machine where ours does not run', () => {
    const foreign = result('kafka-group-foreign-member', 'fail', 'kafka-group-foreign-member-in-use');
    expect(word(foreign).health).toBe('losing');
    const gone = result('docker-container-state', 'fail', 'docker-container-state-absent');
    expect(word(foreign, gone).health).toBe('stopped');
  });
});

describe('the codes that are known', () => {
  const text = readdirSync(new URL('../../../src', import.meta.url), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.includes('health'))
    .map((file) => readFileSync(new URL(`../../../src/${file}`, import.meta.url), 'utf8'))
    .join('\n');

  it.each(knownCodes())('%s is one that a check of status can give', (code) => {
    const check = STATUS_CHECKS.map(({ id }) => id)
      .filter((id) => code.startsWith(`${id}-`))
      .sort((a, b) => b.length - a.length)[0];
    expect(check).toBeDefined();
    const end = code.slice(check!.length + 1);
    const template =
      text.includes(`\${ID}-${end}\``) || text.includes(`'${end}'`) || text.includes(`'${code}'`);
    expect(template, `${check}: ${end}`).toBe(true);
  });

  it('say something else than the outcome alone would', () => {
    for (const code of knownCodes())
      expect(HEALTHS).toContain(kindOf('', { outcome: 'fail', code, summary: '' }));
  });
});

describe('the checks of status', () => {
  it('are checks of doctor, and wait for none that is not run', () => {
    const all = FACILITY_CHECKS.map(({ id }) => id);
    for (const { id, needs } of STATUS_CHECKS) {
      expect(all).toContain(id);
      expect(needs.filter((need) => !isHealthCheck(need))).toEqual([]);
    }
  });

  it('name playbooks that the package brings, for codes and for whole checks', () => {
    const pages = readdirSync(new URL('../../../docs/playbooks', import.meta.url));
    const codes = [
      ...knownCodes(),
      'sql-offset-window-behind',
      'sql-log-space-full',
      'stream-lag-uncaptured',
    ];
    const named = codes.flatMap((code) => playbookOf(code) ?? []);
    expect(named.filter((page) => !pages.includes(`${page}.md`))).toEqual([]);
    // The longest name wins: idle is no line that is down.
    expect(playbookOf('sql-offset-window-idle')).toBe('idle-facility');
    expect(playbookOf('sql-offset-window-behind')).toBe('line-down');
    expect(playbookOf('heartbeat-fresh-silent')).toBeUndefined();
  });
});
