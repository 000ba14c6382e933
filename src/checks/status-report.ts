import type { RunState } from '../adapters/connect-port.ts';
import { parseWindow, windowText } from '../connector/copy-window.ts';
import type { FacilitySettings } from '../settings/facility.ts';
import { connectorState } from './connect/connector-state.ts';
import { dockerConnectRest, type RestFacts } from './connect/docker-connect-rest.ts';
import { type ContainerFacts, dockerContainerState } from './connect/docker-container-state.ts';
import { factsOf } from './facts-of.ts';
import { judgeHealth } from './health/judge.ts';
import type { Finding, Health } from './health/words.ts';
import { firstCopy } from './pipeline/first-copy.ts';
import { type HeartbeatFacts, heartbeatFresh } from './pipeline/heartbeat-fresh.ts';
import { streamLag } from './pipeline/stream-lag.ts';
import { streamMetrics } from './pipeline/stream-metrics.ts';
import { type PositionFacts, streamPosition } from './pipeline/stream-position.ts';
import { streamTopics } from './pipeline/stream-topics.ts';
import { tableChanges } from './pipeline/table-changes.ts';
import { sqlCaptureFresh } from './sqlserver/sql-capture-fresh.ts';
import { sqlOffsetWindow } from './sqlserver/sql-offset-window.ts';
import { sqlScanLatency } from './sqlserver/sql-scan-latency.ts';
import { type FirstCopy, firstCopyOf, type Sent, sentOf } from './status-figures.ts';
import { type Headroom, headroomOf } from './status-headroom.ts';
import type { CheckResult } from './types.ts';

/** What one facility does right now. Null: could not be learnt; the checks say why. Times are ISO 8601. */
export interface StatusReport {
  facility: { code: string; id: string; name: string };
  /** ISO 8601, by the clock of this machine. */
  at: string;
  health: Health;
  /** Data arrive and nothing has failed. */
  ok: boolean;
  findings: Finding[];
  container: {
    name: string;
    /** Docker's word, or `absent`. */
    status: string;
    health: string | null;
    startedAt: string | null;
    image: string | null;
    restarts: number;
    exitCode: number | null;
    outOfMemory: boolean;
  } | null;
  worker: { url: string; state: RestFacts['state']; version: string | null } | null;
  connector: { name: string; state: RunState | 'ABSENT' } | null;
  tasks: { id: number; state: RunState }[];
  position: { commitLsn: string | null; copying: boolean } | null;
  /** Behind SQL Server: `seconds` is the age of the oldest captured change that is not stored as sent; 0 without any. */
  lag: { seconds: number; waiting: number } | null;
  /** Of SQL Server's capture job: seconds since it last wrote, and seconds from a commit to its capture. */
  capture: { wroteSeconds: number | null; latencySeconds: number | null } | null;
  headroom: Headroom | null;
  /** Tables that are copied beside the stream now, and the hours of the first copy where it has some. */
  copies: Copies | null;
  /** Fields are null when there is none yet. */
  heartbeat: { at: string | null; ageSeconds: number | null } | null;
  /** The newest heartbeat row of the database that has gone the whole way: seconds since it was written. */
  endToEnd: { ageSeconds: number } | null;
  sent: Sent | null;
  /** Null when none is under way. */
  firstCopy: FirstCopy | null;
  /** The latest first; null seconds: no change of it is kept. */
  tables: { table: string; lastChangeSeconds: number | null }[] | null;
  /** End offsets of the data topics: records ever written, by all facilities with a database of this name. */
  topics: Record<string, number> | null;
  /** What could not be learnt and does not change the word. */
  unlearnt: { check: string; title: string; why: string }[];
}

/** Copies beside the stream. */
export interface Copies {
  tables: string[];
  hours: string | null;
  /** Of the copy that this program asked for; null where nobody can tell. */
  percent: number | null;
  /** At the speed since it was asked for. */
  secondsLeft: number | null;
}

/**
 * Puts the facts that the checks collected side by side, with the judgement.
 * @param results of a run with the checks of `status`, of a doctor, or of a bundle
 */
