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

/** What runs where no verb is named, at a terminal: it answers which one shall. */
export const loadStart = async () => (await import('./commands/start.ts')).start;
