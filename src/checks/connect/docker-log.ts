import type { FacilityCheck } from '../context.ts';
import { fail, pass, skip, warn } from '../verdicts.ts';
import { configuredContainer } from './configured-container.ts';

const ID = 'docker-log';

/** Docker's own limit where the driver `local` is given none: five files of 20 MB. */
const SELF_LIMITED = new Set(['local']);
const FILES = new Set(['json-file', 'local', 'journald']);

export type LogFacts = {
  /** Null: there is no container. */
  log: { driver: string; options: { [name: string]: string } } | null;
  /** Of the file that is written now; null where it cannot be seen. */
  bytes: number | null;
};

/** The container's log is kept on this machine and cannot fill its disk. */
export const dockerLog: FacilityCheck<LogFacts> = {
  id: ID,
  title: 'The log cannot fill the disk',
  area: 'connect',
  when: ['after-install', 'daily'],
  needs: ['docker-endpoint'],
  timeoutMs: 5000,

  async probe({ docker, machine, names }) {
    const engine = await docker();
    const [configured, container, { rootDir }] = await Promise.all([
      configuredContainer(engine, names.container),
      engine.container(names.container),
      engine.info(),
    ]);
    if (configured === null || container === undefined) return { log: null, bytes: null };
    const { logDriver: driver, logOptions: options } = configured;
    const file = `${rootDir}/containers/${container.id}/${container.id}-json.log`;
    const bytes = driver === 'json-file' ? await machine.fileSize(file) : undefined;
    return { log: { driver, options }, bytes: bytes ?? null };
  },

  judge({ log, bytes }) {
    if (log === null) return skip(`${ID}-absent`, 'There is no container.');
    const { driver, options } = log;
    const limit = [options['max-size'], options['max-file']].filter(Boolean).join(' × ');
    const size = bytes === null ? '' : `, ${Math.round(bytes / 1e6)} MB now`;
    const remedy = {
      text: 'A limit cannot be given to a container that exists: let init make it anew from its compose file. It goes on from its position.',
      commands: ['clinicmaster-cdc init'],
      who: 'you' as const,
    };
    const required = 'json-file with max-size and max-file';
    if (driver === 'json-file' && !options['max-size']) {
      return fail(`${ID}-unlimited`, 'The log of the container grows without an end.', {
        current: `${driver} without max-size${size}`,
        required,
        remedy,
      });
    }
    if (!FILES.has(driver)) {
      return warn(`${ID}-elsewhere`, 'The log of the container is not kept on this machine.', {
        current: `driver ${driver || 'none'}`,
        required,
        remedy: { ...remedy, text: `Nobody can tell afterwards why it stopped. ${remedy.text}` },
      });
    }
    return pass(
      `${driver}${limit === '' ? (SELF_LIMITED.has(driver) ? ', limited by itself' : '') : `, ${limit}`}${size}`,
    );
  },
};
