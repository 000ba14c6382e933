import type { Remedy } from '../types.ts';

/**
 * What a facility does, worst first: where several hold, the first one is the word.
 * - `lost`: changes were deleted before they were read; nothing brings them back by itself.
 * - `losing`: changes are made at this moment that will not arrive.
 * - `stalled`: nothing moves, though it should; SQL Server still keeps what waits.
 * - `stopped`: somebody has halted it.
 * - `unknown`: what would tell could not be learnt.
 * - `late`: data arrive, behind time.
 * - `risk`: data arrive in time, and something will stop or lose them unless somebody acts.
 * - `healthy`: data arrive in time.
 */
export const HEALTHS = [
  'lost',
  'losing',
  'stalled',
  'stopped',
  'unknown',
  'late',
  'risk',
  'healthy',
] as const;

export type Health = (typeof HEALTHS)[number];

/** One reason for a word: what was found, how it is known, and who must do what. */
export interface Finding {
  health: Exclude<Health, 'healthy'>;
  /** Id of the check that found it. */
  check: string;
  /** Of the verdict; stable. */
  code: string;
  /** Of the check's verdict: whether somebody has to act. */
  outcome: 'warn' | 'fail' | 'unknown';
  summary: string;
  current?: string;
  required?: string;
  remedy?: Remedy;
  /** The page that leads through the recovery: `doctor explain <playbook>`. */
  playbook?: string;
}
