import { mkdtemp, rm } from 'node:fs/promises';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findDocker } from '../../src/adapters/docker.ts';
import type { DockerPort } from '../../src/adapters/docker-port.ts';

/** What a test's Engine answers to a request. */
export interface EngineAnswer {
  status?: number;
  /** JSON lines, or any text. */
  body: string;
  /** Breaks the connection off after the body. */
  cut?: boolean;
}

/** An Engine that speaks HTTP on a socket of its own, as far as the test says what it answers. */
export interface EngineSocket {
  docker: DockerPort;
  requests: { path: string; auth: unknown }[];
  close(): Promise<void>;
}

/** @param answer for every request but the ping */
export async function engineSocket(
  answer: (path: string) => EngineAnswer,
  env: Record<string, string> = {},
): Promise<EngineSocket> {
  const folder = await mkdtemp(join(tmpdir(), 'engine-'));
  const path = join(folder, 'docker.sock');
  const requests: EngineSocket['requests'] = [];
  const server = http.createServer((request, response) => {
    request.resume();
    if (request.url === '/_ping') return void response.end('OK');
    const header = request.headers['x-registry-auth'];
    const auth =
      typeof header === 'string' ? JSON.parse(Buffer.from(header, 'base64url').toString('utf8')) : undefined;
    requests.push({ path: request.url ?? '', auth });
    const { status = 200, body, cut } = answer(request.url ?? '');
    response.writeHead(status, { 'content-type': 'application/json' });
    if (cut) response.write(body, () => response.socket?.destroy());
    else response.end(body);
  });
  await new Promise<void>((settle) => server.listen(path, settle));
  const docker = await findDocker({
    platform: 'linux',
    privileged: true,
    home: folder,
    cwd: folder,
    env: { DOCKER_HOST: `unix://${path}`, ...env },
  });
  return {
    docker,
    requests,
    close: async () => {
      server.closeAllConnections();
      await new Promise((settle) => server.close(settle));
      await rm(folder, { recursive: true, force: true });
    },
  };
}
