import type { Clock } from '../../adapters/clock.ts';
import type { DockerPort } from '../../adapters/docker-port.ts';
import type { InsidePort } from '../../adapters/inside-port.ts';
import type { KafkaPort } from '../../adapters/kafka-port.ts';
import type { MachinePort } from '../../adapters/machine-port.ts';
import type { NetworkPort } from '../../adapters/network-port.ts';
import type { PostgresPort } from '../../adapters/postgres-port.ts';
import type { Check, Facts } from '../../checks/types.ts';
import type { CentralSettings } from '../../settings/central.ts';
import type { KafkaSettings } from '../../settings/facility.ts';

/** What a check may touch that suits a facility and the sink alike: this machine and Kafka. */
export interface SharedContext {
  settings: { kafka: KafkaSettings; restPort: number };
  names: { container: string };
  clock: Clock;
  machine: MachinePort;
  network: NetworkPort;
  kafka: KafkaPort;
  docker(): Promise<DockerPort>;
  /** The view from inside the container; undefined where neither it nor its image is there. */
  inside(): Promise<InsidePort | undefined>;
}

/** What the probes of the sink's checks may touch. */
export interface CentralContext extends SharedContext {
  settings: CentralSettings;
  warehouse: PostgresPort;
}

/** A check that suits a facility and the sink alike. */
export type SharedCheck = Check<SharedContext, Facts, { kafka: KafkaSettings; restPort: number }>;
/** A check of the sink. */
export type CentralCheck<F extends Facts = Facts> = Check<CentralContext, F, CentralSettings>;
