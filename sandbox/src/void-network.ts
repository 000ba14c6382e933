/**
 * An interface with nobody behind it takes every packet and sends none: names, TCP and Docker's port all run into the void, and are not
 * refused as a firewall that rejects would do. On one port of the loopback something takes connections and says nothing.
 */
const SCRIPT = `
ip link set lo up && ip tuntap add dev void0 mode tun && ip addr add 10.99.0.2/24 dev void0 && ip link set void0 up || exit 90
ip route add default dev void0 || exit 90
port=$1; shift
"$1" -e "require('node:net').createServer(() => {}).listen($port, '127.0.0.1')" & silent=$!
"$@"; code=$?
kill $silent
exit $code
`;

/** Exit code when the network could not be made: not root, not Linux, no /dev/net/tun. */
export const NO_VOID = 90;

/** Where Docker would be, in the void. */
export const VOID_DOCKER = 'tcp://10.99.0.13:2375';
/** Addresses in the void. */
export const VOID_HOSTS = ['10.99.0.10', '10.99.0.11', '10.99.0.12'] as const;

/** The arguments of `unshare` that run Node with these arguments in a network in which every packet is lost. */
export function inVoid(silentPort: string, argv: readonly string[]): string[] {
  return ['--net', 'sh', '-c', SCRIPT, 'sh', silentPort, process.execPath, ...argv];
}
