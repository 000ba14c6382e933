import { request } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { CliError } from '../errors.ts';
import type {
  ConfigProblem,
  ConnectorConfig,
  ConnectorOffset,
  ConnectorStatus,
  ConnectPlugin,
  ConnectPort,
  WorkerHealth,
  WorkerVersion,
} from './connect-port.ts';

/** Validating against a database that drops packets was measured at 30 s. */
const VALIDATE_TIMEOUT_MS = 60_000;
const CALL_TIMEOUT_MS = 40_000;
/** The worker answers 409 while its group rebalances. */
const CONFLICT_PATIENCE_MS = 60_000;
const CONFLICT_PAUSE_MS = 500;

interface Answer {
  status: number;
  body: unknown;
}

/** Talks to a worker at this base address. Nothing is sent before the first call. */
export function connectRest(url: string): ConnectPort {
  const call = (method: string, path: string, body?: unknown, timeoutMs = CALL_TIMEOUT_MS): Promise<Answer> =>
    settled(() => send(url, method, path, body, timeoutMs));
  const at = (name: string, rest = '') => `/connectors/${encodeURIComponent(name)}${rest}`;

  const find = async <T>(path: string, pick: (body: unknown) => T): Promise<T | undefined> => {
    const answer = await call('GET', path);
    return answer.status === 404 ? undefined : pick(expectOk(url, 'GET', path, answer));
  };
  const act = async (method: string, path: string, body?: unknown): Promise<void> => {
    expectOk(url, method, path, await call(method, path, body));
  };

  return {
    url,
    root: () => root(url),
    health: () => health(url),
    plugins: async () => {
      const path = '/connector-plugins?connectorsOnly=false';
      const found = expectOk(url, 'GET', path, await call('GET', path)) as Partial<ConnectPlugin>[];
      return found.map((plugin) => ({
        class: plugin.class ?? '',
        type: plugin.type ?? '',
        version: plugin.version ?? '',
      }));
    },
    connectors: async () => expectOk(url, 'GET', '/connectors', await call('GET', '/connectors')) as string[],
    config: (name) => find(at(name, '/config'), (body) => body as ConnectorConfig),
    status: (name) => find(at(name, '/status'), toStatus),
    offsets: (name) => find(at(name, '/offsets'), (body) => (body as { offsets: ConnectorOffset[] }).offsets),
    validate: async (config) => {
      const path = `/connector-plugins/${encodeURIComponent(config['connector.class'] ?? '')}/config/validate`;
      return toProblems(expectOk(url, 'PUT', path, await call('PUT', path, config, VALIDATE_TIMEOUT_MS)));
    },
    putConfig: (name, config) => act('PUT', at(name, '/config'), config),
    restart: (name, options) =>
      act('POST', at(name, `/restart?includeTasks=true&onlyFailed=${options?.onlyFailed ?? false}`)),
    pause: (name) => act('PUT', at(name, '/pause')),
    resume: (name) => act('PUT', at(name, '/resume')),
    stop: (name) => act('PUT', at(name, '/stop')),
    remove: (name) => act('DELETE', at(name)),
    alterOffsets: (name, offsets) => act('PATCH', at(name, '/offsets'), { offsets }),
    resetOffsets: (name) => act('DELETE', at(name, '/offsets')),
  };
}

async function root(url: string): Promise<WorkerVersion | undefined> {
  const answer = await send(url, 'GET', '/', undefined, 5_000).catch(() => undefined);
  if (answer?.status !== 200) return undefined;
  const body = answer.body as { version: string; commit: string; kafka_cluster_id: string };
  return { version: body.version, commit: body.commit, kafkaClusterId: body.kafka_cluster_id };
}

