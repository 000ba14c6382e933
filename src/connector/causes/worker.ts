import { type Cause, check, DOCTOR } from './cause.ts';

/** The Connect worker itself, and the sink. */
export const WORKER_CAUSES: readonly Cause[] = [
  {
    code: 'out-of-memory',
    pattern: /OutOfMemoryError|Java heap space/i,
    summary: 'The worker ran out of memory.',
    remedy: 'Raise HEAP_OPTS and MEMORY_LIMIT together, then run init again.',
    commands: ["clinicmaster-cdc init --heap-opts '-Xms128m -Xmx640m' --memory 1g"],
    who: 'you',
  },
  {
    code: 'unresolved-reference',
    pattern: /\$\{env:[A-Z_]+\}/,
    summary: 'A setting reached the worker as its name, not as its value.',
    remedy:
      'It is missing in .env, or older than the image. Run init, which writes it and makes the container anew.',
    commands: ['clinicmaster-cdc init'],
    who: 'you',
  },
  {
    code: 'plugin-missing',
    pattern: /Failed to find any class that implements Connector/i,
    summary: 'The image does not hold the connector.',
    remedy: 'It is not an image of this program, or is broken. Load or build it again.',
    commands: ['clinicmaster-cdc image verify', 'clinicmaster-cdc init'],
    who: 'you',
  },
  {
    code: 'rebalancing',
    pattern: /stale configuration \(typically|because of a conflicting operation|due to no known leader URL/i,
    summary: 'The worker is just joining its group again.',
    remedy: 'It passes within two minutes. If it lasts, two workers use one facility code: the check tells.',
    commands: check('kafka-group-foreign-member'),
    who: 'you',
  },
  {
    code: 'offsets-while-running',
    pattern: /Connectors must be in the STOPPED state before their offsets can be modified/i,
    summary: 'The position of a running connector cannot be changed.',
    remedy: 'It is a protection. Stop the connector first, and only when a playbook says so.',
    commands: ['clinicmaster-cdc status'],
    who: 'you',
  },
  {
    code: 'sink-schema-conflict',
    pattern:
      /Cannot ALTER TABLE|violates not-null constraint|Table .* is missing and|Could not find table: /i,
    summary: 'A table of the warehouse is missing, or does not fit what a facility sends.',
    remedy:
      'Relax the column in PostgreSQL (drop NOT NULL, or add it as nullable), then restart what failed.',
    commands: DOCTOR,
    who: 'central-team',
  },
];

/** Lines that only wrap a cause. They count where no line within is known: the evidence is then the innermost line. */
export const WRAPPERS: readonly Cause[] = [
  {
    code: 'task-stopped',
    pattern: /Task threw an uncaught and unrecoverable exception|Tolerance exceeded in error handler/i,
    summary: 'The task has stopped and does not start again by itself.',
    remedy: 'The line tells why. Show it to the central team; once it is cured, restart what failed.',
    commands: ['clinicmaster-cdc logs --level ERROR', 'clinicmaster-cdc restart --failed'],
    who: 'central-team',
  },
  {
    code: 'sql-validation',
    pattern: /Unable to connect\. Check this and other connection properties|Could not build task configs/i,
    summary: 'The connector could not use SQL Server with these settings.',
    remedy: 'The line tells why; the checks of SQL Server try the same step by step.',
    commands: ['clinicmaster-cdc doctor --only sqlserver'],
    who: 'you',
  },
];
