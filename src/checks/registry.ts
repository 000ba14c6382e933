import { connectorConfig } from './connect/connector-config.ts';
import { connectorForeign } from './connect/connector-foreign.ts';
import { connectorState } from './connect/connector-state.ts';
import { dockerCleanShutdown } from './connect/docker-clean-shutdown.ts';
import { dockerConnectRest } from './connect/docker-connect-rest.ts';
import { dockerContainerState } from './connect/docker-container-state.ts';
import { dockerDns } from './connect/docker-dns.ts';
import { dockerEnvSecrets } from './connect/docker-env-secrets.ts';
import { dockerImage } from './connect/docker-image.ts';
import { dockerLog } from './connect/docker-log.ts';
import { dockerPluginVersion } from './connect/docker-plugin-version.ts';
import { dockerRestartPolicy } from './connect/docker-restart-policy.ts';
import type { FacilityCheck } from './context.ts';
import { dockerApi } from './host/docker-api.ts';
import { dockerCpu } from './host/docker-cpu.ts';
import { dockerDisk } from './host/docker-disk.ts';
import { dockerEndpoint } from './host/docker-endpoint.ts';
import { dockerEngineKind } from './host/docker-engine-kind.ts';
import { dockerIpForward } from './host/docker-ip-forward.ts';
import { dockerMemory } from './host/docker-memory.ts';
import { dockerPermission } from './host/docker-permission.ts';
import { dockerPort } from './host/docker-port.ts';
import { dockerRegistry } from './host/docker-registry.ts';
import { dockerSqlSameHost } from './host/docker-sql-same-host.ts';
import { dockerStartOnBoot } from './host/docker-start-on-boot.ts';
import { dockerSubnetClash } from './host/docker-subnet-clash.ts';
import { dockerTime } from './host/docker-time.ts';
import { hostAv } from './host/host-av.ts';
import { hostPower } from './host/host-power.ts';
import { kafkaAcl } from './kafka/kafka-acl.ts';
import { kafkaAdvertised } from './kafka/kafka-advertised.ts';
import { kafkaApiVersions } from './kafka/kafka-api-versions.ts';
import { kafkaBootstrapSyntax } from './kafka/kafka-bootstrap-syntax.ts';
import { kafkaClock } from './kafka/kafka-clock.ts';
import { kafkaDataTopics } from './kafka/kafka-data-topics.ts';
import { kafkaDns } from './kafka/kafka-dns.ts';
import { kafkaFacilityId } from './kafka/kafka-facility-id.ts';
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
import { firstCopy } from './pipeline/first-copy.ts';
import { heartbeatFresh } from './pipeline/heartbeat-fresh.ts';
import { streamColumns } from './pipeline/stream-columns.ts';
import { streamLag } from './pipeline/stream-lag.ts';
import { streamMetrics } from './pipeline/stream-metrics.ts';
import { streamPosition } from './pipeline/stream-position.ts';
import { streamTopics } from './pipeline/stream-topics.ts';
import { streamValues } from './pipeline/stream-values.ts';
import { tableChanges } from './pipeline/table-changes.ts';
import { sqlAgentRunning } from './sqlserver/sql-agent-running.ts';
import { sqlAvailabilityGroup } from './sqlserver/sql-availability-group.ts';
import { sqlCanary } from './sqlserver/sql-canary.ts';
import { sqlCaptureFresh } from './sqlserver/sql-capture-fresh.ts';
import { sqlCaptureGap } from './sqlserver/sql-capture-gap.ts';
import { sqlCaptureInstances } from './sqlserver/sql-capture-instances.ts';
import { sqlCdcUser } from './sqlserver/sql-cdc-user.ts';
import { sqlChangeTableSize } from './sqlserver/sql-change-table-size.ts';
import { sqlClock } from './sqlserver/sql-clock.ts';
import { sqlCollation } from './sqlserver/sql-collation.ts';
import { sqlColumnTypes } from './sqlserver/sql-column-types.ts';
import { sqlDbCdcEnabled } from './sqlserver/sql-db-cdc-enabled.ts';
import { sqlDbOwner } from './sqlserver/sql-db-owner.ts';
import { sqlDbRestored } from './sqlserver/sql-db-restored.ts';
import { sqlDbState } from './sqlserver/sql-db-state.ts';
import { sqlDiskFree } from './sqlserver/sql-disk-free.ts';
import { sqlInstancePort } from './sqlserver/sql-instance-port.ts';
import { sqlJobsExist } from './sqlserver/sql-jobs-exist.ts';
import { sqlLogSpace } from './sqlserver/sql-log-space.ts';
import { sqlLogin } from './sqlserver/sql-login.ts';
import { sqlLsnRegressed } from './sqlserver/sql-lsn-regressed.ts';
import { sqlNotSa } from './sqlserver/sql-not-sa.ts';
import { sqlOffsetWindow } from './sqlserver/sql-offset-window.ts';
import { sqlPermissions } from './sqlserver/sql-permissions.ts';
import { sqlRetention } from './sqlserver/sql-retention.ts';
import { sqlScanErrors } from './sqlserver/sql-scan-errors.ts';
import { sqlScanLatency } from './sqlserver/sql-scan-latency.ts';
import { sqlSchemaDrift } from './sqlserver/sql-schema-drift.ts';
import { sqlSnapshotIsolation } from './sqlserver/sql-snapshot-isolation.ts';
import { sqlTableFeatures } from './sqlserver/sql-table-features.ts';
import { sqlTablePk } from './sqlserver/sql-table-pk.ts';
import { sqlTablesEnabled } from './sqlserver/sql-tables-enabled.ts';
import { sqlTcp } from './sqlserver/sql-tcp.ts';
import { sqlTempdb } from './sqlserver/sql-tempdb.ts';
import { sqlTls } from './sqlserver/sql-tls.ts';
import { sqlVendorDdlRisk } from './sqlserver/sql-vendor-ddl-risk.ts';
import { sqlVersion } from './sqlserver/sql-version.ts';

/** Every check of a facility, in the order in which they are shown: from the machine outwards, then what runs on it. */
export const FACILITY_CHECKS: readonly FacilityCheck[] = [
  dockerPermission,
  dockerEndpoint,
  dockerApi,
  dockerEngineKind,
  dockerStartOnBoot,
  dockerRegistry,
  dockerDisk,
  dockerMemory,
  dockerCpu,
  dockerTime,
  dockerIpForward,
  dockerSubnetClash,
  dockerSqlSameHost,
  dockerPort,
  hostPower,
  hostAv,
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
  sqlCaptureInstances,
  sqlSchemaDrift,
  sqlColumnTypes,
  sqlTableFeatures,
  sqlJobsExist,
  sqlCaptureFresh,
  sqlCanary,
  sqlScanErrors,
  sqlScanLatency,
  sqlOffsetWindow,
  sqlCaptureGap,
  sqlLsnRegressed,
  sqlDbRestored,
  sqlLogSpace,
  sqlDiskFree,
  sqlChangeTableSize,
  sqlVendorDdlRisk,
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
  kafkaFacilityId,
  dockerImage,
  dockerContainerState,
  dockerRestartPolicy,
  dockerLog,
  dockerCleanShutdown,
  dockerEnvSecrets,
  dockerDns,
  dockerConnectRest,
  dockerPluginVersion,
  connectorConfig,
  connectorState,
  connectorForeign,
  streamPosition,
  streamLag,
  firstCopy,
  heartbeatFresh,
  streamMetrics,
  streamTopics,
  streamValues,
  tableChanges,
  streamColumns,
];