async function health(url: string): Promise<WorkerHealth> {
  const answer = await send(url, 'GET', '/health', undefined, 12_000).catch((cause: unknown) =>
    String(cause),
  );
  if (typeof answer === 'string') return { state: 'unreachable', message: answer };
  const body = answer.body as { status?: string; message?: string } | undefined;
  const message = body?.message ?? `HTTP ${answer.status}`;
  if (answer.status === 200) return { state: 'healthy', message };
  return { state: body?.status === 'starting' || answer.status === 503 ? 'starting' : 'unhealthy', message };
}

/** Repeats while the group rebalances: 409 is a state of the worker, not a fault of the request. */
async function settled(attempt: () => Promise<Answer>): Promise<Answer> {
  const deadline = Date.now() + CONFLICT_PATIENCE_MS;
  for (;;) {
    const answer = await attempt();
    if (answer.status !== 409 || Date.now() > deadline) return answer;
    await wait(CONFLICT_PAUSE_MS);
  }
}

/** `node:http` and not `fetch`: a proxy of the environment must never get between, and time-outs are exact. */
function send(url: string, method: string, path: string, body: unknown, timeoutMs: number): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const text = body === undefined ? undefined : JSON.stringify(body);
    const headers =
      text === undefined
        ? {}
        : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) };
    const signal = AbortSignal.timeout(timeoutMs);
    const outgoing = request(`${url}${path}`, { method, headers, agent: false, signal }, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('error', reject);
      incoming.on('end', () =>
        resolve({ status: incoming.statusCode ?? 0, body: decode(Buffer.concat(chunks)) }),
      );
    });
    outgoing.on('error', (cause) => {
      reject(
        new CliError('connect.unreachable', `The Connect worker at ${url} does not answer.`, {
          seen: signal.aborted
            ? `no answer to ${method} ${path} within ${timeoutMs / 1000} s`
            : cause.message,
          needed: 'A running container whose port is published on this machine.',
          commands: ['docker ps -a', 'docker logs --tail 50 clinicmasterwarehouse'],
          cause,
        }),
      );
    });
    outgoing.end(text);
  });
}

function decode(raw: Buffer): unknown {
  if (raw.length === 0) return undefined;
  try {
    return JSON.parse(raw.toString('utf8'));
  } catch {
    return { message: raw.toString('utf8').slice(0, 500) };
  }
}

function expectOk(url: string, method: string, path: string, answer: Answer): unknown {
  if (answer.status >= 200 && answer.status < 300) return answer.body;
  const message = (answer.body as { message?: string } | undefined)?.message ?? '';
  throw new CliError('connect.refused', `The Connect worker at ${url} refused ${method} ${path}.`, {
    seen: `HTTP ${answer.status} ${message}`.trim(),
    needed:
      answer.status === 409
        ? 'A worker that is not rebalancing; try again in a minute.'
        : "See the worker's log.",
    commands: ['docker logs --tail 50 clinicmasterwarehouse'],
  });
}

interface RestStatus {
  name: string;
  type?: 'source' | 'sink';
  connector: { state: string; worker_id: string; trace?: string };
  tasks: { id: number; state: string; worker_id: string; trace?: string }[];
}

function toStatus(body: unknown): ConnectorStatus {
  const status = body as RestStatus;
  return {
    name: status.name,
    type: status.type ?? 'unknown',
    connector: toRun(status.connector),
    tasks: status.tasks.map((task) => ({ id: task.id, ...toRun(task) })),
  };
}

function toRun(run: RestStatus['connector']): ConnectorStatus['connector'] {
  return {
    state: run.state as ConnectorStatus['connector']['state'],
    workerId: run.worker_id,
    ...(run.trace === undefined ? {} : { trace: run.trace }),
  };
}

/** Entries without a value describe settings that Debezium's definition lists but cannot render; they say nothing. */
function toProblems(body: unknown): ConfigProblem[] {
  const { configs } = body as { configs: { value: { name: string; errors: string[] } | null }[] };
  return configs.flatMap(({ value }) =>
    value === null || value.errors.length === 0 ? [] : [{ setting: value.name, errors: value.errors }],
  );
}
