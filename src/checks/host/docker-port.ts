import type { FacilityCheck } from '../context.ts';
import { fail, pass } from '../verdicts.ts';

const ID = 'docker-port';

export type RestPortFacts = {
  port: number;
  free: boolean;
  /** The container that publishes the port, if one does. */
  publishedBy: string | null;
  /** The program that listens there, where this user may see it. */
  program: string | null;
  /** Our own container's name. */
  own: string;
  /** Addresses of this machine at which our own container is published; none while it does not exist. */
  addresses: string[];
};

/** The local port of the Connect REST interface is free or our own container's, and nobody else can reach it. */
export const dockerPort: FacilityCheck<RestPortFacts> = {
  id: ID,
  title: 'The local port is free, or ours alone',
  area: 'host',
  when: ['before-install', 'after-install', 'daily'],
  needs: ['docker-endpoint'],
  timeoutMs: 5000,

  async probe({ network, docker, machine, settings: { restPort: port }, names }) {
    const engine = await docker();
    const [owner, own, free] = await Promise.all([
      engine.containerPublishing(port),
      engine.container(names.container),
      network.isPortFree(port),
    ]);
    const program = free || owner !== undefined ? undefined : await machine.portHolder(port);
    return {
      port,
      free,
      publishedBy: owner?.name ?? null,
      program: program ?? null,
      own: names.container,
      addresses: (own?.ports ?? []).map(({ hostIp }) => (hostIp === '' ? '0.0.0.0' : hostIp)),
    };
  },

  judge({ port, free, publishedBy, program, own, addresses }) {
    const open = addresses.filter((address) => !/^(127\.|::1$)/.test(address));
    if (open.length > 0) {
      return fail(`${ID}-open`, `The port of the worker can be reached from other machines.`, {
        current: `published on ${open.map((address) => `${address}:${port}`).join(', ')}`,
        required: `127.0.0.1:${port}`,
        remedy: {
          text: 'It has no password: whoever reaches it can read the tables with the connector’s login and run code in the container. Bring the container back to the compose file of this product.',
          commands: ['clinicmaster-cdc init'],
          who: 'you',
        },
      });
    }
    if (publishedBy === own) return pass(`port ${port} is our own container's`);
    if (free && publishedBy === null) return pass(`port ${port} is free`);
    const holder = publishedBy === null ? (program ?? 'another program') : `the container ${publishedBy}`;
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
