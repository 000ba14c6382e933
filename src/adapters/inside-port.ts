import type { NetworkState } from './docker-port.ts';
import type { KafkaAccess, KafkaPort } from './kafka-port.ts';
import type { ReachPort } from './network-port.ts';

/** A place to look from: this machine, or the inside of the container. */
export interface Vantage {
  network: ReachPort;
  kafka: KafkaPort;
}

/** The network as the worker sees it: its name server, its routes, its packet size. */
export interface InsidePort extends Vantage {
  /** The container that is looked through. */
  readonly through: string;
  /** False for a throw-away one from the same image, where the facility's own does not run. */
  readonly own: boolean;
  /** Hangs up and takes the throw-away container away. */
  close(): Promise<void>;
}

/** Where to look from, and how to make a stand-in where the facility's container does not run. */
export interface InsideRequest {
  /** The facility's container; looked through when it runs. */
  container: string;
  image: string;
  /** Its network, made for the time of the look where it is not there yet. */
  network: NetworkState;
  /** `name:address` entries of the compose file (`extra_hosts`). */
  hosts: readonly string[];
  access: KafkaAccess;
  clientId: string;
}
