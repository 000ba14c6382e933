import type { CheckResult } from './types.ts';

/** Whether the stream comes back by itself after the next power cut. */
export interface PowerCut {
  /** Null: this machine does not say. */
  comesBack: boolean | null;
  /** What stands against it. */
  why: readonly { summary: string; todo: string; commands: readonly string[] }[];
}

/** What must be so: Docker starts with the machine, and the container with Docker. */
const DECIDING = new Set(['docker-start-on-boot', 'docker-restart-policy']);

/** @param checks results of an installed facility; a later result of a check stands for an earlier one */
export function afterPowerCut(checks: readonly CheckResult[]): PowerCut {
  const latest = new Map(checks.map((check) => [check.id, check.verdict]));
  const against = [...latest].flatMap(([id, verdict]) =>
    DECIDING.has(id) && ['warn', 'fail', 'unknown'].includes(verdict.outcome) ? [verdict] : [],
  );
  const sure = against.some(({ outcome }) => outcome !== 'unknown');
  return {
    comesBack: against.length === 0 ? true : sure ? false : null,
    why: against.map(({ summary, remedy }) => ({
      summary,
      todo: remedy?.text ?? '',
      commands: remedy?.commands ?? [],
    })),
  };
}
