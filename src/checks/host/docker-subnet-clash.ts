import type { RouteView } from '../../adapters/machine-port.ts';
import type { CheckContext, FacilityCheck } from '../context.ts';
import { fail, pass, warn } from '../verdicts.ts';
import { daemonJson } from './daemon-json.ts';
import { holds, overlaps } from './subnet.ts';

const ID = 'docker-subnet-clash';

export type SubnetFacts = {
  /** Absent in facts of older versions. */
  platform?: string;
  networks: { name: string; bridge: string; subnets: string[]; addresses: string[] }[];
  /** Addresses of this machine, its ends of Docker's bridges among them. */
  own: string[];
  /** Networks of this machine that are not Docker's: interfaces and routes, by device. */
  routes: RouteView[];
  /** SQL Server and the brokers with the addresses that this machine knows for them. */
  peers: { host: string; addresses: string[] }[];
};

/** No network of Docker covers addresses that belong to the site, the VPN, SQL Server or Kafka. */
export const dockerSubnetClash: FacilityCheck<SubnetFacts> = {
  id: ID,
  title: 'Docker’s networks stay clear of the site’s',
  area: 'host',
  when: ['before-install', 'after-install', 'daily'],
  needs: ['docker-endpoint'],
  timeoutMs: 7000,

  async probe(context, signal) {
    const { docker, machine } = context;
    const [networks, routes, peers] = await Promise.all([
      (await docker()).allNetworks(),
      machine.routes(),
      resolvedPeers(context, signal),
    ]);
    const bridged = networks.filter(({ driver, subnets }) => driver === 'bridge' && subnets.length > 0);
    const interfaces = machine
      .interfaces()
      .filter(({ internal }) => !internal)
      .map(({ name, cidr }) => ({ cidr, device: name }));
    const bridges = new Set(bridged.map(({ bridge }) => bridge));
    return {
      platform: machine.platform,
      networks: bridged.map(({ name, bridge, subnets, addresses }) => ({ name, bridge, subnets, addresses })),
      // An old Engine does not name the gateway of its default bridge; the machine knows its own addresses.
      own: machine.interfaces().map(({ address }) => address),
      routes: [...interfaces, ...(routes ?? [])].filter(({ device }) => !bridges.has(device)),
      peers,
    };
  },

  judge({ platform, networks, own, routes, peers }) {
    const swallowed = networks.flatMap((network) =>
      peers.flatMap(({ host, addresses }) => {
        const address = addresses.find(
          (candidate) => !own.includes(candidate) && isSwallowed(network, candidate),
        );
        return address === undefined
          ? []
          : [`${host} (${address}) lies in ${network.name} (${network.subnets[0]})`];
      }),
    );
    if (swallowed.length > 0) {
      return fail(`${ID}-peer`, 'A network of Docker covers the address of a server that is needed.', {
        current: swallowed.join('; '),
        required: 'networks of Docker in a range that nobody else uses',
        remedy: remedy(platform),
      });
    }
    const clashes = networks.flatMap(({ name, subnets }) =>
      subnets.flatMap((subnet) => {
        const route = routes.find(({ cidr }) => overlaps(subnet, cidr));
        return route === undefined ? [] : [`${name} ${subnet} and ${route.cidr} at ${route.device}`];
      }),
    );
    if (clashes.length > 0) {
      return warn(`${ID}-route`, 'A network of Docker covers addresses of this site or of its VPN.', {
        current: clashes.join('; '),
        required: 'networks of Docker in a range that nobody else uses',
        remedy: remedy(platform),
      });
    }
    return pass(`${networks.map(({ subnets }) => subnets.join(', ')).join(', ') || 'no network yet'}`);
  },
};

/** A container of that network answers where it is. */
function isSwallowed({ subnets, addresses }: SubnetFacts['networks'][number], address: string) {
  return subnets.some((subnet) => holds(subnet, address)) && !addresses.includes(address);
}

async function resolvedPeers({ network, settings }: CheckContext, signal: AbortSignal) {
  const hosts = [
    settings.database.host,
    ...settings.kafka.brokers.map((broker) => broker.slice(0, broker.lastIndexOf(':'))),
  ];
  return Promise.all(
    [...new Set(hosts)].map(async (host) => {
      const answer = await network.resolve(host, signal);
      return { host, addresses: answer.ok ? answer.value.addresses : [] };
    }),
  );
}

function remedy(platform: string | undefined) {
  return {
    text: 'Packets of this machine and of its containers to that range stay inside Docker. Give Docker a range that the site does not use; ask the network administrator which one. Then remove the networks, and let init make them anew; no data is lost.',
    commands: [
      ...daemonJson(
        '"default-address-pools": [{"base": "10.213.0.0/16", "size": 24}], "bip": "10.214.0.1/24"',
        platform,
      ),
      'docker network rm <each network named above>   (its containers first: docker rm -f <name>)',
      'clinicmaster-cdc init',
    ],
    who: 'network-admin' as const,
  };
}
