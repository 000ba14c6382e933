import { spawn } from 'node:child_process';
import { access, open, readFile, rm } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { execa } from 'execa';
import { DOCKERD_LOG } from '../paths.ts';
import { isAlive } from '../processes.ts';
import type { Report } from '../progress.ts';
import { SandboxError } from '../sandbox-error.ts';
import { type DaemonAttempt, FIRST_ATTEMPT, nextAttempt } from './decide.ts';
import { docker } from './docker.ts';

const PID_FILE = '/var/run/docker.pid';
const READY_MS = 60_000;
/** After an installation the package itself may be starting the daemon. */
const PACKAGE_START_MS = 8_000;

/**
 * Starts the installed dockerd and waits until it answers. Under systemd that is systemd's business; without, the
 * daemon is started detached, logs to {@link DOCKERD_LOG} and outlives this process.
 * @throws SandboxError with the daemon's last lines
 */
export async function startDaemon(report: Report): Promise<void> {
  if (await exists('/run/systemd/system')) {
    report('systemctl start docker');
    await execa('systemctl', ['start', 'docker'], { reject: false });
    if (await answersWithin(READY_MS)) return;
    throw new SandboxError('systemd could not start the Docker Engine. Look: journalctl -u docker');
  }
  if ((await daemonPid()) !== undefined && (await answersWithin(PACKAGE_START_MS))) return;
  let attempt: DaemonAttempt | undefined = FIRST_ATTEMPT;
  let log = '';
  while (attempt !== undefined) {
    report(`dockerd, storage driver: ${attempt.storageDriver}`);
    if (await run(attempt)) return;
    log = await readFile(DOCKERD_LOG, 'utf8').catch(() => '');
    attempt = nextAttempt(attempt, log);
  }
  const last = log.trimEnd().split('\n').slice(-8).join('\n');
  throw new SandboxError(`The Docker Engine does not start. The end of ${DOCKERD_LOG}:\n${last}`);
}

/** One try. False when the daemon has ended or stays silent; then it is not left running. */
async function run(attempt: DaemonAttempt): Promise<boolean> {
  if (attempt.legacyIptables) {
    await execa('update-alternatives', ['--set', 'iptables', '/usr/sbin/iptables-legacy'], { reject: false });
  }
  await dropStalePidFile();
  const log = await open(DOCKERD_LOG, 'w', 0o600);
  const driver = attempt.storageDriver === 'own choice' ? [] : ['--storage-driver', attempt.storageDriver];
  const daemon = spawn('dockerd', driver, { detached: true, stdio: ['ignore', log.fd, log.fd] });
  const ended = new Promise<false>((resolve) => {
    daemon.once('exit', () => resolve(false));
    daemon.once('error', () => resolve(false));
  });
  daemon.unref();
  await log.close();
  const ready = await Promise.race([answersWithin(READY_MS), ended]);
  if (!ready) daemon.kill();
  return ready;
}

/** A machine that was switched off leaves the pid file behind, and dockerd refuses to start beside a living namesake. */
async function dropStalePidFile(): Promise<void> {
  if ((await daemonPid()) === undefined) await rm(PID_FILE, { force: true });
}

async function daemonPid(): Promise<number | undefined> {
  const pid = Number.parseInt(await readFile(PID_FILE, 'utf8').catch(() => ''), 10);
  if (!(pid > 1) || !isAlive(pid)) return undefined;
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  return command.includes('dockerd') ? pid : undefined;
}

async function answersWithin(ms: number): Promise<boolean> {
  const deadline = Date.now() + ms;
  while (Date.now() < deadline) {
    const answers = await docker.ping().then(
      () => true,
      () => false,
    );
    if (answers) return true;
    await wait(200);
  }
  return false;
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
