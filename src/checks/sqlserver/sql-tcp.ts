import type { NetworkAnswer } from '../../adapters/network-port.ts';
import type { FacilityCheck } from '../context.ts';
import { cureNames, cureRoute, fromBoth, judgeBoth } from '../two-views.ts';
import type { Remedy, Verdict } from '../types.ts';
import { fail, pass } from '../verdicts.ts';
import { isLoopback } from './same-machine.ts';

const ID = 'sql-tcp';

type Reached = {
  resolved: NetworkAnswer<{ addresses: string[] }>;
  /** Null when the name did not resolve. */
  connected: NetworkAnswer<{ address: string; ms: number }> | null;
};

export type SqlTcpFacts = Reached & {
  host: string;
  port: number;
  /** Absent or null where there was no container to look from. */
  inside?: Reached | null;
};

/** The way to SQL Server, name by name and packet by packet, before anything of SQL Server's own. */
export const sqlTcp: FacilityCheck<SqlTcpFacts> = {
  id: ID,
  title: 'SQL Server can be reached',
  area: 'sqlserver',
  when: ['before-install', 'after-install', 'daily'],
  needs: [],
  timeoutMs: 6000,

  async probe(context, signal) {
    const { host, port } = context.settings.database;
    const views = await fromBoth(context, signal, async ({ network }) => {
      const resolved = await network.resolve(host, signal);
      return { resolved, connected: resolved.ok ? await network.connect(host, port, signal) : null };
    });
    return { host, port, ...views.host, inside: views.inside };
  },

  judge(facts) {
    const { host, port, inside = null } = facts;
    if (isLoopback(host)) return loopback(host);
    const judge = ({ resolved, connected }: Reached): Verdict => {
      if (!resolved.ok) return nameUnknown(host, resolved.failure.code);
      if (connected === null || connected.ok) return pass(`${host}:${port} answers`, timing(connected));
      return unreachable(host, port, connected.failure.kind, connected.failure.code);
    };
    return judgeBoth(ID, { host: facts, inside }, judge, ({ code }) =>
      code === `${ID}-name` ? cureNames(host) : cureWay(host, port),
    );
  },
};

/** Only the container does not get to SQL Server. */
function cureWay(host: string, port: number): Remedy {
  if (host !== 'host.docker.internal') return cureRoute(host, port);
  return {
    text:
      'SQL Server on this machine answers the machine itself and not its containers: it listens on 127.0.0.1 only, or the ' +
      'firewall of this machine keeps Docker’s network out. Let it listen on all addresses and allow the port.',
    commands: [
      `sudo ufw allow from 172.16.0.0/12 to any port ${port} proto tcp   # Linux`,
      `New-NetFirewallRule -DisplayName 'SQL Server ${port} for containers' -Direction Inbound -Protocol TCP -LocalPort ${port} -RemoteAddress 172.16.0.0/12 -Action Allow   # Windows`,
    ],
    who: 'you',
  };
}

function timing(connected: Reached['connected']): string {
  return connected?.ok === true ? `${connected.value.address}, ${connected.value.ms} ms` : '';
}

function loopback(host: string): Verdict {
  return fail(`${ID}-loopback`, `${host} means another machine inside the container: the container itself.`, {
    current: `DB_HOST=${host}`,
    required: 'A name or address that the container can use too.',
    remedy: {
      text:
        'SQL Server on this machine is host.docker.internal. It must listen on all addresses, not on 127.0.0.1 only; ' +
        'the check docker-sql-same-host tells whether the container gets through.',
      commands: ['clinicmaster-cdc init --db-host host.docker.internal'],
      who: 'you',
    },
  });
}

function nameUnknown(host: string, code: string): Verdict {
  return fail(`${ID}-name`, `No address is known for ${host}.`, {
    current: `${code} for ${host}`,
    required: 'A host name that this network resolves, or an IP address.',
    remedy: {
      text: 'Check the spelling of DB_HOST. If it is right, use the IP address of SQL Server instead.',
      commands: [`nslookup ${host}`],
      who: 'you',
    },
  });
}

function unreachable(host: string, port: number, kind: string, code: string): Verdict {
  const at = `${host}:${port}`;
  if (kind === 'refused') {
    return fail(`${ID}-refused`, `${host} answers, but nothing listens at port ${port}.`, {
      current: `${code} from ${at}`,
      required: `SQL Server listening on TCP port ${port}.`,
      remedy: {
        text:
          'In SQL Server Configuration Manager: Network Configuration > Protocols > TCP/IP = Enabled; ' +
          `IP Addresses > IPAll: TCP Dynamic Ports empty, TCP Port = ${port}; then restart the SQL Server service. ` +
          'If it uses another port, give that one as DB_PORT.',
        who: 'dba',
      },
    });
  }
  if (kind === 'timeout') {
    return fail(`${ID}-timeout`, `Packets to ${at} get no answer.`, {
      current: `${code} at ${at}`,
      required: `TCP port ${port} of ${host} open for this machine.`,
      remedy: {
        text:
          'A firewall drops them, the address is wrong, or a VPN is down. Check the address; then allow the port on the ' +
          'Windows firewall of the SQL Server machine (run there, as administrator).',
        commands: [
          `New-NetFirewallRule -DisplayName 'SQL Server ${port}' -Direction Inbound -Protocol TCP -LocalPort ${port} -Action Allow`,
        ],
        who: 'network-admin',
      },
    });
  }
  return fail(`${ID}-unreachable`, `There is no way to ${at}.`, {
    current: `${code} at ${at}`,
    required: `A route from this machine to ${host}.`,
    remedy: {
      text: 'Check the address, the cable, the VPN and the route to that network.',
      commands: [`ping ${host}`],
      who: 'network-admin',
    },
  });
}
