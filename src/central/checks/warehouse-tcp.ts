import type { NetworkAnswer } from '../../adapters/network-port.ts';
import { fail, pass } from '../../checks/verdicts.ts';
import type { CentralCheck } from './context.ts';

const ID = 'warehouse-tcp';

export type WarehouseTcpFacts = { address: string; answer: NetworkAnswer<{ address: string; ms: number }> };

/** The warehouse's port answers. */
export const warehouseTcp: CentralCheck<WarehouseTcpFacts> = {
  id: ID,
  title: 'The warehouse can be reached',
  area: 'warehouse',
  when: ['before-install', 'after-install', 'daily'],
  needs: [],
  timeoutMs: 6000,

  async probe({ network, warehouse, settings: { warehouse: place } }, signal) {
    return { address: warehouse.address, answer: await network.connect(place.host, place.port, signal) };
  },

  judge({ address, answer }) {
    if (answer.ok) return pass(`${address} in ${answer.value.ms} ms`);
    const { kind, code, message } = answer.failure;
    const refused = kind === 'refused';
    return fail(`${ID}-${kind}`, refused ? `Nothing listens at ${address}.` : `No way to ${address}.`, {
      current: `${code} ${message}`,
      required: `PostgreSQL that listens at ${address}, reachable from containers of this machine`,
      remedy: {
        text: refused
          ? 'Start PostgreSQL, and let it listen on this address (listen_addresses in postgresql.conf), not on localhost alone.'
          : 'Check the name and the port, then the firewall between this machine and the warehouse.',
        commands: [`nc -vz -w 5 ${address.replace(/:(\d+)$/, ' $1')}`],
        who: refused ? 'dba' : 'network-admin',
      },
    });
  },
};
