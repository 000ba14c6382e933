import type { ConnectorStatus } from '../../adapters/connect-port.ts';
import { connectorHealth } from '../../connector/health.ts';
import { TRACE_CAUSES } from '../../connector/trace-causes.ts';
import type { CheckContext, FacilityCheck } from '../context.ts';
import type { Verdict } from '../types.ts';
import { fail, pass, warn } from '../verdicts.ts';
import { COPY_AGAIN } from './restart-risk.ts';

const ID = 'connector-state';

/**
 * RUNNING proves little: a task that Kafka refuses was seen to say it for a minute before it failed again. A heartbeat that has
 * arrived proves that it works.
 */
const PROVEN = { checks: [ID, 'heartbeat-fresh'], ms: 90_000, holdsMs: 30_000 };
/** Failures after which a restart may begin a new first copy. */
const LOST = ['position-lost', 'history-missing'];
const RESTARTABLE = TRACE_CAUSES.map(({ code }) => code).filter((code) => !LOST.includes(code));

const restart = ({ connect }: CheckContext, { name, status }: ConnectorFacts) =>
  connect.restart(name, { onlyFailed: status !== null && status.tasks.length > 0 });

export type ConnectorFacts = {
  name: string;
  url: string;
  /** Null when the worker has no such connector. */
  status: { connector: ConnectorStatus['connector']; tasks: ConnectorStatus['tasks'] } | null;
};

/** The connector and every one of its tasks run; a failed part is explained from its trace. */
export const connectorState: FacilityCheck<ConnectorFacts> = {
  id: ID,
  title: 'The connector and its task run',
  area: 'connect',
  when: ['after-install', 'daily'],
  needs: ['docker-connect-rest'],
  timeoutMs: 8000,
  fixes: [
    {
      cures: [...RESTARTABLE.map((code) => `${ID}-${code}`), `${ID}-unrecognised`, `${ID}-no-task`],
      risk: 'safe',
      riskier: COPY_AGAIN,
      until: PROVEN,
      says: ({ name }) => `Restart what has failed of ${name}; it goes on from its position.`,
      apply: restart,
    },
    {
      cures: LOST.map((code) => `${ID}-${code}`),
      risk: COPY_AGAIN.risk,
      until: PROVEN,
      says: ({ name }) =>
        `Restart what has failed of ${name}. With SNAPSHOT_MODE=when_needed every table is then copied again over the line.`,
      apply: restart,
    },
    {
      cures: [`${ID}-paused`, `${ID}-stopped`],
      risk: 'resume',
      riskier: COPY_AGAIN,
      until: { checks: [ID], ms: 60_000 },
      says: ({ name }) => `Let ${name} go on, which somebody has halted on purpose.`,
      apply: ({ connect }, { name }) => connect.resume(name),
    },
  ],

  async probe({ connect, names }) {
    const status = await connect.status(names.connector);
    return {
      name: names.connector,
      url: connect.url,
      status: status === undefined ? null : { connector: status.connector, tasks: status.tasks },
    };
  },

  judge({ name, url, status }) {
    if (status === null) {
      return fail(`${ID}-absent`, `The worker has no connector ${name}.`, {
        current: '404',
        required: `${name} RUNNING`,
        remedy: {
          text: 'Create it; it goes on from its position in Kafka. If it was there yesterday, the central team checks the topics of this facility.',
          commands: ['clinicmaster-cdc init'],
          who: 'you',
        },
      });
    }
    return judgeStatus(name, url, status);
  },
};

function judgeStatus(name: string, url: string, status: NonNullable<ConnectorFacts['status']>): Verdict {
  const { working, failures } = connectorHealth({ name, type: 'source', ...status });
  const current = [
    `connector ${status.connector.state}`,
    ...status.tasks.map(({ id, state }) => `task ${id} ${state}`),
  ].join(', ');
  const required = 'connector and task RUNNING';
  const restart = `curl -X POST '${url}/connectors/${name}/restart?includeTasks=true&onlyFailed=true'`;
  switch (working) {
    case 'running':
      return pass(current);
    case 'failed': {
      const { part, explanation } = failures[0]!;
      const { code, summary, evidence, remedy, commands, who } = explanation;
      return fail(`${ID}-${code}`, summary, {
        current: `${current}; ${part}: ${evidence}`,
        required,
        remedy: { text: `${remedy} Then restart what failed.`, commands: [...commands, restart], who },
      });
    }
    case 'no-task':
      return fail(`${ID}-no-task`, 'The connector runs without a task: nothing is streamed.', {
        current,
        required,
        remedy: {
          text: 'Restart it; if that does not help, show the log to the central team.',
          commands: [restart],
          who: 'you',
        },
      });
    case 'starting':
      return warn(`${ID}-starting`, 'The connector is starting.', {
        current,
        required,
        remedy: { text: 'Run this again in a minute.', who: 'you' },
      });
    default:
      return fail(`${ID}-${working}`, `Somebody has ${working} the connector: nothing is streamed.`, {
        current,
        required,
        remedy: {
          text: 'Let it go on before SQL Server deletes the changes that wait for it (see the check sql-retention).',
          commands: [`curl -X PUT '${url}/connectors/${name}/resume'`],
          who: 'you',
        },
      });
  }
}
