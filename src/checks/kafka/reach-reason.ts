import type { NetworkFailure } from '../../adapters/network-port.ts';
import type { Who } from '../../errors.ts';
import type { Reason } from './each-broker.ts';

/**
 * Why a broker cannot be reached by name or TCP, and who acts.
 * @param broker `host:port`
 * @param owner who has to act on what only the owner of the address can mend: for the bootstrap list that the user typed it
 * may be a typing error; for an advertised address it never is
 */
export function reachReason(broker: string, failure: NetworkFailure, owner: Who): Reason {
  const host = broker.slice(0, broker.lastIndexOf(':'));
  const port = broker.slice(broker.lastIndexOf(':') + 1);
  const current = `${failure.code} at ${broker}`;
  switch (failure.kind) {
    case 'name-unknown':
      return {
        kind: 'name',
        summary: `No address is known for ${host}.`,
        current,
        required: `A DNS entry for ${host} in this network, or over the VPN.`,
        remedy: {
          text:
            owner === 'you'
              ? 'Check the spelling and that the VPN is up. If both are right, the network administrator adds the name.'
              : `Add ${host} to the DNS that the facilities use, or advertise a name that they can resolve.`,
          commands: [`nslookup ${host}`],
          who: owner,
        },
      };
    case 'refused':
      return {
        kind: 'refused',
        summary: `${host} answers, but nothing listens at port ${port}.`,
        current,
        required: `A broker that listens at ${broker}.`,
        remedy: {
          text: 'Check the port. If it is right, the broker is down: tell the central team.',
          who: 'central-team',
        },
      };
    case 'timeout':
      return {
        kind: 'timeout',
        summary: `Packets to ${broker} get no answer.`,
        current,
        required: `TCP port ${port} of ${host} open for this machine.`,
        remedy: {
          text: 'The VPN is down, or a firewall on the way drops them. Bring the VPN up; then ask for the port to be opened.',
          commands: [`nc -vz -w 5 ${host} ${port}`],
          who: 'network-admin',
        },
      };
    default:
      return {
        kind: 'unreachable',
        summary: `There is no way to ${broker}.`,
        current,
        required: `A route to ${host}.`,
        remedy: {
          text: 'Check the VPN and the route to that network.',
          commands: [`ip route get ${host}`],
          who: 'network-admin',
        },
      };
  }
}
