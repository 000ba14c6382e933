import type { FacilityCheck } from '../context.ts';
import { fail, pass } from '../verdicts.ts';

const ID = 'docker-port';

export type RestPortFacts = {
  port: number;
  free: boolean;
  /** The container that publishes the port, if one does. */
  publishedBy: string | null;
  /** Our own container's name. */
  own: string;
};

/** The local port of the Connect REST interface is free, or is held by our own container. */
export const dockerPort: FacilityCheck<RestPortFacts> = {
  id: ID,
  title: 'The local port is free',
  area: 'host',
  when: ['before-install'],
  needs: ['docker-endpoint'],
  timeoutMs: 4000,

  async probe({ network, docker, settings: { restPort: port }, names }) {
    const owner = await (await docker()).containerPublishing(port);
    return {
      port,
      free: await network.isPortFree(port),
      publishedBy: owner?.name ?? null,
      own: names.container,
    };
  },

  judge({ port, free, publishedBy, own }) {
    if (publishedBy === own) return pass(`port ${port} is our own container's`);
    if (free && publishedBy === null) return pass(`port ${port} is free`);
    const holder = publishedBy === null ? 'another program' : `the container ${publishedBy}`;
    return fail(`${ID}-taken`, `Port ${port} of this machine is held by ${holder}.`, {
      current: `127.0.0.1:${port} is in use`,
      required: `a free port for the container ${own}`,
      remedy: {
        text: 'Choose another port, or stop what holds this one.',
        commands: [
          `clinicmaster-cdc init --rest-port ${port + 1}`,
          publishedBy === null ? `ss -ltnp 'sport = :${port}'` : `docker stop ${publishedBy}`,
        ],
        who: 'you',
      },
    });
  },
};
