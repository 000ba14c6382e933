import type { Who } from '../../errors.ts';

/** One message of Connect, Debezium, a driver or a server, and what it means for a hospital. */
export interface Cause {
  /** Stable, kebab-case: docs/messages.md has a row for it. */
  code: string;
  /** A fragment that the message holds. Servers translate their texts: where there is an error number, it counts too. */
  pattern: RegExp;
  /** What has happened, in our words. */
  summary: string;
  remedy: string;
  commands: readonly string[];
  who: Who;
}

export const DOCTOR = ['clinicmaster-cdc doctor'];
export const DOCTOR_KAFKA = ['clinicmaster-cdc doctor --only kafka'];
export const DOCTOR_SQL = ['clinicmaster-cdc doctor --only sqlserver'];

/** `doctor` for single checks. */
export function check(...ids: string[]): string[] {
  return [`clinicmaster-cdc doctor --only ${ids.join(',')}`];
}
