import { connectRest } from './connect/connect-rest.ts';
import { connectorConfig } from './connect/connector-config.ts';
import { connectorState } from './connect/connector-state.ts';
import { containerState } from './connect/container-state.ts';
import type { FacilityCheck } from './context.ts';
import { dockerEngine } from './host/docker-engine.ts';
import { restPort } from './host/rest-port.ts';
import { kafkaAdvertised } from './kafka/kafka-advertised.ts';
import { kafkaBootstrap } from './kafka/kafka-bootstrap.ts';
import { kafkaDns } from './kafka/kafka-dns.ts';
import { kafkaIdentity } from './kafka/kafka-identity.ts';
import { kafkaLogin } from './kafka/kafka-login.ts';
import { kafkaRights } from './kafka/kafka-rights.ts';
import { kafkaTcp } from './kafka/kafka-tcp.ts';
import { kafkaTls } from './kafka/kafka-tls.ts';
import { heartbeatFresh } from './pipeline/heartbeat-fresh.ts';
import { streamPosition } from './pipeline/stream-position.ts';
import { streamTopics } from './pipeline/stream-topics.ts';
import { sqlAgent } from './sqlserver/sql-agent.ts';
import { sqlCdcEnabled } from './sqlserver/sql-cdc-enabled.ts';
import { sqlCdcRights } from './sqlserver/sql-cdc-rights.ts';
import { sqlDatabase } from './sqlserver/sql-database.ts';
import { sqlLogin } from './sqlserver/sql-login.ts';
import { sqlRetention } from './sqlserver/sql-retention.ts';
import { sqlSnapshotIsolation } from './sqlserver/sql-snapshot-isolation.ts';
import { sqlTableKeys } from './sqlserver/sql-table-keys.ts';
import { sqlTablesCaptured } from './sqlserver/sql-tables-captured.ts';
import { sqlTcp } from './sqlserver/sql-tcp.ts';
import { sqlVersion } from './sqlserver/sql-version.ts';

/** Every check of a facility, in the order in which they are shown: from the machine outwards, then what runs on it. */
export const FACILITY_CHECKS: readonly FacilityCheck[] = [
  dockerEngine,
  restPort,
  sqlTcp,
  sqlLogin,
  sqlVersion,
  sqlDatabase,
  sqlCdcEnabled,
  sqlTablesCaptured,
  sqlTableKeys,
  sqlAgent,
  sqlCdcRights,
  sqlSnapshotIsolation,
  sqlRetention,
  kafkaBootstrap,
  kafkaDns,
  kafkaTcp,
  kafkaTls,
  kafkaLogin,
  kafkaAdvertised,
  kafkaRights,
  kafkaIdentity,
  containerState,
  connectRest,
  connectorState,
  connectorConfig,
  streamPosition,
  heartbeatFresh,
  streamTopics,
];
