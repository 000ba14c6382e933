import { readdir, readFile } from 'node:fs/promises';
import { PassThrough } from 'node:stream';
import { docker } from '../provision/docker.ts';
import type { SecretScan } from './secrets.ts';

const RUNNING_LOOK_MS = 150;

/** Looks at everything that Docker tells about a container without being root's business: log, labels, arguments. */
export async function lookAtContainer(scan: SecretScan, name: string): Promise<void> {
  const container = docker.getContainer(name);
  const info = await container.inspect();
  scan.look('labels', name, JSON.stringify(info.Config.Labels));
  scan.look(
    'arguments',
    name,
    JSON.stringify([info.Path, info.Args, info.Config.Cmd, info.Config.Entrypoint]),
  );
  scan.look('health log', name, JSON.stringify(info.State.Health ?? null));
  const processes = await container.top({ ps_args: '-eo pid,args' });
  scan.look('arguments', name, JSON.stringify(processes.Processes));
  scan.look('container log', name, await logOf(name));
}

/** Looks at what the worker's REST interface tells about its connector. */
export async function lookAtRest(scan: SecretScan, port: number, connector: string): Promise<void> {
  const base = `http://127.0.0.1:${port}`;
  const get = async (path: string) => {
    const answer = await fetch(`${base}${path}`, { signal: AbortSignal.timeout(60_000) });
    const text = await answer.text();
    scan.look('REST', `${port}${path}`, text);
    return text;
  };
  await get('/');
  await get('/connectors?expand=info&expand=status');
  await get(`/connectors/${connector}`);
  await get(`/connectors/${connector}/tasks`);
  await get(`/connectors/${connector}/status`);
  await get(`/connectors/${connector}/offsets`);
  await get('/admin/loggers');
  const config = JSON.parse(await get(`/connectors/${connector}/config`)) as Record<string, string>;
  const path = `/connector-plugins/${config['connector.class']?.split('.').at(-1)}/config/validate`;
  const validation = await fetch(`${base}${path}`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(config),
    signal: AbortSignal.timeout(90_000),
  });
  scan.look('REST', `${port}${path}`, await validation.text());
}

async function logOf(name: string): Promise<Buffer> {
  const raw = await docker.getContainer(name).logs({ stdout: true, stderr: true });
  const both = new PassThrough();
  const chunks: Buffer[] = [];
  both.on('data', (chunk: Buffer) => chunks.push(chunk));
  const source = new PassThrough();
  docker.modem.demuxStream(source, both, both);
  source.end(raw);
  await new Promise((resolve) => source.once('end', resolve));
  return Buffer.concat(chunks);
}

/**
 * Watches the arguments of every process on this machine (Linux) until stopped: what any user could see with `ps` while a
 * command runs.
 */
export function watchArguments(scan: SecretScan): { stop(): Promise<void> } {
  let running = true;
  const loop = (async () => {
    while (running) {
      for (const pid of (await readdir('/proc').catch(() => [])).filter((entry) => /^\d+$/.test(entry))) {
        const args = await readFile(`/proc/${pid}/cmdline`).catch(() => undefined);
        if (args !== undefined && args.length > 0) scan.look('process arguments', pid, args);
      }
      await new Promise((resolve) => setTimeout(resolve, RUNNING_LOOK_MS));
    }
  })();
  return {
    stop: async () => {
      running = false;
      await loop;
    },
  };
}
