import type { StoredPosition } from '../../connector/stored-position.ts';
import { runningMs } from '../container-time.ts';
import type { CheckContext, FacilityCheck } from '../context.ts';
import { kafkaHistoryConfig } from '../kafka/kafka-history-config.ts';
import { runChecks } from '../runner.ts';
import { sqlCaptureGap } from '../sqlserver/sql-capture-gap.ts';
import { sqlDbRestored } from '../sqlserver/sql-db-restored.ts';
import { sqlLsnRegressed } from '../sqlserver/sql-lsn-regressed.ts';
import { sqlOffsetWindow } from '../sqlserver/sql-offset-window.ts';
import { timeLimit } from '../time-limit.ts';
import { askKafka } from '../two-views.ts';
import type { CheckResult, Verdict } from '../types.ts';
import { inTime, positionOf, type Stored, storedPositions } from './stored.ts';

/** What decides whether a start goes on, copies or loses. Plain JSON. */
export type StartFacts = {
  stored: Stored;
  /** Age of the newest heartbeat in ms; null when there is none or Kafka does not hand it out. */
  heartbeatMs: number | null;
  /** The history of the tables in Kafka: `gone` is a topic that is missing or empty. */
  history: 'there' | 'gone' | 'unknown';
  /** The connector's task is at work now, so that a start is a restart. */
  running: boolean;
  /** It is paused, and has worked in this container: what it has read is in its memory, and it goes on from there. */
  pausedInMemory: boolean;
  /** Verdicts of the checks that judge the position; empty without a position. */
  verdicts: Record<string, Verdict>;
};

/** The checks that judge a position, each on its own: what they need otherwise shows in their answers. */
const JUDGES = [sqlOffsetWindow, sqlLsnRegressed, sqlDbRestored, sqlCaptureGap, kafkaHistoryConfig].map(
  (check) => ({ ...(check as FacilityCheck), needs: [], timeoutMs: 5000 }),
);

const STORED_MS = 10_000;
const JUDGES_MS = 6000;

/** What was seen, and the checks that judged it, for whoever needs more than their verdicts. */
export interface PositionLook {
  facts: StartFacts;
  /** With a position or without one. */
  results: CheckResult[];
}

/** Looks at Kafka and SQL Server, for at most {@link STORED_MS} and {@link JUDGES_MS}. Writes nothing. */
export async function lookBeforeStart(context: CheckContext, parent: AbortSignal): Promise<StartFacts> {
  return (await lookAtPosition(context, parent)).facts;
}

/** The same with the facts of the checks. */
export async function lookAtPosition(context: CheckContext, parent: AbortSignal): Promise<PositionLook> {
  const limit = timeLimit(STORED_MS, parent);
  try {
    const [stored, heartbeatMs, history, tasks, upMs] = await Promise.all([
      storedPositions(context, limit.signal),
      heartbeatAge(context, limit.signal),
      historyState(context, limit.signal),
      taskStates(context, limit.signal),
      inTime(runningMs(context), limit.signal),
    ]);
    parent.throwIfAborted();
    const position = positionOf(stored, context.settings.database.name);
    const results = await judged(position, context, parent);
    const running = tasks.includes('RUNNING');
    const pausedInMemory = tasks.includes('PAUSED') && heartbeatMs !== null && heartbeatMs < (upMs ?? 0);
    const verdicts =
      position === undefined ? {} : Object.fromEntries(results.map(({ id, verdict }) => [id, verdict]));
    return { facts: { stored, heartbeatMs, history, running, pausedInMemory, verdicts }, results };
  } finally {
    limit.end();
  }
}

async function judged(
  position: StoredPosition | undefined,
  context: CheckContext,
  signal: AbortSignal,
): Promise<CheckResult[]> {
  const { settings, memory, connect } = context;
  const offsets = position === undefined ? [] : [{ partition: position.partition, offset: position.offset }];
  return runChecks(
    JUDGES,
    {
      ...context,
      // The position of this database, wherever it was read.
      connect: { ...connect, offsets: async () => offsets },
      // A look before a start is no run of doctor: what it sees is not noted, so that nothing is forgotten by it.
      memory: { recall: memory.recall, keep: async () => null },
    },
    settings,
    { deadlineMs: JUDGES_MS, signal },
  );
}

async function heartbeatAge(context: CheckContext, signal: AbortSignal): Promise<number | null> {
  const record = await askKafka(context, signal, (kafka) =>
    kafka.lastRecord(context.names.topics.heartbeat, signal),
  );
  if (!record.ok || record.value === null) return null;
  return Math.max(0, context.clock.now() - record.value.timestampMs);
}

async function historyState(context: CheckContext, signal: AbortSignal): Promise<StartFacts['history']> {
  const record = await askKafka(context, signal, (kafka) =>
    kafka.lastRecord(context.names.topics.schemaHistory, signal),
  );
  if (record.ok) return record.value === null ? 'gone' : 'there';
  return record.failure.kind === 'not-found' ? 'gone' : 'unknown';
}

/** Where the worker does not answer, nothing is at work. */
async function taskStates({ connect, names }: CheckContext, signal: AbortSignal): Promise<string[]> {
  const status = await inTime(connect.status(names.connector), signal);
  return (status?.tasks ?? []).map(({ state }) => state);
}
