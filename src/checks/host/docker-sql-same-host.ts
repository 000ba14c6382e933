import { configuredContainer } from '../connect/configured-container.ts';
import type { FacilityCheck } from '../context.ts';
import { fail, pass } from '../verdicts.ts';

const ID = 'docker-sql-same-host';

/** The name by which a container reaches its own host. */
const CONTAINER_HOST = 'host.docker.internal';

export type SameHostFacts = {
  platform: string;
  host: string;
  /** What this machine makes of the name. */
  addresses: string[];
  hostname: string;
  /** Of this machine, without loopback. */
  own: string[];
  /** `name:address` entries of the container; null while there is none. */
  extraHosts: string[] | null;
};

/** A SQL Server on this very machine is named as a container can find it. */
export const dockerSqlSameHost: FacilityCheck<SameHostFacts> = {
  id: ID,
  title: 'The container can find a SQL Server on this machine',
  area: 'host',
  when: ['before-install', 'after-install', 'daily'],
  needs: ['docker-endpoint'],
  timeoutMs: 7000,

  async probe({ docker, machine, network, names, settings }, signal) {
    const { host } = settings.database;
    const [configured, resolved] = await Promise.all([
      configuredContainer(await docker(), names.container),
      network.resolve(host, signal),
    ]);
    return {
      platform: machine.platform,
      host,
      addresses: resolved.ok ? resolved.value.addresses : [],
      hostname: machine.hostname,
      own: machine
        .interfaces()
        .filter(({ internal }) => !internal)
        .map(({ address }) => address),
      extraHosts: configured?.extraHosts ?? null,
    };
  },

  judge({ platform, host, addresses, hostname, own, extraHosts }) {
    const required = `${CONTAINER_HOST}, or an address of this machine in the hospital's network`;
    const remedy = {
      text: 'Inside a container such a name means the container itself. Name the machine as a container sees it. SQL Server must listen on all addresses (Configuration Manager > TCP/IP > Listen All), and the firewall must let the container in: its address is in 172.16.0.0/12.',
      commands: [`clinicmaster-cdc init --db-host ${CONTAINER_HOST}`],
      who: 'you' as const,
    };
    if (/^(\.|\(local\)|localhost|127(\.\d+){3}|\[?::1\]?)$/i.test(host)) {
      return fail(`${ID}-localhost`, `${host} is the container itself, not this machine.`, {
        current: `DB_HOST ${host}`,
        required,
        remedy,
      });
    }
    if (host === CONTAINER_HOST) {
      const known = extraHosts?.some((entry) => entry.startsWith(`${CONTAINER_HOST}:`)) ?? true;
      // Docker Desktop knows the name without being told.
      if (known || platform !== 'linux') return pass(`this machine, as ${CONTAINER_HOST}`);
      return fail(`${ID}-no-name`, `The container does not know the name ${CONTAINER_HOST}.`, {
        current: 'no such entry in its extra_hosts',
        required: `extra_hosts: ["${CONTAINER_HOST}:host-gateway"]`,
        remedy: {
          text: 'The container was not made from the compose file of this product, or the file was changed. Bring it back.',
          commands: ['clinicmaster-cdc init'],
          who: 'you',
        },
      });
    }
    if (addresses.some((address) => /^127\.|^::1$/.test(address))) {
      return fail(`${ID}-loopback`, `${host} means this machine only to itself.`, {
        current: `${host} is ${addresses.join(', ')} here`,
        required,
        remedy,
      });
    }
    const here =
      host.toLowerCase() === hostname.toLowerCase() || addresses.some((address) => own.includes(address));
    return pass(here ? `on this machine, at ${addresses[0] ?? host}` : 'not on this machine');
  },
};
