import type { WorkerHealth, WorkerVersion } from '../../adapters/connect-port.ts';
import type { FacilityCheck } from '../context.ts';
import { fail, pass, warn } from '../verdicts.ts';

const ID = 'docker-connect-rest';

export type RestFacts = {
  url: string;
  container: string;
  state: WorkerHealth['state'];
  message: string;
  version: string | null;
};

/** The worker has joined its group and read its configuration: `GET /health`, not merely an open port. */
export const dockerConnectRest: FacilityCheck<RestFacts> = {
  id: ID,
  title: 'The Connect worker is healthy',
  area: 'connect',
  when: ['after-install', 'daily'],
  needs: ['docker-container-state'],
  timeoutMs: 10_000,

  async probe({ connect, names }) {
    const { state, message } = await connect.health();
    const root: WorkerVersion | undefined = state === 'unreachable' ? undefined : await connect.root();
    return { url: connect.url, container: names.container, state, message, version: root?.version ?? null };
  },

  judge({ url, container, state, message, version }) {
    const current = `${state}: ${message}`;
    const required = 'healthy';
    if (state === 'healthy') return pass(`Kafka Connect ${version ?? ''} at ${url}`.replace('  ', ' '));
    if (state === 'starting') {
      return warn(`${ID}-starting`, 'The worker is still starting.', {
        current,
        required,
        remedy: {
          text: 'It joins its group in Kafka; after a power cut this takes up to a minute. Run this again then.',
          commands: ['clinicmaster-cdc doctor --only kafka'],
          who: 'you',
        },
      });
    }
    return fail(
      `${ID}-${state}`,
      state === 'unreachable' ? 'The worker does not answer.' : 'The worker is not healthy.',
      {
        current,
        required,
        remedy: {
          text: 'Its log says why; most often Kafka cannot be reached or refuses it.',
          commands: [`docker logs --tail 50 ${container}`, 'clinicmaster-cdc doctor --only kafka'],
          who: 'you',
        },
      },
    );
  },
};
