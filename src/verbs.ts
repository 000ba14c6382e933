import type { CommandModule } from './commands/shared/module.ts';

/** One verb of the command tree; its module is loaded only when it is used. */
export interface Verb {
  name: string;
  summary: string;
  load?: () => Promise<CommandModule>;
  verbs?: readonly Verb[];
}

/** Every verb, in the order in which help lists them: by task, then by name. */
export const VERBS: readonly Verb[] = [
  {
    name: 'init',
    summary: 'install a facility, or complete and correct an installation',
    load: async () => (await import('./commands/init.ts')).init,
  },
  {
    name: 'status',
    summary: 'is it healthy? container, worker, connector, position, heartbeat',
    load: async () => (await import('./commands/status.ts')).status,
  },
  {
    name: 'doctor',
    summary: 'every check, with what to do and who must do it',
    load: async () => (await import('./commands/doctor.ts')).doctor,
    verbs: [
      {
        name: 'explain',
        summary: 'more on one check: what it looks at, why it matters, what to do',
        load: async () => (await import('./commands/doctor-explain.ts')).doctorExplain,
      },
    ],
  },
  {
    name: 'stop',
    summary: 'end in order and stay stopped until start',
    load: async () => (await import('./commands/stop.ts')).stop,
  },
  {
    name: 'start',
    summary: 'start what was stopped, and wait until it streams',
    load: async () => (await import('./commands/start.ts')).start,
  },
  {
    name: 'restart',
    summary: 'connector and task anew, or only what has failed, or the container',
    load: async () => (await import('./commands/restart.ts')).restart,
  },
  {
    name: 'pause',
    summary: 'read no more for a while; worker and container stay up',
    load: async () => (await import('./commands/pause.ts')).pause,
  },
  {
    name: 'resume',
    summary: 'read on after pause',
    load: async () => (await import('./commands/resume.ts')).resume,
  },
  {
    name: 'upgrade',
    summary: 'another image; what does not stream is taken back by itself',
    load: async () => (await import('./commands/upgrade.ts')).upgrade,
  },
  {
    name: 'rotate',
    summary: 'new passwords for SQL Server or Kafka, tried before they are written',
    load: async () => (await import('./commands/rotate.ts')).rotate,
  },
  {
    name: 'bundle',
    summary: 'one file for somebody who helps: no password and no patient in it',
    load: async () => (await import('./commands/bundle.ts')).bundle,
  },
  {
    name: 'tables',
    summary: 'what streams: tables, keys, capture, drift; choose tables and columns',
    load: async () => (await import('./commands/tables.ts')).tables,
  },
  {
    name: 'sql',
    summary: 'T-SQL for the database, printed for the DBA or run with a DBA login',
    verbs: [
      {
        name: 'enable',
        summary: 'turn on capture, make the login, give the rights: what is missing and no more',
        load: async () => (await import('./commands/sql-enable.ts')).sqlEnable,
      },
      {
        name: 'grant',
        summary: "the connector's login and its rights alone",
        load: async () => (await import('./commands/sql-grant.ts')).sqlGrant,
      },
      {
        name: 'disable',
        summary: 'take back what enable has made',
        load: async () => (await import('./commands/sql-disable.ts')).sqlDisable,
      },
      {
        name: 'rotate',
        summary: "a new password for the connector's login",
        load: async () => (await import('./commands/sql-rotate.ts')).sqlRotate,
      },
    ],
  },
  {
    name: 'central',
    summary: 'the central site: the sink that fills the warehouse',
    verbs: [
      {
        name: 'init',
        summary: 'install the sink, or complete and correct its installation',
        load: async () => (await import('./commands/central-init.ts')).centralInit,
      },
    ],
  },
];
