import type { ConfigProblem, ConnectorStatus } from '../adapters/connect-port.ts';
import type { ContainerState } from '../adapters/docker-port.ts';
import { explainTrace } from '../connector/trace.ts';
import { CliError } from '../errors.ts';

/** Lines of a container's log that an error shows. */
export const LOG_LINES = 40;

export function foreignContainer({ name, image }: ContainerState): CliError {
  return new CliError(
    'install.foreign-container',
    `A container called ${name} is there, and it is not ours.`,
    {
      seen: `image ${image}, without the label org.clinicmaster.cdc.role`,
      needed: 'Remove or rename it, or install under another name with --instance.',
      commands: [`docker rename ${name} ${name}-old`, `docker stop ${name}-old`],
    },
  );
}

/** The worker did not come up. `log` is the end of the container's output: the reason is in it. */
export function workerDown(container: string, seen: string, log: string): CliError {
  return new CliError('install.worker', `The Connect worker in ${container} does not come up.`, {
    seen: `${seen}\n${telling(log)}`.trim(),
    needed: 'Correct what the log says, then run init again; it goes on from here.',
    commands: [`docker logs --tail 100 ${container}`],
  });
}

export function configRefused(connector: string, problems: readonly ConfigProblem[]): CliError {
  return new CliError('install.config', `Kafka Connect refuses the configuration of ${connector}.`, {
    seen: problems.map(({ setting, errors }) => `${setting}: ${errors.join(' ')}`).join('\n'),
    needed: 'Correct the settings and run init again.',
    commands: ['clinicmaster-cdc doctor'],
  });
}

export function connectorFailed(status: ConnectorStatus, container: string): CliError {
  const failed = [status.connector, ...status.tasks].find(({ state }) => state === 'FAILED');
  const { summary, evidence, remedy, commands, who } = explainTrace(failed?.trace ?? '');
  return new CliError('install.connector', `The connector ${status.name} failed. ${summary}`, {
    seen: evidence,
    needed: `${remedy} Then run init again: it restarts what has failed.`,
    commands: [...new Set([...commands, `docker logs --tail 100 ${container}`])],
    who,
  });
}

export function connectorSlow(
  connector: string,
  status: ConnectorStatus | undefined,
  seconds: number,
): CliError {
  const states = status === undefined ? 'no status' : describe(status);
  return new CliError('install.connector', `The connector ${connector} does not run after ${seconds} s.`, {
    seen: states,
    needed: 'Run init again; it goes on waiting.',
    commands: ['clinicmaster-cdc status', 'clinicmaster-cdc doctor'],
  });
}

export function describe(status: ConnectorStatus): string {
  const tasks = status.tasks.map(({ id, state }) => `task ${id} ${state}`).join(', ');
  return `connector ${status.connector.state}, ${tasks === '' ? 'no task yet' : tasks}`;
}

/** The end of a log, preferring lines that say why. */
function telling(log: string): string {
  const lines = log.split('\n').filter((line) => line.trim() !== '');
  const from = lines.findIndex((line) => / (ERROR|FATAL) /.test(line));
  return (from === -1 ? lines.slice(-8) : lines.slice(from, from + 8)).join('\n');
}
