import type { RunState, WorkerHealth } from '../adapters/connect-port.ts';
import { parseWindow, windowText } from '../connector/copy-window.ts';
import type { FacilitySettings } from '../settings/facility.ts';
import { connectorState } from './connect/connector-state.ts';
import { dockerConnectRest } from './connect/docker-connect-rest.ts';
import { type ContainerFacts, dockerContainerState } from './connect/docker-container-state.ts';
import type { FacilityCheck } from './context.ts';
import { type HeartbeatFacts, heartbeatFresh } from './pipeline/heartbeat-fresh.ts';
import { type PositionFacts, streamPosition } from './pipeline/stream-position.ts';
import { streamTopics } from './pipeline/stream-topics.ts';
import type { CheckResult, Facts } from './types.ts';

/** The checks that `status` looks at; what they need runs too. */
export const STATUS_CHECKS: readonly string[] = [
  dockerContainerState.id,
  dockerConnectRest.id,
  connectorState.id,
  streamPosition.id,
  heartbeatFresh.id,
  streamTopics.id,
];

/** `healthy`: nothing to do; `attention`: it may stream, look at it; `down`: it does not stream. */
export type Health = 'healthy' | 'attention' | 'down';

/** What one facility does right now. Null: could not be learnt; the checks say why. Times are ISO 8601. */
export interface StatusReport {
  facility: { code: string; id: string; name: string };
  health: Health;
  container: {
    name: string;
    /** Docker's word, or `absent`. */
    status: string;
    health: string | null;
    startedAt: string | null;
    image: string | null;
  } | null;
  worker: { url: string; state: WorkerHealth['state']; version: string | null } | null;
  connector: { name: string; state: RunState | 'ABSENT' } | null;
  tasks: { id: number; state: RunState }[];
  position: { commitLsn: string | null; copying: boolean } | null;
  /** Tables that are copied beside the stream now, and the hours of the first copy where it has some. */
  copies: { tables: string[]; hours: string | null } | null;
  /** Fields are null when there is none yet. */
  heartbeat: { at: string | null; ageSeconds: number | null } | null;
  /** End offsets of the data topics: records ever written, by all facilities with a database of this name. */
  topics: Record<string, number> | null;
}

/**
 * Puts the facts that the checks collected side by side.
 * @param results of a run with {@link STATUS_CHECKS}
 */
export function statusReport(results: readonly CheckResult[], settings: FacilitySettings): StatusReport {
  const container = factsOf(results, dockerContainerState);
  const worker = factsOf(results, dockerConnectRest);
  const connector = factsOf(results, connectorState);
  const heartbeat = factsOf(results, heartbeatFresh);
  const position = factsOf(results, streamPosition);
  const topics = factsOf(results, streamTopics);
  return {
    facility: { code: settings.facilityCode, id: settings.facilityId, name: settings.facilityName },
    health: healthOf(results),
    container: container === undefined ? null : containerOf(container),
    worker: worker === undefined ? null : { url: worker.url, state: worker.state, version: worker.version },
    connector:
      connector === undefined
        ? null
        : { name: connector.name, state: connector.status?.connector.state ?? 'ABSENT' },
    tasks: (connector?.status?.tasks ?? []).map(({ id, state }) => ({ id, state })),
    position: position === undefined ? null : { commitLsn: position.commitLsn, copying: position.copying },
    copies: copiesOf(position, settings),
    heartbeat: heartbeat === undefined ? null : heartbeatOf(heartbeat),
    topics: topics?.ends.ok === true ? topics.ends.value : null,
  };
}

function copiesOf(position: PositionFacts | undefined, settings: FacilitySettings): StatusReport['copies'] {
  // A bundle of an earlier version knows nothing of them.
  const tables = position?.again ?? [];
  const window = parseWindow(settings.firstCopyWindow);
  return tables.length === 0 ? null : { tables, hours: window === undefined ? null : windowText(window) };
}

function healthOf(results: readonly CheckResult[]): Health {
  const outcomes = results.map(({ verdict }) => verdict.outcome);
  if (outcomes.includes('fail')) return 'down';
  return outcomes.every((outcome) => outcome === 'pass') ? 'healthy' : 'attention';
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
  if (container === null) return { name, status: 'absent', health: null, startedAt: null, image: null };
  const { status, health, startedAt, image } = container;
  return { name, status, health, startedAt, image };
}

function factsOf<F extends Facts>(results: readonly CheckResult[], check: FacilityCheck<F>): F | undefined {
  return (results.find(({ id }) => id === check.id)?.facts ?? undefined) as F | undefined;
}