export function statusReport(
  results: readonly CheckResult[],
  settings: FacilitySettings,
  at: string,
): StatusReport {
  const container = factsOf(results, dockerContainerState);
  const worker = factsOf(results, dockerConnectRest);
  const connector = factsOf(results, connectorState);
  const heartbeat = factsOf(results, heartbeatFresh);
  const position = factsOf(results, streamPosition);
  const topics = factsOf(results, streamTopics);
  const figures = factsOf(results, streamMetrics);
  const lag = factsOf(results, streamLag);
  const row = lag?.lag?.ok === true ? lag.lag.value[0] : undefined;
  const beat = lag?.beat?.ok === true ? (lag.beat.value[0]?.passed_s ?? null) : null;
  const { health, findings, ok } = judgeHealth(results);
  return {
    facility: { code: settings.facilityCode, id: settings.facilityId, name: settings.facilityName },
    at,
    health,
    ok,
    findings,
    container: container === undefined ? null : containerOf(container),
    worker: worker === undefined ? null : { url: worker.url, state: worker.state, version: worker.version },
    connector:
      connector === undefined
        ? null
        : { name: connector.name, state: connector.status?.connector.state ?? 'ABSENT' },
    tasks: (connector?.status?.tasks ?? []).map(({ id, state }) => ({ id, state })),
    position: position === undefined ? null : { commitLsn: position.commitLsn, copying: position.copying },
    lag: row === undefined ? null : { seconds: row.oldest_unread_s ?? 0, waiting: row.unread },
    capture: captureOf(results),
    headroom: headroomOf(factsOf(results, sqlOffsetWindow), row),
    copies: copiesOf(position, settings),
    heartbeat: heartbeat === undefined ? null : heartbeatOf(heartbeat),
    endToEnd: beat === null ? null : { ageSeconds: Math.max(0, beat) },
    sent: sentOf(figures),
    firstCopy: firstCopyOf(figures?.metrics, factsOf(results, firstCopy), settings.tableIncludeList),
    tables: tablesOf(results),
    topics: topics?.ends.ok === true ? topics.ends.value : null,
    unlearnt: unlearntOf(results, findings),
  };
}

function copiesOf(position: PositionFacts | undefined, settings: FacilitySettings): StatusReport['copies'] {
  // A bundle of an earlier version knows nothing of them.
  const tables = position?.again ?? [];
  const window = parseWindow(settings.firstCopyWindow);
  if (tables.length === 0) return null;
  const hours = window === undefined ? null : windowText(window);
  return { tables, hours, percent: null, secondsLeft: null };
}

function captureOf(results: readonly CheckResult[]): StatusReport['capture'] {
  const fresh = factsOf(results, sqlCaptureFresh);
  const scan = factsOf(results, sqlScanLatency);
  if (fresh?.ok !== true) return null;
  return {
    wroteSeconds: fresh.value[0]?.age_s ?? null,
    latencySeconds: scan?.ok === true ? (scan.value[0]?.latency ?? null) : null,
  };
}

function tablesOf(results: readonly CheckResult[]): StatusReport['tables'] {
  const changes = factsOf(results, tableChanges)?.changes;
  if (changes?.ok !== true) return null;
  return changes.value.map(({ table_name, age_s }) => ({ table: table_name, lastChangeSeconds: age_s }));
}

function unlearntOf(results: readonly CheckResult[], findings: readonly Finding[]): StatusReport['unlearnt'] {
  const told = new Set(findings.map(({ check }) => check));
  return results
    .filter(({ id, verdict }) => verdict.outcome === 'unknown' && !told.has(id))
    .map(({ id, title, verdict }) => ({ check: id, title, why: verdict.summary }));
}

function heartbeatOf({ record, nowMs }: HeartbeatFacts): StatusReport['heartbeat'] {
  if (!record.ok) return null;
  if (record.value === null) return { at: null, ageSeconds: null };
  const { timestampMs } = record.value;
  return {
    at: new Date(timestampMs).toISOString(),
    ageSeconds: Math.max(0, Math.round((nowMs - timestampMs) / 1000)),
  };
}

function containerOf({ name, container }: ContainerFacts): StatusReport['container'] {
  if (container === null) {
    return {
      ...{ name, status: 'absent', health: null, startedAt: null, image: null },
      ...{ restarts: 0, exitCode: null, outOfMemory: false },
    };
  }
  const { status, health, startedAt, image, restartCount, exitCode, oomKilled } = container;
  const ended = status === 'running' ? null : exitCode;
  return {
    ...{ name, status, health, startedAt, image },
    ...{ restarts: restartCount, exitCode: ended, outOfMemory: oomKilled },
  };
}
