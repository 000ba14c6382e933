import type { DockerPort, LogLine } from '../../adapters/docker-port.ts';
import { entryGrouper, type LogEntry } from '../../connector/worker-log.ts';
import type { Context } from '../../context.ts';

/** Between two looks whether a container that stopped is back. */
const LOOK_MS = 1000;

/** The Engine counts lines and knows no entries: it is asked for a little more, so that none begins in its middle. */
const LEAD_MS = 2000;

/** How far a log was read: the Engine's time of its latest line. */
export interface LogCursor {
  last?: string;
  /** How many lines were read of the stored log. */
  lines?: number;
}

/** Where in a log reading begins. */
export interface LogStart {
  /** ISO 8601; some entries before it may come too. */
  since?: string | undefined;
  /** So many of the last lines. */
  lines?: number | undefined;
}

/**
 * Entries of a log that has an end.
 * @param cursor moved to the end of what was read
 */
export async function* storedEntries(
  docker: DockerPort,
  container: string,
  { since, lines }: LogStart,
  cursor: LogCursor,
  signal: AbortSignal,
): AsyncGenerator<LogEntry> {
  const grouper = entryGrouper();
  const from = since === undefined ? undefined : new Date(Date.parse(since) - LEAD_MS).toISOString();
  cursor.lines = 0;
  for await (const line of docker.followLogs(container, { since: from, lines, follow: false, signal })) {
    // A stored log makes no pauses: a slow disk does.
    if (line === 'quiet') continue;
    cursor.last = line.at;
    cursor.lines++;
    const entry = grouper.push(line);
    if (entry !== undefined) yield entry;
  }
  const last = grouper.flush();
  if (last !== undefined) yield last;
}

/** What becomes of the container while its log is followed. */
export type ContainerNews = { gone: string } | { back: string };

/**
 * Entries as they come after the cursor, until the signal is aborted. A container that stops or is made anew is waited for; nothing is
 * said twice.
 */
export async function* followedEntries(
  docker: DockerPort,
  container: string,
  cursor: LogCursor,
  { clock, signal }: Pick<Context, 'clock' | 'signal'>,
): AsyncGenerator<LogEntry | ContainerNews> {
  for (;;) {
    const grouper = entryGrouper();
    const { last: from } = cursor;
    for await (const line of docker.followLogs(container, { since: from, follow: true, signal })) {
      if (line !== 'quiet') {
        if (from !== undefined && !isLater(line, from)) continue;
        cursor.last = line.at;
      }
      const entry = line === 'quiet' ? grouper.flush() : grouper.push(line);
      if (entry !== undefined) yield entry;
    }
    const rest = grouper.flush();
    if (rest !== undefined) yield rest;
    if (signal.aborted) return;
    const state = await docker.container(container);
    const stopped = state?.running !== true;
    if (stopped) yield { gone: state === undefined ? 'there is no such container now' : ended(state) };
    await untilRunning(docker, container, { clock, signal });
    if (signal.aborted) return;
    if (stopped) yield { back: container };
  }
}

/** Nanoseconds count: the same moment is the line that was seen. */
function isLater({ at }: LogLine, last: string): boolean {
  const whole = (time: string) => time.replace('Z', '').padEnd(29, '0');
  return whole(at) > whole(last);
}

function ended({ status, exitCode, oomKilled }: { status: string; exitCode: number; oomKilled: boolean }) {
  if (status === 'created') return 'it was never started';
  return `${status}, exit code ${exitCode}${oomKilled ? ', out of memory' : ''}`;
}

async function untilRunning(
  docker: DockerPort,
  container: string,
  { clock, signal }: Pick<Context, 'clock' | 'signal'>,
): Promise<void> {
  do {
    try {
      await clock.sleep(LOOK_MS, signal);
    } catch (cause) {
      if (signal.aborted) return;
      throw cause;
    }
  } while ((await docker.container(container))?.running !== true);
}
