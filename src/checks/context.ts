import type { Clock } from '../adapters/clock.ts';
import type { ConnectorConfig, ConnectPort } from '../adapters/connect-port.ts';
import type { DockerPort } from '../adapters/docker-port.ts';
import type { FilesPort } from '../adapters/files-port.ts';
import type { InsidePort } from '../adapters/inside-port.ts';
import type { KafkaPort } from '../adapters/kafka-port.ts';
import type { MachinePort } from '../adapters/machine-port.ts';
import type { NetworkPort } from '../adapters/network-port.ts';
import type { SqlServerPort } from '../adapters/sqlserver-port.ts';
import type { FacilityNames } from '../connector/names.ts';
import type { FacilitySettings } from '../settings/facility.ts';
import type { Memory } from './memory.ts';
import type { Check, Facts } from './types.ts';

/** What the probes of a facility's checks may touch. */
export interface CheckContext {
  settings: FacilitySettings;
  names: FacilityNames;
  clock: Clock;
  machine: MachinePort;
  files: FilesPort;
  network: NetworkPort;
  sql: SqlServerPort;
  kafka: KafkaPort;
  connect: ConnectPort;
  /** Rejects with a CliError that lists every endpoint tried. */
  docker(): Promise<DockerPort>;
  /** What earlier runs saw. */
  memory: Memory;
  /** The view from inside the container; undefined where neither it nor its image is there. */
  inside(): Promise<InsidePort | undefined>;
  /** The connector configuration that this version of the program installs. */
  desiredConfig: ConnectorConfig;
}

/** A check of one facility. */
export type FacilityCheck<F extends Facts = Facts> = Check<CheckContext, F, FacilitySettings>;
