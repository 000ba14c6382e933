import { setTimeout as wait } from 'node:timers/promises';
import type { ConnectorConfig, ConnectorStatus } from '../../../src/adapters/connect-port.ts';
import type { WorkerContainer } from './worker-container.ts';

/** Makes a real worker say what goes wrong, and gives what it said. */
export interface Provoker {
  worker: WorkerContainer;
  /** What the REST interface answers. */
  ask(method: string, path: string, body?: unknown): Promise<{ status: number; text: string }>;
  /** The same until it is taken: a worker that is just joining its group says to try again. */
  change(method: string, path: string, body?: unknown): Promise<void>;
  /** Registers a connector, or changes it. @throws Error when the worker refuses it */
  register(name: string, config: ConnectorConfig): Promise<void>;
  /** Takes a connector away; one that is gone already is as good. */
  remove(name: string): Promise<void>;
  /** Stops a connector, so that its position is stored and may be changed. */
  stop(name: string): Promise<void>;
  resume(name: string): Promise<void>;
  /** Waits until its task runs. */
  runs(name: string): Promise<void>;
  /** The trace of the failed connector or task. */
  trace(name: string, seconds?: number): Promise<string>;
  /** The whole entry of the log, with its trace, that holds this fragment. */
  logged(fragment: RegExp, seconds?: number): Promise<string>;
}

const ENTRY = /^(?=\d{4}-\d\d-\d\dT\S+Z )/m;
const POLL_MS = 400;

export function provoker(worker: WorkerContainer): Provoker {
  const ask: Provoker['ask'] = async (method, path, body) => {
    const answer = await fetch(`${worker.url}${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: answer.status, text: await answer.text() };
  };
  const status = async (name: string): Promise<ConnectorStatus | undefined> => {
    const { status: code, text } = await ask('GET', `/connectors/${name}/status`);
    return code === 200 ? (JSON.parse(text) as ConnectorStatus) : undefined;
  };
  const insist = async (method: string, path: string, body?: unknown) => {
    let said = '';
    await poll(`${method} ${path}`, 30, async () => {
      const answer = await ask(method, path, body);
      if (answer.status < 300 || (method === 'DELETE' && answer.status === 404)) return true;
      said = answer.text;
      if (answer.status === 409) return undefined;
      throw new Error(`${method} ${path}: ${answer.status} ${said}`);
    });
  };
  // Many wait at once: the log is fetched once for all of them.
  let fetched = { at: 0, entries: Promise.resolve<string[]>([]) };
  const entries = () => {
    if (Date.now() - fetched.at > POLL_MS) {
      fetched = { at: Date.now(), entries: worker.logs().then((log) => log.split(ENTRY)) };
    }
    return fetched.entries;
  };
  return {
    worker,
    ask,
    change: insist,
    register: (name, config) => insist('PUT', `/connectors/${name}/config`, config),
    remove: (name) => insist('DELETE', `/connectors/${name}`),
    async stop(name) {
      await insist('PUT', `/connectors/${name}/stop`);
      await poll(`${name} stops`, 30, async () => {
        const seen = await status(name);
        return seen?.connector.state === 'STOPPED' && seen.tasks.length === 0 ? true : undefined;
      });
    },
    resume: (name) => insist('PUT', `/connectors/${name}/resume`),
    runs: async (name) => {
      await poll(`${name} runs`, 40, async () => {
        const seen = await status(name);
        return seen?.tasks[0]?.state === 'RUNNING' ? true : undefined;
      });
    },
    trace: (name, seconds = 40) =>
      poll(`${name} fails`, seconds, async () => {
        const seen = await status(name);
        if (seen === undefined) return undefined;
        return [seen.connector, ...seen.tasks].find(({ state }) => state === 'FAILED')?.trace;
      }),
    logged: (fragment, seconds = 40) =>
      poll(`${fragment} in the log`, seconds, async () =>
        (await entries()).find((entry) => fragment.test(entry)),
      ),
  };
}

/** Waits until `look` finds something. */
export async function poll<T>(what: string, seconds: number, look: () => Promise<T | undefined>): Promise<T> {
  for (const end = Date.now() + seconds * 1000; ; await wait(POLL_MS)) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > end) throw new Error(`not in ${seconds} s: ${what}`);
  }
}
