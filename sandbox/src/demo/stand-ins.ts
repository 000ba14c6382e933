import { spawn } from 'node:child_process';
import { open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Sandbox } from '../load.ts';
import { PROJECT, STATE } from '../paths.ts';
import { dropDatabase, ensureDatabase } from '../postgres/server.ts';
import { endProcess, isAlive, livingPid } from '../processes.ts';
import { SandboxError } from '../sandbox-error.ts';
import { newPassword, writePrivate } from '../state.ts';
import { certificateFile, keyFile, serverCertificate } from '../tls/servers.ts';
import type { SourceServer } from './source.ts';

/** What every command line of a stand-in contains. */
const MARKER = 'standin';
const READY = 'stand-in ready';
const READY_TIMEOUT_MS = 60_000;
const LOG_TAIL = 2_000;

const fileOf = (n: number, kind: 'pid' | 'log' | 'sa'): string => join(STATE, `standin-${n}.${kind}`);

/**
 * Starts the n-th SQL Server stand-in anew, as a process that outlives this one, with nothing in it.
 * @param timeZone offset of its local time, such as `+03:00`
 * @throws SandboxError with the end of its log when it does not come up
 */
export async function startStandIn(n: number, sandbox: Sandbox, timeZone: string): Promise<SourceServer> {
  await stopStandIn(n);
  await dropDatabase(sandbox.postgres.standin(n).database);
  await rm(fileOf(n, 'sa'), { force: true });
  return launch(n, sandbox, timeZone);
}

/** Starts the n-th stand-in, with what it holds, unless it runs. @throws SandboxError as {@link startStandIn} */
export async function ensureStandIn(n: number, sandbox: Sandbox, timeZone: string): Promise<void> {
  if ((await livingStandIn(n)) === undefined) await launch(n, sandbox, timeZone);
}

/** The process id of the n-th stand-in, if it runs. */
export function livingStandIn(n: number): Promise<number | undefined> {
  return livingPid(fileOf(n, 'pid'), MARKER);
}

/** File with the password of `sa` at the n-th stand-in. */
export const saPasswordFile = (n: number): string => fileOf(n, 'sa');

async function launch(n: number, sandbox: Sandbox, timeZone: string): Promise<SourceServer> {
  const login = sandbox.postgres.standin(n);
  await ensureDatabase(login);
  await serverCertificate('standin', sandbox.gateway);
  const known = (await readFile(fileOf(n, 'sa'), 'utf8').catch(() => '')).trim();
  const server: SourceServer = {
    host: sandbox.standin.host,
    port: sandbox.standin.port(n),
    user: 'sa',
    password: known === '' ? newPassword() : known,
  };
  await writePrivate(fileOf(n, 'sa'), `${server.password}\n`);
  const log = await open(fileOf(n, 'log'), 'w', 0o600);
  const child = spawn(
    process.execPath,
    [
      '--import',
      'tsx',
      'sandbox/src/standin/main.ts',
      ...['--name', `STANDIN${n}`, '--port', String(server.port), '--hosts', `${server.host},127.0.0.1`],
      ...['--pg', `postgres://${login.user}@${login.host}:${login.port}/${login.database}`],
      ...['--timezone', timeZone, '--encryption', 'supported'],
      ...['--tls-key', keyFile('standin'), '--tls-cert', certificateFile('standin')],
    ],
    {
      cwd: PROJECT,
      detached: true,
      stdio: ['ignore', log.fd, log.fd],
      env: { ...process.env, STANDIN_SA_PASSWORD: server.password, STANDIN_PG_PASSWORD: login.password },
    },
  );
  child.unref();
  await log.close();
  await writePrivate(fileOf(n, 'pid'), `${child.pid}\n`);
  await untilReady(n, child.pid ?? 0);
  return server;
}

/** Ends the n-th stand-in where it runs. */
export async function stopStandIn(n: number): Promise<void> {
  const pid = await livingStandIn(n);
  if (pid !== undefined) await endProcess(pid);
  await rm(fileOf(n, 'pid'), { force: true });
}

async function untilReady(n: number, pid: number): Promise<void> {
  const deadline = Date.now() + READY_TIMEOUT_MS;
  for (;;) {
    const log = await readFile(fileOf(n, 'log'), 'utf8');
    if (log.includes(READY)) return;
    if (!isAlive(pid) || Date.now() > deadline) {
      throw new SandboxError(
        `Stand-in ${n} did not come up. Its log (${fileOf(n, 'log')}):\n${log.slice(-LOG_TAIL)}`,
      );
    }
    await sleep(100);
  }
}
