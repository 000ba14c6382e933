import type { ConnectorConfig, ConnectorStatus } from '../../adapters/connect-port.ts';
import { configDifferences } from '../../connector/template.ts';
import { configChanges } from '../changes.ts';
import type { InstallPorts } from '../deployment.ts';
import { configRefused, connectorFailed, connectorSlow, describe } from '../install-errors.ts';
import type { Step } from '../step.ts';

const PATIENCE_MS = 120_000;
const PAUSE_MS = 250;
const RESUME_AGAIN_MS = 15_000;
/** Longer than a task takes to end and to commit what it has read. */
const STOP_PATIENCE_MS = 60_000;

/** The connector has the wanted configuration. The container creates it by itself too; both put in the same. */
export function registerStep(
  name: string,
  wanted: ConnectorConfig,
  { connect, clock, signal }: InstallPorts,
): Step {
  return {
    id: 'connector',
    title: `Connector ${name}`,
    done: async () => {
      const actual = await connect.config(name);
      return actual !== undefined && configDifferences(wanted, actual).length === 0
        ? 'registered with this configuration'
        : undefined;
    },
    preview: async () => {
      const actual = await connect.config(name);
      return {
        what: actual === undefined ? 'register it' : 'give it another configuration',
        changes: configChanges(wanted, actual),
      };
    },
    run: async (progress) => {
      progress('asking Connect to check the configuration');
      const problems = await connect.validate(wanted);
      if (problems.length > 0) throw configRefused(name, problems);
      const before = await connect.config(name);
      await connect.putConfig(name, wanted);
      if (before === undefined) return 'registered';
      const changed = configDifferences(wanted, before);
      return changed.length === 0 ? 'registered' : `changed ${changed.join(', ')}`;
    },
    undo: async (progress) => {
      if ((await connect.health()).state !== 'healthy') return 'the worker does not answer; nothing to stop';
      if ((await connect.status(name)) === undefined) return 'was not registered';
      progress('stopping it, so that its position is stored');
      await connect.stop(name);
      const started = clock.now();
      // Stopped is: no task is left, and what it has read is written down.
      for (;;) {
        const status = await connect.status(name);
        if (status === undefined || (status.connector.state === 'STOPPED' && status.tasks.length === 0))
          break;
        if (clock.now() - started > STOP_PATIENCE_MS) return 'still stopping; its container is stopped next';
        await clock.sleep(PAUSE_MS, signal);
      }
      const kept = (await connect.offsets(name)) ?? [];
      // Deleting it leaves its offsets: the next one of this name goes on from there, and is not born stopped.
      await connect.remove(name);
      return kept.length === 0
        ? 'stopped; it had no position yet'
        : 'stopped; its position is stored in Kafka';
    },
  };
}

/** Connector and all tasks run. What has failed in an earlier run is restarted once. */
export function runningStep(
  name: string,
  container: string,
  ports: InstallPorts,
  patienceMs = PATIENCE_MS,
): Step {
  const { connect, clock, signal } = ports;
  return {
    id: 'running',
    title: 'Connector and task run',
    done: async () => {
      const status = await connect.status(name);
      return status !== undefined && isRunning(status) ? describe(status) : undefined;
    },
    run: async (progress) => {
      const started = clock.now();
      const before = await connect.status(name);
      if (before !== undefined && hasFailed(before)) await connect.restart(name, { onlyFailed: true });
      let resumedAt = Number.NEGATIVE_INFINITY;
      for (;;) {
        const status = await connect.status(name);
        if (status !== undefined && isRunning(status)) return describe(status);
        // Right after it was given another configuration it shows another state for a moment (seen).
        if (status !== undefined && isStopped(status) && clock.now() - resumedAt > RESUME_AGAIN_MS) {
          resumedAt = clock.now();
          await connect.resume(name);
        }
        // A restart takes a moment to show: what stood there before is no new failure.
        if (status !== undefined && hasFailed(status) && isNews(status, before))
          throw connectorFailed(status, container);
        if (clock.now() - started > patienceMs) {
          if (status !== undefined && hasFailed(status)) throw connectorFailed(status, container);
          throw connectorSlow(name, status, patienceMs / 1000);
        }
        if (status !== undefined) progress(describe(status));
        await clock.sleep(PAUSE_MS, signal);
      }
    },
  };
}

function isRunning(status: ConnectorStatus): boolean {
  return (
    status.connector.state === 'RUNNING' &&
    status.tasks.length > 0 &&
    status.tasks.every(({ state }) => state === 'RUNNING')
  );
}

export function hasFailed(status: ConnectorStatus): boolean {
  return [status.connector, ...status.tasks].some(({ state }) => state === 'FAILED');
}

function isStopped(status: ConnectorStatus): boolean {
  return status.connector.state === 'PAUSED' || status.connector.state === 'STOPPED';
}

function isNews(status: ConnectorStatus, before: ConnectorStatus | undefined): boolean {
  const traces = (which: ConnectorStatus) =>
    JSON.stringify([which.connector, ...which.tasks].map(({ trace }) => trace));
  return before === undefined || traces(status) !== traces(before);
}
