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
    name: 'logs',
    summary: 'what the worker says, made readable: traces grouped and explained',
    load: async () => (await import('./commands/logs.ts')).logs,
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
    name: 'image',
    summary: 'build, fetch, save and load the image; compare it with its pin',
    verbs: [
      {
        name: 'build',
        summary: 'make the image here, from what the package brings',
        load: async () => (await import('./commands/image-build.ts')).imageBuild,
      },
      {
        name: 'pull',
        summary: 'fetch the image from the registry that its name gives',
        load: async () => (await import('./commands/image-pull.ts')).imagePull,
      },
      {
        name: 'push',
        summary: 'put the image into a registry, for the facilities',
        load: async () => (await import('./commands/image-push.ts')).imagePush,
      },
      {
        name: 'save',
        summary: 'the image as a file, for machines without the internet',
        load: async () => (await import('./commands/image-save.ts')).imageSave,
      },
      {
        name: 'load',
        summary: 'take the image from a file',
        load: async () => (await import('./commands/image-load.ts')).imageLoad,
      },
      {
        name: 'verify',
        summary: 'is it the image that was pinned, everywhere?',
        load: async () => (await import('./commands/image-verify.ts')).imageVerify,
      },
    ],
  },
  {
    name: 'tables',
    summary: 'what streams: tables, keys, capture, drift; choose tables and columns',
    load: async () => (await import('./commands/tables.ts')).tables,
  },
  {
    name: 'snapshot',
    summary: 'copy tables again while changes go on streaming: estimate, progress, pause',
    load: async () => (await import('./commands/snapshot.ts')).snapshot,
  },
  {
    name: 'recover',
    summary: 'after a loss that nobody saw: which recovery applies, if any',
    load: async () => (await import('./commands/recover.ts')).recover,
    verbs: [
      {
        name: 'gap',
        summary: 'changes were deleted before they were read: move on, copy what lost rows',
        load: async () => (await import('./commands/recover-gap.ts')).recoverGap,
      },
      {
        name: 'history',
        summary: 'the history of the tables is gone from Kafka: build it again, copy nothing',
        load: async () => (await import('./commands/recover-history.ts')).recoverHistory,
      },
      {
        name: 'restored',
        summary: 'an older backup was restored: position and tables anew',
        load: async () => (await import('./commands/recover-restored.ts')).recoverRestored,
      },
    ],
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
        name: 'handover',
        summary:
          'a captured table has got or lost columns: a second capture instance, then the end of the first',
        load: async () => (await import('./commands/sql-handover.ts')).sqlHandover,
      },
      {
        name: 'release',
        summary: 'end the capture of tables while a script of the vendor truncates or renames them',
        load: async () => (await import('./commands/sql-release.ts')).sqlRelease,
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
    name: 'config',
    summary: 'the settings: each value and where it came from; their JSON schema',
    verbs: [
      {
        name: 'explain',
        summary: 'each value, where it came from, what would override it, what is wrong with it',
        load: async () => (await import('./commands/config-explain.ts')).configExplain,
      },
      {
        name: 'schema',
        summary: 'the JSON schema of .env and --config, or of the enrolment file',
        load: async () => (await import('./commands/config-schema.ts')).configSchema,
      },
    ],
  },
  {
    name: 'completion',
    summary: 'a script that completes commands, flags and values in your shell',
    load: async () => (await import('./commands/completion.ts')).completion,
  },
  {
    name: 'uninstall',
    summary: 'take a facility off this machine; rows, position and capture stay',
    load: async () => (await import('./commands/uninstall.ts')).uninstall,
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
      {
        name: 'ghosts',
        summary: 'rows that a hospital has deleted unseen: found by a copy, taken out',
        load: async () => (await import('./commands/central-ghosts.ts')).centralGhosts,
        verbs: [
          {
            name: 'mark',
            summary: 'note the moment before a copy',
            load: async () => (await import('./commands/central-ghosts-mark.ts')).centralGhostsMark,
          },
          {
            name: 'show',
            summary: 'count what the copy has not written, and whether it came wholly',
            load: async () => (await import('./commands/central-ghosts-show.ts')).centralGhostsShow,
          },
          {
            name: 'remove',
            summary: 'take the ghosts out of a table, once the copy is proven whole',
            load: async () => (await import('./commands/central-ghosts-remove.ts')).centralGhostsRemove,
          },
          {
            name: 'restore',
            summary: 'put back what was taken out',
            load: async () => (await import('./commands/central-ghosts-restore.ts')).centralGhostsRestore,
          },
        ],
      },
      {
        name: 'recode',
        summary: "another code for a facility's rows, when its DHIS2 code has changed",
        load: async () => (await import('./commands/central-recode.ts')).centralRecode,
      },
    ],
  },
];

/** What runs where no verb is named, at a terminal: it answers which one shall. */
export const loadBare = async () => (await import('./commands/bare.ts')).bare;
