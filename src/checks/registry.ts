import { connectorConfig } from './connect/connector-config.ts';
import { connectorState } from './connect/connector-state.ts';
import { dockerConnectRest } from './connect/docker-connect-rest.ts';
import { dockerContainerState } from './connect/docker-container-state.ts';
import type { FacilityCheck } from './context.ts';
import { dockerEndpoint } from './host/docker-endpoint.ts';
import { dockerPort } from './host/docker-port.ts';
import { kafkaAcl } from './kafka/kafka-acl.ts';
import { kafkaAdvertised } from './kafka/kafka-advertised.ts';
import { kafkaApiVersions } from './kafka/kafka-api-versions.ts';
import { kafkaBootstrapSyntax } from './kafka/kafka-bootstrap-syntax.ts';
import { kafkaClock } from './kafka/kafka-clock.ts';
import { kafkaDataTopics } from './kafka/kafka-data-topics.ts';
import { kafkaDns } from './kafka/kafka-dns.ts';
import { kafkaGroupForeignMember } from './kafka/kafka-group-foreign-member.ts';
import { kafkaHistoryConfig } from './kafka/kafka-history-config.ts';
import { kafkaInternalPartitions } from './kafka/kafka-internal-partitions.ts';
import { kafkaInternalTopics } from './kafka/kafka-internal-topics.ts';
import { kafkaLeaders } from './kafka/kafka-leaders.ts';
import { kafkaMessageSize } from './kafka/kafka-message-size.ts';
import { kafkaMetadata } from './kafka/kafka-metadata.ts';
import { kafkaMiddlebox } from './kafka/kafka-middlebox.ts';
import { kafkaMtu } from './kafka/kafka-mtu.ts';
import { kafkaPrincipal } from './kafka/kafka-principal.ts';
import { kafkaProxy } from './kafka/kafka-proxy.ts';
import { kafkaQuota } from './kafka/kafka-quota.ts';
import { kafkaReplication } from './kafka/kafka-replication.ts';
import { kafkaSaslAuth } from './kafka/kafka-sasl-auth.ts';
import { kafkaSaslMechanism } from './kafka/kafka-sasl-mechanism.ts';
import { kafkaTcp } from './kafka/kafka-tcp.ts';
import { kafkaThroughput } from './kafka/kafka-throughput.ts';
import { kafkaTlsExpiry } from './kafka/kafka-tls-expiry.ts';
import { kafkaTlsHandshake } from './kafka/kafka-tls-handshake.ts';
import { kafkaTlsHostname } from './kafka/kafka-tls-hostname.ts';
import { kafkaTlsInterception } from './kafka/kafka-tls-interception.ts';
import { heartbeatFresh } from './pipeline/heartbeat-fresh.ts';
import { streamPosition } from './pipeline/stream-position.ts';
import { streamTopics } from './pipeline/stream-topics.ts';
import { sqlAgentRunning } from './sqlserver/sql-agent-running.ts';
import { sqlDbCdcEnabled } from './sqlserver/sql-db-cdc-enabled.ts';
import { sqlDbState } from './sqlserver/sql-db-state.ts';
import { sqlLogin } from './sqlserver/sql-login.ts';
import { sqlPermissions } from './sqlserver/sql-permissions.ts';
import { sqlRetention } from './sqlserver/sql-retention.ts';
import { sqlSnapshotIsolation } from './sqlserver/sql-snapshot-isolation.ts';
import { sqlTablePk } from './sqlserver/sql-table-pk.ts';
import { sqlTablesEnabled } from './sqlserver/sql-tables-enabled.ts';
import { sqlTcp } from './sqlserver/sql-tcp.ts';
import { sqlVersion } from './sqlserver/sql-version.ts';

/** Every check of a facility, in the order in which they are shown: from the machine outwards, then what runs on it. */
export const FACILITY_CHECKS: readonly FacilityCheck[] = [
  dockerEndpoint,
  dockerPort,
  sqlTcp,
  sqlLogin,
  sqlVersion,
  sqlDbState,
  sqlDbCdcEnabled,
  sqlTablesEnabled,
  sqlTablePk,
  sqlAgentRunning,
  sqlPermissions,
  sqlSnapshotIsolation,
  sqlRetention,
  kafkaBootstrapSyntax,
  kafkaDns,
  kafkaTcp,
  kafkaProxy,
  kafkaTlsHandshake,
  kafkaTlsExpiry,
  kafkaTlsInterception,
  kafkaApiVersions,
  kafkaSaslMechanism,
  kafkaSaslAuth,
  kafkaMetadata,
  kafkaTlsHostname,
  kafkaMtu,
  kafkaAdvertised,
  kafkaPrincipal,
  kafkaAcl,
  kafkaInternalTopics,
  kafkaInternalPartitions,
  kafkaReplication,
  kafkaHistoryConfig,
  kafkaLeaders,
  kafkaMessageSize,
  kafkaDataTopics,
  kafkaClock,
  kafkaQuota,
  kafkaMiddlebox,
  kafkaThroughput,
  kafkaGroupForeignMember,
  dockerContainerState,
  dockerConnectRest,
  connectorState,
  connectorConfig,
  streamPosition,
  heartbeatFresh,
  streamTopics,
];
