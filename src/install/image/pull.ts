import type { Clock } from '../../adapters/clock.ts';
import type { DockerPort, OnTransfer, TransferProgress } from '../../adapters/docker-port.ts';
import { CliError } from '../../errors.ts';
import { mb, transferText } from './transfer-text.ts';

/**
 * Seconds to wait before each further attempt, by failure; what is not named here does not get better by itself. Before
 * these come the Engine's own five attempts for each layer, which go on in the middle of it. What it keeps after them is
 * its own affair (20.10: nothing, seen).
 */
const WAITS: Readonly<Record<string, readonly number[]>> = {
  'rate-limit': [15, 60, 180],
  timeout: [2, 5, 15, 30],
  cut: [2, 5, 15, 30],
  refused: [5, 15],
  unreachable: [5, 15],
  server: [5, 15, 30],
  damaged: [2],
};

/** Pulls an image; what passes by itself is tried again. @returns what came */
export function pull(
  reference: string,
  ports: { docker: DockerPort; clock: Clock; signal: AbortSignal },
  progress: (message: string) => void,
): Promise<string> {
  const { docker, signal } = ports;
  return again('pull', (onTransfer) => docker.pull(reference, onTransfer, signal), ports, progress);
}

/** Pushes an image, as patiently. */
export function push(
  reference: string,
  ports: { docker: DockerPort; clock: Clock; signal: AbortSignal },
  progress: (message: string) => void,
): Promise<string> {
  const { docker, signal } = ports;
  return again('push', (onTransfer) => docker.push(reference, onTransfer, signal), ports, progress);
}

async function again(
  direction: 'pull' | 'push',
  attemptOnce: (onTransfer: OnTransfer) => Promise<void>,
  { clock, signal }: { clock: Clock; signal: AbortSignal },
  progress: (message: string) => void,
): Promise<string> {
  for (let attempt = 1; ; attempt++) {
    const text = transferText(() => clock.now());
    let last: TransferProgress | undefined;
    try {
      await attemptOnce((now) => {
        last = now;
        progress(attempt === 1 ? text(now) : `attempt ${attempt}: ${text(now)}`);
      });
      return summary(direction, last, attempt);
    } catch (cause) {
      if (!(cause instanceof CliError)) throw cause;
      const waits = WAITS[cause.code.replace(`docker.${direction}-`, '')] ?? [];
      const wait = waits[attempt - 1];
      if (wait === undefined) throw attempt === 1 ? cause : gaveUp(cause, attempt, last);
      const had = last === undefined ? '' : `; ${last.layersDone} of ${last.layers} layers had come`;
      progress(`attempt ${attempt} of ${waits.length + 1} failed (${cause.seen})${had}; again in ${wait} s`);
      await clock.sleep(wait * 1000, signal);
    }
  }
}

function summary(direction: 'pull' | 'push', last: TransferProgress | undefined, attempts: number): string {
  const parts = [`${direction}ed`];
  if (last !== undefined && last.totalBytes > 0) parts.push(`${mb(last.totalBytes)} MB`);
  if (attempts > 1) parts.push(`at attempt ${attempts}`);
  return parts.join(', ');
}

/** The same error, saying how often it was tried. */
function gaveUp(error: CliError, attempts: number, last: TransferProgress | undefined): CliError {
  const had = last === undefined ? '' : `; ${last.layersDone} of ${last.layers} layers had come`;
  const { code, message, exitCode, seen, needed, commands, who, cause } = error;
  return new CliError(code, message, {
    exitCode,
    seen: `${seen}\n(${attempts} attempts${had})`,
    ...(needed === undefined ? {} : { needed }),
    commands: [...commands, 'clinicmaster-cdc image load FILE   (saved where the line is better)'],
    who,
    cause,
  });
}
