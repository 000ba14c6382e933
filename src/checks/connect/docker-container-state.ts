import type { FacilityCheck } from '../context.ts';
import type { Verdict } from '../types.ts';
import { fail, pass, warn } from '../verdicts.ts';
import { COPY_AGAIN } from './restart-risk.ts';

const ID = 'docker-container-state';

/** Restarts by Docker's policy that are worth a word: one after a power cut is nothing. */
const MANY_RESTARTS = 3;

/** What the exit code of a worker says; 128 + n: ended by signal n. */
const EXIT_CODES: Readonly<Record<number, string>> = {
  0: 'it ended in order',
  2: 'a setting is wrong, or Kafka did not answer at its start',
  3: 'it could not start',
  137: 'killed: it took too long to stop, or the machine had no memory left',
  143: 'it was told to stop',
};

export type ContainerFacts = {
  name: string;
  /** Null when there is no such container. */
  container: {
    id: string;
    image: string;
    status: string;
    health: string | null;
    exitCode: number;
    oomKilled: boolean;
    restartCount: number;
    startedAt: string;
    version: string | null;
    facility: string | null;
  } | null;
};

/** The container is there, is ours, and runs. */
export const dockerContainerState: FacilityCheck<ContainerFacts> = {
  id: ID,
  title: 'The container runs',
  area: 'connect',
  when: ['after-install', 'daily'],
  needs: ['docker-endpoint'],
  timeoutMs: 5000,
  fixes: [
    {
      cures: [`${ID}-stopped`],
      risk: 'safe',
      riskier: COPY_AGAIN,
      until: { checks: ['docker-connect-rest'], ms: 120_000 },
      says: ({ name }) => `Start the container ${name}; it goes on from its position in Kafka.`,
      apply: async ({ docker }, { name }) => (await docker()).start(name),
    },
  ],

  async probe({ docker, names }) {
    const found = await (await docker()).container(names.container);
    if (found === undefined) return { name: names.container, container: null };
    const { id, image, status, health, exitCode, oomKilled, restartCount, startedAt, labels } = found;
    return {
      name: names.container,
      container: {
        ...{ id, image, status, exitCode, oomKilled, restartCount, startedAt },
        health: health ?? null,
        version: labels['org.clinicmaster.cdc.version'] ?? null,
        facility: labels['org.clinicmaster.cdc.facility'] ?? null,
      },
    };
  },

  judge({ name, container }, settings) {
    if (container === null) {
      return fail(`${ID}-absent`, `There is no container called ${name}.`, {
        current: 'no such container',
        required: `${name}, running`,
        remedy: {
          text: 'Install it; a position in Kafka, if there is one, is kept.',
          commands: ['clinicmaster-cdc init'],
          who: 'you',
        },
      });
    }
    if (container.facility !== null && container.facility !== settings.facilityCode) {
      return fail(`${ID}-foreign`, `The container ${name} belongs to the facility ${container.facility}.`, {
        current: container.facility,
        required: settings.facilityCode,
        remedy: {
          text: 'Give this installation a name of its own, or name the right folder with --dir.',
          commands: ['clinicmaster-cdc init --instance b --rest-port 8084'],
          who: 'you',
        },
      });
    }
    return judgeRun(name, container);
  },
};

function judgeRun(name: string, container: NonNullable<ContainerFacts['container']>): Verdict {
  const { status, exitCode, oomKilled, restartCount, health, image } = container;
  const required = 'running';
  if (status === 'running') {
    const current = `running since ${container.startedAt.slice(0, 16)}Z, ${health ?? 'no health check'}, ${image}`;
    if (restartCount < MANY_RESTARTS) return pass(current);
    return warn(`${ID}-restarts`, `Docker had to restart the container ${restartCount} times.`, {
      current,
      remedy: {
        text: 'Look for the reason in its log.',
        commands: [`docker logs --tail 100 ${name}`],
        who: 'you',
      },
    });
  }
  const why = oomKilled ? 'killed for its memory' : EXIT_CODES[exitCode];
  const current = `${status}, exit code ${exitCode}${why === undefined ? '' : ` (${why})`}`;
  if (oomKilled) {
    return fail(`${ID}-memory`, 'The container was killed because it used up its memory.', {
      current,
      required,
      remedy: {
        text: 'Give it more: the heap must stay well below the limit.',
        commands: ["clinicmaster-cdc init --memory 1g --heap-opts '-Xms128m -Xmx640m'"],
        who: 'you',
      },
    });
  }
  if (status === 'paused') {
    return fail(`${ID}-paused`, 'Somebody has frozen the container.', {
      current: 'paused',
      required,
      remedy: { text: 'Let it go on.', commands: [`docker unpause ${name}`], who: 'you' },
    });
  }
  if (status === 'restarting' || [1, 2, 3].includes(exitCode)) {
    return fail(`${ID}-failing`, 'The worker ends as soon as it is started.', {
      current,
      required,
      remedy: {
        text: 'The last lines of its log say why.',
        commands: [`docker logs --tail 50 ${name}`],
        who: 'you',
      },
    });
  }
  return fail(`${ID}-stopped`, 'The container does not run.', {
    current,
    required,
    remedy: { text: 'Start it.', commands: [`docker start ${name}`], who: 'you' },
  });
}
