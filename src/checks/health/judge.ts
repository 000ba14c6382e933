import type { CheckResult } from '../types.ts';
import { isEssential, kindOf } from './kinds.ts';
import { playbookOf } from './playbooks.ts';
import { type Finding, HEALTHS, type Health } from './words.ts';

/** The word for a facility, and every reason for it. */
export interface Judgement {
  health: Health;
  /** Worst first; those that only follow from another one are left out. */
  findings: Finding[];
  /** Exit code 0 fits: nothing has failed and the word says that data arrive. */
  ok: boolean;
}

/** Pure: the same for `status`, `doctor`, the page, the exit code, and for the facts of a bundle. */
export function judgeHealth(results: readonly CheckResult[]): Judgement {
  const told = results.flatMap(finding);
  const found = elsewhere([...told, ...unasked(results, told)]);
  const findings = found
    .filter((one) => !follows(one, found))
    .sort((a, b) => HEALTHS.indexOf(a.health) - HEALTHS.indexOf(b.health));
  const health = findings[0]?.health ?? 'healthy';
  const arrives = health === 'healthy' || health === 'risk' || health === 'late';
  return { health, findings, ok: arrives && findings.every(({ outcome }) => outcome !== 'fail') };
}

function finding({ id, verdict }: CheckResult): Finding[] {
  const { outcome, code, summary, current, required, remedy } = verdict;
  if (outcome === 'pass' || outcome === 'skip') return [];
  const health = kindOf(id, verdict);
  if (health === null) return [];
  const playbook = playbookOf(code);
  return [
    {
      health,
      check: id,
      code,
      outcome,
      summary,
      ...(current === undefined ? {} : { current }),
      ...(required === undefined ? {} : { required }),
      ...(remedy === undefined ? {} : { remedy }),
      ...(playbook === undefined ? {} : { playbook }),
    },
  ];
}

/**
 * An essential question that was not asked, because what it needs has failed: unknown, unless that failure is a reason itself.
 * One for each cause.
 */
function unasked(results: readonly CheckResult[], told: readonly Finding[]): Finding[] {
  const reasons = results.filter(({ id }) => told.some(({ check }) => check === id));
  const skipped = results.filter(
    ({ id, verdict }) =>
      isEssential(id) &&
      verdict.code === `${id}-skipped` &&
      !reasons.some(({ title }) => verdict.summary.includes(`“${title}”`)),
  );
  const once = new Map(
    skipped.map((result) => [result.verdict.summary, result]).reverse() as [string, CheckResult][],
  );
  return [...once.values()].map(({ id, title, verdict }) => ({
    health: 'unknown',
    check: id,
    code: verdict.code,
    outcome: 'unknown',
    summary: `${title}: not known. ${verdict.summary}`,
  }));
}

/** A worker under this code while ours does not run is no mixing of patients: it may be the facility's new machine. */
function elsewhere(found: readonly Finding[]): Finding[] {
  const runs = !found.some(({ check, health }) => check === 'docker-container-state' && health === 'stopped');
  return found.map((one) =>
    runs || one.check !== 'kafka-group-foreign-member' ? one : { ...one, health: 'risk' },
  );
}

/** A cause, and what is only its consequence: told once, by its cause. */
const CONSEQUENCES: readonly { of: (one: Finding) => boolean; hides: readonly string[] }[] = [
  {
    of: ({ check, health }) =>
      ['docker-container-state', 'docker-connect-rest', 'connector-state'].includes(check) &&
      (health === 'stopped' || health === 'stalled'),
    hides: ['heartbeat-fresh', 'stream-lag', 'stream-position'],
  },
  {
    of: ({ code }) => code === 'sql-agent-running-stopped',
    hides: ['sql-capture-fresh', 'sql-jobs-exist', 'sql-log-space', 'stream-lag-uncaptured'],
  },
  { of: ({ code }) => code === 'sql-db-restored-changed', hides: ['sql-lsn-regressed', 'sql-capture-gap'] },
  { of: ({ code }) => code === 'stream-lag-uncaptured', hides: ['sql-capture-fresh'] },
  {
    of: ({ code }) => code === 'sql-offset-window-lost',
    hides: ['stream-lag-late', 'stream-lag-stuck'],
  },
  { of: ({ code }) => code === 'stream-lag-stuck', hides: ['sql-offset-window-behind'] },
];

function follows(one: Finding, all: readonly Finding[]): boolean {
  return CONSEQUENCES.some(
    ({ of, hides }) =>
      (hides.includes(one.check) || hides.includes(one.code)) &&
      all.some((other) => other !== one && of(other)),
  );
}
