import type { CheckContext, FacilityCheck } from '../context.ts';
import { daemonJson } from '../host/daemon-json.ts';
import type { Verdict } from '../types.ts';
import { fail, listed, pass, skip, unknown, warn } from '../verdicts.ts';

const ID = 'docker-dns';

/** An address needs no resolving. */
const ADDRESS = /^(\d+\.){3}\d+$|:/;
/** Side by side, each for so long at most; names are arguments, never part of the script. */
const SCRIPT = `cat /etc/hosts
for name; do
  (answer=$(/bin/busybox timeout 5 /bin/busybox nslookup "$name" 2>&1); printf '@ %s\\n%s\\n' "$name" "$answer") &
done
wait`;

export type ContainerDnsFacts = {
  /** Of the machine; absent in facts of older versions. */
  platform?: string;
  /** False: it does not run, and nothing was asked. */
  running: boolean;
  /** What container and machine make of each name. */
  names: { host: string; inside: string[]; outside: string[] }[];
};

/** The names of SQL Server and of every broker resolve inside the container, to the same addresses as outside. */
export const dockerDns: FacilityCheck<ContainerDnsFacts> = {
  id: ID,
  title: 'The names resolve inside the container',
  area: 'connect',
  when: ['after-install', 'daily'],
  needs: ['docker-endpoint'],
  timeoutMs: 12_000,
  touches: 'runs `nslookup` inside the container',

  async probe(context, signal) {
    const {
      docker,
      network,
      names,
      machine: { platform },
    } = context;
    const engine = await docker();
    // One that restarts again and again is running for the Engine, and yet runs nothing.
    if ((await engine.container(names.container))?.status !== 'running') return { running: false, names: [] };
    const hosts = namesOf(context);
    if (hosts.length === 0) return { running: true, names: [] };
    const argv = ['/bin/busybox', 'sh', '-c', SCRIPT, 'sh', ...hosts];
    const [{ output }, ...outside] = await Promise.all([
      engine.exec(names.container, argv),
      ...hosts.map((host) => network.resolve(host, signal)),
    ]);
    return {
      platform,
      running: true,
      names: hosts.map((host, at) => {
        const answer = outside[at];
        return {
          host,
          inside: addressesInside(output, host),
          outside: answer?.ok === true ? answer.value.addresses : [],
        };
      }),
    };
  },

  judge({ platform, running, names }) {
    if (!running) return skip(`${ID}-not-running`, 'The container does not run.');
    if (names.length === 0) return pass('addresses only; no name to resolve');
    return missing(names, platform) ?? different(names) ?? pass(names.map(({ host }) => host).join(', '));
  },
};

function missing(names: ContainerDnsFacts['names'], platform: string | undefined): Verdict | undefined {
  const lost = names.filter(({ inside }) => inside.length === 0);
  if (lost.length === 0) return undefined;
  const hosts = listed(lost.map(({ host }) => host));
  const required = 'an address for each';
  // Where the machine does not know a name either, the checks of SQL Server and Kafka say so.
  if (lost.every(({ outside }) => outside.length === 0)) {
    return unknown(`${ID}-nowhere`, `Neither the container nor this machine knows ${hosts}.`, {
      current: 'no address',
      required,
      remedy: {
        text: 'See the checks sql-tcp and kafka-dns.',
        commands: ['clinicmaster-cdc doctor --only sql-tcp,kafka-dns'],
        who: 'network-admin',
      },
    });
  }
  return fail(`${ID}-inside`, `This machine knows ${hosts}, the container does not.`, {
    current: `no address inside the container`,
    required,
    remedy: {
      text: 'A container asks the name servers of Docker and does not read this machine’s hosts file; a resolver at 127.0.0.53 is out of its reach. Give Docker the site’s name server, or use the address in place of the name.',
      commands: daemonJson('"dns": ["<the site’s name server>"]', platform),
      who: 'network-admin',
    },
  });
}

function different(names: ContainerDnsFacts['names']): Verdict | undefined {
  const other = names.filter(
    ({ host, inside, outside }) =>
      host !== 'host.docker.internal' &&
      outside.length > 0 &&
      !inside.some((address) => outside.includes(address)),
  );
  if (other.length === 0) return undefined;
  return warn(`${ID}-other`, 'A name leads the container to another address than this machine.', {
    current: other
      .map(
        ({ host, inside, outside }) => `${host}: ${inside.join(', ')} inside, ${outside.join(', ')} outside`,
      )
      .join('; '),
    required: 'the same address',
    remedy: {
      text: 'An entry in this machine’s hosts file, or a VPN’s own name server, holds for the machine only. See that both ask the same name server.',
      commands: ['cat /etc/hosts', 'cat /etc/resolv.conf'],
      who: 'network-admin',
    },
  });
}

function namesOf({ settings }: CheckContext): string[] {
  const brokers = settings.kafka.brokers.map((broker) => broker.slice(0, broker.lastIndexOf(':')));
  return [...new Set([settings.database.host, ...brokers])].filter((host) => !ADDRESS.test(host));
}

/** From the container's hosts file, else from the answer of its name server. */
export function addressesInside(output: string, host: string): string[] {
  const [hosts = '', ...answers] = output.split(/^@ /m);
  const listedThere = hosts.split('\n').flatMap((line) => {
    const [address, ...names] = line.replace(/#.*/, '').trim().split(/\s+/);
    return names.includes(host) && address !== undefined ? [address] : [];
  });
  if (listedThere.length > 0) return listedThere;
  const answer = answers.find((block) => block.startsWith(`${host}\n`)) ?? '';
  // The first address is the name server's own.
  const [, ...found] = answer.split(/^Name:/m);
  return [
    ...new Set(
      found.flatMap((part) => [...part.matchAll(/^Address(?: \d+)?:\s*(\S+)/gm)].map(([, a = '']) => a)),
    ),
  ];
}
