import type { WorkerHealth, WorkerVersion } from '../../adapters/connect-port.ts';
import { explainTrace, lastError } from '../../connector/trace.ts';
import { runningMs } from '../container-time.ts';
import type { CheckContext, FacilityCheck } from '../context.ts';
import { inTime } from '../start/stored.ts';
import type { Verdict } from '../types.ts';
import { fail, pass, warn } from '../verdicts.ts';

const ID = 'docker-connect-rest';

export type RestFacts = {
  url: string;
  container: string;
  /** `silent`: it takes the question, and does not answer in time. */
  state: WorkerHealth['state'] | 'silent';
  message: string;
  version: string | null;
  /** The last error of the worker's log while it is not healthy, with its trace; null: none, or no log. */
  error: string | null;
  /** Since the container's start, while the worker is not healthy; null or absent: not known. */
  runningMs?: number | null;
};

/** A worker listens a few seconds after its container's start; on an old machine that has much to do it takes longer. */
const LISTENS_AFTER_MS = 60_000;

/** One that is well answers within milliseconds; one that cannot reach Kafka keeps the question. */
const ANSWERS_MS = 2500;
const LOG_LINES = 200;

/** The worker has joined its group and read its configuration: `GET /health`, not merely an open port. */
export const dockerConnectRest: FacilityCheck<RestFacts> = {
  id: ID,
  title: 'The Connect worker is healthy',
  area: 'connect',
  when: ['after-install', 'daily'],
  needs: ['docker-container-state'],
  timeoutMs: 10_000,

  async probe(context, signal) {
    const { connect, names } = context;
    const { state, message } = (await inTime<Pick<RestFacts, 'state' | 'message'>>(
      connect.health(),
      signal,
      ANSWERS_MS,
    )) ?? { state: 'silent', message: `no answer within ${ANSWERS_MS / 1000} s` };
    const mute = state === 'unreachable' || state === 'silent';
    const root: WorkerVersion | undefined = mute ? undefined : await connect.root();
    return {
      ...{ url: connect.url, container: names.container, state, message },
      version: root?.version ?? null,
      error: state === 'healthy' ? null : await complaint(context),
      runningMs: state === 'healthy' ? null : await runningMs(context),
    };
  },

  judge({ url, container, state, message, version, error, runningMs: upMs }) {
    const current = `${state}: ${message}`;
    const required = 'healthy';
    if (state === 'healthy') return pass(`Kafka Connect ${version ?? ''} at ${url}`.replace('  ', ' '));
    if (state === 'starting') return starting(current);
    const log = [`docker logs --tail 50 ${container}`];
    const cause = error === null ? undefined : explainTrace(error);
    if (cause !== undefined && cause.code !== 'unrecognised') {
      return fail(`${ID}-${cause.code}`, `The worker is not healthy. ${cause.summary}`, {
        current: `${current}; in the log: ${cause.evidence}`,
        required,
        remedy: { text: cause.remedy, commands: [...cause.commands, ...log], who: cause.who },
      });
    }
    const fresh = typeof upMs === 'number' && upMs < LISTENS_AFTER_MS;
    if (state === 'unreachable' && fresh) return starting(current);
    return fail(
      `${ID}-${state}`,
      state === 'unhealthy' ? 'The worker is not healthy.' : 'The worker does not answer.',
      {
        current,
        required,
        remedy: {
          text: 'Its log says why; most often Kafka cannot be reached or refuses it.',
          commands: [...log, 'clinicmaster-cdc doctor --only kafka'],
          who: 'you',
        },
      },
    );
  },
};

function starting(current: string): Verdict {
  return warn(`${ID}-starting`, 'The worker is still starting.', {
    current,
    required: 'healthy',
    remedy: {
      text: 'It joins its group in Kafka; after a power cut this takes up to a minute. Run this again then.',
      commands: ['clinicmaster-cdc doctor --only kafka'],
      who: 'you',
    },
  });
}

/** Kafka is most often at fault, and the worker's log names what it met. */
async function complaint({ docker, names }: CheckContext): Promise<string | null> {
  try {
    return lastError(await (await docker()).logs(names.container, { tail: LOG_LINES })) ?? null;
  } catch {
    return null;
  }
}
