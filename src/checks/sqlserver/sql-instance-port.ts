import type { NetworkAnswer, SqlInstance } from '../../adapters/network-port.ts';
import type { FacilityCheck } from '../context.ts';
import type { Remedy, Verdict } from '../types.ts';
import { fail, listed, pass, skip, warn } from '../verdicts.ts';
import { isLoopback } from './same-machine.ts';

const ID = 'sql-instance-port';

/** The ports that Windows and Linux hand out by themselves begin here (RFC 6335): such a port changes at the next restart. */
const FIRST_DYNAMIC_PORT = 49_152;

const SKIPPED = 'Not checked: needs “SQL Server can be reached”.';

export type InstancePortFacts = {
  /** Without the instance. */
  host: string;
  /** Name after the backslash of `HOST\NAME`; null where the host was given alone. */
  instance: string | null;
  port: number;
  browser: NetworkAnswer<SqlInstance[]>;
  /** Whether the port takes a connection. */
  open: boolean;
};

/**
 * The port belongs to the instance that is meant. A named instance has a port of its own, which SQL Server Browser tells; the
 * driver in the container ignores an instance name where a port is given, so the port it is.
 */
export const sqlInstancePort: FacilityCheck<InstancePortFacts> = {
  id: ID,
  title: 'The port is that of the instance',
  area: 'sqlserver',
  when: ['before-install', 'daily'],
  needs: [],
  timeoutMs: 6000,

  async probe({ network, settings: { database } }, signal) {
    const [host = '', instance] = database.host.split('\\');
    const [browser, connected] = await Promise.all([
      network.sqlInstances(host, signal),
      network.connect(host, database.port, signal),
    ]);
    return { host, instance: instance ?? null, port: database.port, browser, open: connected.ok };
  },

  judge(facts) {
    const { host, instance, port, browser, open } = facts;
    if (isLoopback(host) || (!browser.ok && browser.failure.kind === 'name-unknown')) {
      return skip(`${ID}-skipped`, SKIPPED);
    }
    if (instance !== null) return judgeNamed(host, instance, browser);
    if (browser.ok) return judgePort(host, port, browser.value, open);
    if (open) return pass(`port ${port} answers`, 'SQL Server Browser does not, and need not');
    // Neither tells anything: what is wrong there, sql-tcp says.
    return skip(`${ID}-skipped`, SKIPPED);
  },
};

/** The DBA's own look at the port, as it is now. */
const PORT_SQL = {
  sql: [
    `SELECT value_name, value_data FROM sys.dm_server_registry WHERE registry_key LIKE N'%IPAll' AND value_name LIKE N'Tcp%Port%';`,
  ],
};

const FIX_PORT: Remedy = {
  text:
    'Give the instance a fixed port: SQL Server Configuration Manager > Network Configuration > Protocols > TCP/IP > ' +
    'IP Addresses > IPAll: TCP Dynamic Ports empty, TCP Port = the same number as now; restart the SQL Server service.',
  ...PORT_SQL,
  who: 'dba',
};

function described({ name, port }: SqlInstance): string {
  return `${name} ${port === undefined ? 'without TCP/IP' : `at port ${port}`}`;
}

function useInstance(host: string, port: number): readonly string[] {
  return [`clinicmaster-cdc init --db-host ${host} --db-port ${port}`];
}

function judgeNamed(host: string, name: string, browser: InstancePortFacts['browser']): Verdict {
  const required = `DB_HOST=${host} and the port of ${name} in DB_PORT`;
  if (!browser.ok) {
    return fail(`${ID}-no-browser`, `Nobody tells which port the instance ${name} has.`, {
      current: `no answer from SQL Server Browser at UDP 1434 of ${host} (${browser.failure.code})`,
      required,
      remedy: {
        text: 'Ask the DBA for the port of the instance, or have the SQL Server Browser service started and UDP 1434 opened.',
        ...PORT_SQL,
        who: 'dba',
      },
    });
  }
  const found = browser.value.find((entry) => entry.name.toLowerCase() === name.toLowerCase());
  const current = listed(browser.value.map(described));
  if (found?.port === undefined) {
    return fail(`${ID}-unknown`, `${host} offers no instance ${name} over TCP/IP.`, {
      current,
      required,
      remedy: {
        text: 'Choose one of these, or have TCP/IP enabled for the instance in SQL Server Configuration Manager.',
        who: 'dba',
      },
    });
  }
  return fail(`${ID}-named`, `The instance ${name} is to be given by its port, ${found.port}.`, {
    current: `DB_HOST=${host}\\${name}`,
    required,
    remedy: {
      text: 'The driver in the container ignores the name where there is a port.',
      commands: useInstance(host, found.port),
      who: 'you',
    },
  });
}

function judgePort(host: string, port: number, instances: readonly SqlInstance[], open: boolean): Verdict {
  const current = listed(instances.map(described));
  const own = instances.find((entry) => entry.port === port);
  if (own !== undefined && port >= FIRST_DYNAMIC_PORT) {
    return warn(`${ID}-dynamic`, `Port ${port} of ${own.name} looks like one that changes at a restart.`, {
      current,
      required: `A fixed port (below ${FIRST_DYNAMIC_PORT}, as a rule).`,
      remedy: FIX_PORT,
    });
  }
  if (own !== undefined) return pass(`${own.name} listens at port ${port}`, current);
  // A router may map ports: what answers is what counts.
  if (open) return pass(`port ${port} answers`, `SQL Server Browser tells of ${current}`);
  const reachable = instances.filter((entry) => entry.port !== undefined);
  if (reachable.length === 0) {
    return fail(`${ID}-no-tcp`, `No instance on ${host} listens on TCP/IP.`, {
      current,
      required: 'TCP/IP enabled for the instance.',
      remedy: {
        text: 'SQL Server Configuration Manager > Network Configuration > Protocols > TCP/IP = Enabled, with a fixed port; restart the SQL Server service.',
        who: 'dba',
      },
    });
  }
  return fail(`${ID}-other`, `SQL Server on ${host} listens at another port than ${port}.`, {
    current,
    required: 'The port of the instance that holds ClinicMaster.',
    remedy: {
      text: 'Give the port of the instance that holds ClinicMaster.',
      commands: reachable.flatMap((entry) => useInstance(host, entry.port ?? port)),
      who: 'you',
    },
  });
}
