import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CONNECTOR_CLASS, CONNECTOR_VERSION, OUR_TRANSFORM } from '../../src/connector/plugins.ts';

/** A Connect worker's REST interface on a real port, as far as this program uses it. Its state is plain data. */
export interface ConnectServer {
  port: number;
  /** The worker's process: while false, connections are refused at HTTP level with 503 "starting". */
  healthy: boolean;
  connectors: Record<string, { config: Record<string, string>; state: string; task: string; trace?: string }>;
  /** Errors that validation answers, by setting. */
  refuses: Record<string, string[]>;
  /** State that a new connector's task takes. */
  nextTask: string;
  nextTrace?: string;
  offsets: unknown[];
  /** A call that is answered with 500. */
  broken?: 'stop';
  /** Answers 409 so many times before the next one. */
  conflicts: number;
  /** `METHOD path` of every call. */
  calls: string[];
  close(): Promise<void>;
}

export async function connectServer(): Promise<ConnectServer> {
  const state: ConnectServer = {
    port: 0,
    healthy: true,
    connectors: {},
    refuses: {},
    nextTask: 'RUNNING',
    offsets: [],
    conflicts: 0,
    calls: [],
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
  const server: Server = createServer((request, response) => {
    void answer(state, request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  state.port = (server.address() as AddressInfo).port;
  return state;
}

async function answer(
  state: ConnectServer,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { method = '', url = '' } = request;
  state.calls.push(`${method} ${url}`);
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = chunks.length === 0 ? undefined : JSON.parse(Buffer.concat(chunks).toString());
  const [status, data] = state.conflicts > 0 ? conflict(state) : route(state, method, url, body);
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(data === undefined ? undefined : JSON.stringify(data));
}

function conflict(state: ConnectServer): [number, unknown] {
  state.conflicts--;
  return [
    409,
    { error_code: 409, message: 'Cannot complete request momentarily due to stale configuration' },
  ];
}

function route(
  state: ConnectServer,
  method: string,
  url: string,
  body: Record<string, string>,
): [number, unknown] {
  if (url === '/health') {
    return state.healthy
      ? [200, { status: 'healthy', message: 'Worker has completed startup' }]
      : [503, { status: 'starting', message: 'Worker is still starting up.' }];
  }
  if (url === '/') return [200, { version: '4.3.1', commit: 'abc', kafka_cluster_id: 'Abc' }];
  if (url.startsWith('/connector-plugins?')) {
    return [
      200,
      [
        { class: CONNECTOR_CLASS, type: 'source', version: CONNECTOR_VERSION },
        { class: OUR_TRANSFORM, type: 'transformation' },
      ],
    ];
  }
  if (url === '/connectors') return [200, Object.keys(state.connectors)];
  if (url.endsWith('/config/validate')) return [200, { configs: validation(state, body) }];
  const [, name = '', rest = ''] = /^\/connectors\/([^/?]+)(.*)$/.exec(url) ?? [];
  if (method === 'PUT' && rest === '/config') return put(state, name, body);
  const connector = state.connectors[name];
  if (connector === undefined)
    return [404, { error_code: 404, message: `No status found for connector ${name}` }];
  if (rest === '/config') return [200, { ...connector.config, name }];
  if (rest === '/status') return [200, statusOf(name, connector)];
  if (rest === '/offsets') return offsets(state, connector.state, method, body);
  if (rest.startsWith('/restart')) {
    delete connector.trace;
    Object.assign(connector, { state: 'RUNNING', task: state.nextTask });
    if (state.nextTask === 'FAILED' && state.nextTrace !== undefined) connector.trace = state.nextTrace;
    return [204, undefined];
  }
  if (rest === '/stop') {
    if (state.broken === 'stop') return [500, { error_code: 500, message: 'no leader' }];
    Object.assign(connector, { state: 'STOPPED', task: '' });
    return [204, undefined];
  }
  if (method === 'DELETE' && rest === '') {
    delete state.connectors[name];
    return [204, undefined];
  }
  if (rest === '/pause') {
    connector.state = 'PAUSED';
    if (connector.task !== 'FAILED') connector.task = 'PAUSED';
    return [202, undefined];
  }
  if (rest === '/resume') {
    connector.state = 'RUNNING';
    connector.task = 'RUNNING';
    return [202, undefined];
  }
  return [500, { message: `${method} ${url} is not part of this fake` }];
}

/** Connect takes other positions only while the connector is stopped (measured on 4.3.1). */
function offsets(state: ConnectServer, connector: string, method: string, body: unknown): [number, unknown] {
  if (method === 'GET') return [200, { offsets: state.offsets }];
  if (connector !== 'STOPPED') {
    const message =
      'Connectors must be in the STOPPED state before their offsets can be modified. This can be done for the specified ' +
      "connector by issuing a 'PUT' request to the '/connectors/x/stop' endpoint";
    return [400, { error_code: 400, message }];
  }
  if (method === 'PATCH') state.offsets = (body as { offsets: unknown[] }).offsets;
  else state.offsets = [];
  return [200, { message: 'The Connect framework-managed offsets for this connector have been altered' }];
}

function put(state: ConnectServer, name: string, config: Record<string, string>): [number, unknown] {
  // Connect answers a wrong configuration with a bare NullPointerException (measured on 4.3.1).
  if (Object.keys(state.refuses).length > 0)
    return [500, { error_code: 500, message: 'NullPointerException' }];
  const fresh = state.connectors[name] === undefined;
  state.connectors[name] = {
    config,
    state: 'RUNNING',
    task: state.nextTask,
    ...(state.nextTrace === undefined ? {} : { trace: state.nextTrace }),
  };
  return [fresh ? 201 : 200, { name, config, tasks: [] }];
}

function validation(state: ConnectServer, config: Record<string, string>) {
  const known = Object.keys(config).map((name) => ({ value: { name, errors: state.refuses[name] ?? [] } }));
  // One setting whose value is null stands in the real answer too.
  return [...known, { value: null }];
}

function statusOf(name: string, { state, task, trace }: ConnectServer['connectors'][string]) {
  return {
    name,
    connector: { state, worker_id: '127.0.0.1:8083' },
    tasks:
      task === ''
        ? []
        : [{ id: 0, state: task, worker_id: '127.0.0.1:8083', ...(trace === undefined ? {} : { trace }) }],
    type: 'source',
  };
}
