import { connectorConfig } from '../connect/connector-config.ts';
import { connectorForeign } from '../connect/connector-foreign.ts';
import { connectorState } from '../connect/connector-state.ts';
import { dockerConnectRest } from '../connect/docker-connect-rest.ts';
import { dockerContainerState } from '../connect/docker-container-state.ts';
import type { FacilityCheck } from '../context.ts';
import { dockerEndpoint } from '../host/docker-endpoint.ts';
import { dockerPermission } from '../host/docker-permission.ts';
import { kafkaGroupForeignMember } from '../kafka/kafka-group-foreign-member.ts';
import { kafkaHistoryConfig } from '../kafka/kafka-history-config.ts';
import { firstCopy } from '../pipeline/first-copy.ts';
import { heartbeatFresh } from '../pipeline/heartbeat-fresh.ts';
import { streamLag } from '../pipeline/stream-lag.ts';
import { streamMetrics } from '../pipeline/stream-metrics.ts';
import { streamPosition } from '../pipeline/stream-position.ts';
import { streamTopics } from '../pipeline/stream-topics.ts';
import { streamValues } from '../pipeline/stream-values.ts';
import { tableChanges } from '../pipeline/table-changes.ts';
import { sqlAgentRunning } from '../sqlserver/sql-agent-running.ts';
import { sqlCaptureFresh } from '../sqlserver/sql-capture-fresh.ts';
import { sqlCaptureGap } from '../sqlserver/sql-capture-gap.ts';
import { sqlDbCdcEnabled } from '../sqlserver/sql-db-cdc-enabled.ts';
import { sqlDbRestored } from '../sqlserver/sql-db-restored.ts';
import { sqlLogSpace } from '../sqlserver/sql-log-space.ts';
import { sqlLogin } from '../sqlserver/sql-login.ts';
import { sqlLsnRegressed } from '../sqlserver/sql-lsn-regressed.ts';
import { sqlOffsetWindow } from '../sqlserver/sql-offset-window.ts';
import { sqlScanLatency } from '../sqlserver/sql-scan-latency.ts';
import { sqlSchemaDrift } from '../sqlserver/sql-schema-drift.ts';
import { sqlTablePk } from '../sqlserver/sql-table-pk.ts';
import { sqlTablesEnabled } from '../sqlserver/sql-tables-enabled.ts';

const LOOKED_AT = [
  dockerPermission,
  dockerEndpoint,
  sqlLogin,
  sqlDbCdcEnabled,
  sqlTablesEnabled,
  sqlTablePk,
  sqlAgentRunning,
  sqlSchemaDrift,
  sqlCaptureFresh,
  sqlScanLatency,
  sqlOffsetWindow,
  sqlCaptureGap,
  sqlLsnRegressed,
  sqlDbRestored,
  sqlLogSpace,
  kafkaHistoryConfig,
  kafkaGroupForeignMember,
  dockerContainerState,
  dockerConnectRest,
  connectorConfig,
  connectorState,
  connectorForeign,
  streamPosition,
  streamLag,
  firstCopy,
  streamMetrics,
  heartbeatFresh,
  streamTopics,
  streamValues,
  tableChanges,
] as unknown as readonly FacilityCheck[];

const IDS = new Set(LOOKED_AT.map(({ id }) => id));

/** Whether a check's verdict says something about the stream, and not about the machine or the way to it. */
export function isHealthCheck(id: string): boolean {
  return IDS.has(id);
}

/**
 * The checks of `status`. They wait for one another only among themselves: why a line is down is for `doctor` to find out, and
 * its steps from DNS to the login would make a look that should take a second take several.
 */
export const STATUS_CHECKS: readonly FacilityCheck[] = LOOKED_AT.map((check) => ({
  ...check,
  needs: check.needs.filter(isHealthCheck),
}));
