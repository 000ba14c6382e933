import type { FacilityCheck } from '../context.ts';
import { fail, pass, warn } from '../verdicts.ts';

const ID = 'docker-ip-forward';

export type ForwardFacts = {
  forwarding: boolean;
  /** Subnets of bridges for which Docker's rule of address translation is missing; null where that cannot be seen. */
  unmasked: string[] | null;
};

/** The kernel passes packets between containers and the network, under the containers' host's address. */
export const dockerIpForward: FacilityCheck<ForwardFacts> = {
  id: ID,
  title: 'Containers can reach the network',
  area: 'host',
  when: ['before-install', 'after-install', 'daily'],
  needs: ['docker-endpoint'],
  timeoutMs: 6000,

  async probe({ docker, machine }) {
    const engine = await docker();
    const [{ ipv4Forwarding }, rules, networks] = await Promise.all([
      engine.info(),
      machine.natRules(),
      engine.allNetworks(),
    ]);
    const bridges = networks.filter(({ driver }) => driver === 'bridge').flatMap(({ subnets }) => subnets);
    // Without any rule of Docker it keeps them elsewhere (nftables), or was told to leave the firewall alone.
    const seen = rules?.some((rule) => rule.includes('MASQUERADE') || rule === '-N DOCKER') ?? false;
    return {
      forwarding: ipv4Forwarding,
      unmasked: seen
        ? bridges.filter((subnet) => !rules?.some((rule) => rule.includes(`-s ${subnet} `)))
        : null,
    };
  },

  judge({ forwarding, unmasked }) {
    if (!forwarding) {
      return fail(`${ID}-off`, 'The kernel does not pass packets between containers and the network.', {
        current: 'net.ipv4.ip_forward = 0',
        required: 'net.ipv4.ip_forward = 1',
        remedy: {
          text: 'Switch it on for good; a hardening script or a VPN client may have switched it off.',
          commands: [
            "echo 'net.ipv4.ip_forward = 1' | sudo tee /etc/sysctl.d/90-docker-forward.conf",
            'sudo sysctl --system',
            'sudo systemctl restart docker',
          ],
          who: 'you',
        },
      });
    }
    if (unmasked !== null && unmasked.length > 0) {
      return warn(
        `${ID}-rules`,
        'Docker’s firewall rules are incomplete: containers may not reach anything.',
        {
          current: `no address translation for ${unmasked.join(', ')}`,
          required: 'a MASQUERADE rule for each bridge',
          remedy: {
            text: 'A firewall that was reloaded has swept them away. Docker makes them anew when it is restarted; the container goes on from its position.',
            commands: ['sudo systemctl restart docker'],
            who: 'you',
          },
        },
      );
    }
    return pass(unmasked === null ? 'forwarding is on' : 'forwarding and address translation are on');
  },
};
