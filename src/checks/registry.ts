import { connectorConfig } from './connect/connector-config.ts';
import { connectorState } from './connect/connector-state.ts';
import { dockerConnectRest } from './connect/docker-connect-rest.ts';
import { dockerContainerState } from './connect/docker-container-state.ts';
import type { FacilityCheck } from './context.ts';
import { dockerEndpoint } from './host/docker-endpoint.ts';
import { dockerPort } from './host/docker-port.ts';
import { kafkaAcl } from './kafka/kafka-acl.ts';
import { kafkaAdvertised } from './kafka/kafka-advertised.ts';
import { kafkaBootstrapSyntax } from './kafka/kafka-bootstrap-syntax.ts';
import { kafkaDns } from './kafka/kafka-dns.ts';
import { kafkaGroupForeignMember } from './kafka/kafka-group-foreign-member.ts';
import { kafkaSaslAuth } from './kafka/kafka-sasl-auth.ts';
import { kafkaTcp } from './kafka/kafka-tcp.ts';
import { kafkaTlsHandshake } from './kafka/kafka-tls-handshake.ts';
import { heartbeatFresh } from './pipeline/heartbeat-fresh.ts';
import { streamPosition } from './pipeline/stream-position.ts';
import { streamTopics } from './pipeline/stream-topics.ts';
import { sqlAgentRunning } from './sqlserver/sql-agent-running.ts';
import { sqlAvailabilityGroup } from './sqlserver/sql-availability-group.ts';
import { sqlCdcUser } from './sqlserver/sql-cdc-user.ts';
import { sqlClock } from './sqlserver/sql-clock.ts';
import { sqlCollation } from './sqlserver/sql-collation.ts';
import { sqlDbCdcEnabled } from './sqlserver/sql-db-cdc-enabled.ts';
import { sqlDbOwner } from './sqlserver/sql-db-owner.ts';
import { sqlDbState } from './sqlserver/sql-db-state.ts';
import { sqlInstancePort } from './sqlserver/sql-instance-port.ts';
import { sqlLogin } from './sqlserver/sql-login.ts';
import { sqlNotSa } from './sqlserver/sql-not-sa.ts';
import { sqlPermissions } from './sqlserver/sql-permissions.ts';
import { sqlRetention } from './sqlserver/sql-retention.ts';
import { sqlSnapshotIsolation } from './sqlserver/sql-snapshot-isolation.ts';
import { sqlTablePk } from './sqlserver/sql-table-pk.ts';
import { sqlTablesEnabled } from './sqlserver/sql-tables-enabled.ts';
import { sqlTcp } from './sqlserver/sql-tcp.ts';
import { sqlTempdb } from './sqlserver/sql-tempdb.ts';
import { sqlTls } from './sqlserver/sql-tls.ts';
import { sqlVendorDdlRisk } from './sqlserver/sql-vendor-ddl-risk.ts';
import { sqlVersion } from './sqlserver/sql-version.ts';

/** Every check of a facility, in the order in which they are shown: from the machine outwards, then what runs on it. */
export const FACILITY_CHECKS: readonly FacilityCheck[] = [
  dockerEndpoint,
  dockerPort,
  sqlTcp,
  sqlInstancePort,
  sqlTls,
  sqlLogin,
  sqlNotSa,
  sqlVersion,
  sqlClock,
  sqlDbState,
  sqlDbOwner,
  sqlAvailabilityGroup,
  sqlCollation,
  sqlCdcUser,
  sqlDbCdcEnabled,
  sqlTablesEnabled,
  sqlTablePk,
  sqlAgentRunning,
  sqlPermissions,
  sqlSnapshotIsolation,
  sqlTempdb,
  sqlRetention,
  sqlVendorDdlRisk,
  kafkaBootstrapSyntax,
  kafkaDns,
  kafkaTcp,
  kafkaTlsHandshake,
  kafkaSaslAuth,
  kafkaAdvertised,
  kafkaAcl,
  kafkaGroupForeignMember,
  dockerContainerState,
  dockerConnectRest,
  connectorState,
  connectorConfig,
  streamPosition,
  heartbeatFresh,
  streamTopics,
];
