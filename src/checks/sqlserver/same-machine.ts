/** Names that mean "this machine" and, inside a container, the container itself. */
const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|::1|\.|\(local\))$/i;
/** By this name a container reaches the machine that it runs on. */
const CONTAINER_HOST = 'host.docker.internal';

export function isLoopback(host: string): boolean {
  return LOOPBACK.test(host);
}

/** SQL Server stands on the machine of the container: nothing crosses a network. */
export function isSameMachine(host: string): boolean {
  return isLoopback(host) || host.toLowerCase() === CONTAINER_HOST;
}
