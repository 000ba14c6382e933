/** What the program asks of one Kafka Connect worker (its REST interface, Connect 4.3). */
export interface ConnectPort {
  /** Base address, for messages: `http://127.0.0.1:8083`. */
  readonly url: string;

  /** `GET /`. Undefined while nothing listens. */
  root(): Promise<WorkerVersion | undefined>;
  /** `GET /health`: true only when the worker has joined its group and read its config topic. */
  health(): Promise<WorkerHealth>;

  /** `GET /connector-plugins`: connectors and transformations, one entry for each version that was found. */
  plugins(): Promise<ConnectPlugin[]>;

  /** Names of the connectors of this worker group. */
  connectors(): Promise<string[]>;
  /** Undefined when there is no such connector. */
  config(name: string): Promise<ConnectorConfig | undefined>;
  status(name: string): Promise<ConnectorStatus | undefined>;
  /** Source or sink offsets; undefined when there is no such connector. */
  offsets(name: string): Promise<ConnectorOffset[] | undefined>;

  /**
   * Asks the worker to check a configuration without creating anything. May take 30 s when the database does not
   * answer. `database.*` logins are really tried.
   */
  validate(config: ConnectorConfig): Promise<ConfigProblem[]>;
  /** Creates or updates (idempotent). Call {@link validate} first: a wrong configuration answers 500 without reasons. */
  putConfig(name: string, config: ConnectorConfig): Promise<void>;
  /** Restarts the connector and its tasks, or only what has failed. */
  restart(name: string, options?: { onlyFailed?: boolean }): Promise<void>;
  pause(name: string): Promise<void>;
  resume(name: string): Promise<void>;
  stop(name: string): Promise<void>;
  remove(name: string): Promise<void>;
  /** Puts these positions in place of the stored ones of the same partitions. Only of a connector that is STOPPED. */
  alterOffsets(name: string, offsets: readonly ConnectorOffset[]): Promise<void>;
  /** Takes every stored position of the connector away. Only of one that is STOPPED. */
  resetOffsets(name: string): Promise<void>;
}

/** Flat map, as the REST interface takes it; secrets are `${env:…}` references, never values. */
export type ConnectorConfig = Record<string, string>;

export interface WorkerVersion {
  version: string;
  commit: string;
  kafkaClusterId: string;
}

/** A class that the worker can load. */
export type ConnectPlugin = { class: string; type: string; version: string };

export interface WorkerHealth {
  /** `unreachable`: nothing answers at the port. */
  state: 'healthy' | 'starting' | 'unhealthy' | 'unreachable';
  message: string;
}

export type RunState =
  | 'UNASSIGNED'
  | 'RUNNING'
  | 'PAUSED'
  | 'STOPPED'
  | 'FAILED'
  | 'RESTARTING'
  | 'DESTROYED';

export interface ConnectorStatus {
  name: string;
  type: 'source' | 'sink' | 'unknown';
  connector: { state: RunState; workerId: string; trace?: string };
  tasks: { id: number; state: RunState; workerId: string; trace?: string }[];
}

/** One partition of a connector's position, as Connect reports it. */
export interface ConnectorOffset {
  partition: Record<string, unknown>;
  /** Null: asked to be reset. */
  offset: Record<string, unknown> | null;
}

/** One refused setting, in Connect's words. */
export interface ConfigProblem {
  setting: string;
  errors: string[];
}
