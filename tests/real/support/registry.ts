import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { installPackages } from '../../../sandbox/src/provision/packages.ts';

/** Who may read and write; the hash is that of this password (bcrypt). */
export const LOGIN = { username: 'nakato', password: 'pass:with "quotes"' };
const HTPASSWD = `${LOGIN.username}:$2b$04$Lu5hSayOXM8zbqlERyic1eebgvvFrl4o1kBb4Zl45SLZfHsVS4GH.\n`;
export const BASIC = `Basic ${Buffer.from(`${LOGIN.username}:${LOGIN.password}`).toString('base64')}`;

/** A real image registry (Debian's docker-registry) that wants a login. */
export async function startRegistry(host: string, port: number): Promise<{ stop(): Promise<void> }> {
  if ((await execa('sh', ['-c', 'command -v docker-registry'], { reject: false })).failed) {
    await installPackages(['docker-registry'], () => {});
  }
  const folder = await mkdtemp(join(tmpdir(), 'registry-'));
  await writeFile(join(folder, 'htpasswd'), HTPASSWD);
  const config = {
    version: '0.1',
    log: { level: 'error' },
    storage: { filesystem: { rootdirectory: join(folder, 'data') } },
    http: { addr: `${host}:${port}` },
    auth: { htpasswd: { realm: 'test', path: join(folder, 'htpasswd') } },
  };
  // JSON is YAML.
  await writeFile(join(folder, 'config.yml'), JSON.stringify(config));
  const registry = spawn('docker-registry', ['serve', join(folder, 'config.yml')], { stdio: 'ignore' });
  const stop = async () => {
    await ended(registry);
    await rm(folder, { recursive: true, force: true });
  };
  for (let attempt = 0; attempt < 50 && registry.exitCode === null; attempt++) {
    const answer = await fetch(`http://${host}:${port}/v2/`).catch(() => undefined);
    if (answer?.status === 401) return { stop };
    await new Promise((settle) => setTimeout(settle, 100));
  }
  await stop();
  throw new Error('the registry does not answer');
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const end = new Promise((settle) => child.once('exit', settle));
  child.kill('SIGTERM');
  await end;
}

/** A line to the registry that fails as it is told. */
export interface FaultyLine {
  /** A layer whose first transfers are cut, each after this many bytes and once the others are through. */
  cut: { digest: string; afterBytes: number; times: number } | undefined;
  /** So many questions for a manifest are answered with 429. */
  busy: number;
  /** Layers that were asked for, in order, and from which byte on. */
  fetched: { digest: string; range: string | undefined }[];
  close(): Promise<void>;
}

export async function faultyLine(host: string, port: number, registryPort: number): Promise<FaultyLine> {
  const line: FaultyLine = { cut: undefined, busy: 0, fetched: [], close: async () => {} };
  let open = 0;
  const server = http.createServer((request, response) => {
    const { url: path = '', method, headers } = request;
    if (line.busy > 0 && path.includes('/manifests/')) {
      line.busy--;
      response.writeHead(429, { 'content-type': 'application/json' });
      response.end(
        '{"errors":[{"code":"TOOMANYREQUESTS","message":"you have reached your pull rate limit"}]}',
      );
      return;
    }
    const digest = method === 'GET' ? /\/blobs\/(sha256:[0-9a-f]+)/.exec(path)?.[1] : undefined;
    if (digest !== undefined) line.fetched.push({ digest, range: headers.range });
    const cut = digest !== undefined && digest === line.cut?.digest ? line.cut : undefined;
    if (cut !== undefined) line.cut = cut.times > 1 ? { ...cut, times: cut.times - 1 } : undefined;
    const options = { host, port: registryPort, path, method: method ?? 'GET', headers };
    const upstream = http.request(options, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      if (cut === undefined) {
        open++;
        answer.pipe(response).once('close', () => open--);
        return;
      }
      let passed = 0;
      answer.on('data', (chunk: Buffer) => {
        response.write(chunk);
        passed += chunk.length;
        if (passed < cut.afterBytes) return;
        answer.removeAllListeners('data').pause();
        whenQuiet(
          () => open,
          () => response.socket?.destroy(),
        );
      });
    });
    upstream.on('error', () => response.destroy());
    request.pipe(upstream);
  });
  await new Promise<void>((settle) => server.listen(port, host, settle));
  line.close = async () => {
    server.closeAllConnections();
    await new Promise((settle) => server.close(settle));
  };
  return line;
}

/** Two seconds after nothing else is under way: the Engine has unpacked what came. */
function whenQuiet(open: () => number, then: () => void): void {
  let quiet = 0;
  const timer = setInterval(() => {
    quiet = open() === 0 ? quiet + 1 : 0;
    if (quiet < 10) return;
    clearInterval(timer);
    then();
  }, 200);
}
