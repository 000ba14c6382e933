import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import type Docker from 'dockerode';
import { CliError } from '../errors.ts';
import type { LogLine, LogWish } from './docker-port.ts';
import { type Frame, frameReader } from './docker-stream.ts';

/** A trace of a hundred lines is written in a few milliseconds. */
const QUIET_MS = 250;

/** What dockerode has and its types do not know. */
interface Dialler {
  modem: {
    dial(request: object, done: (error: Error | null, stream?: Readable) => void): void;
  };
}

/** See {@link DockerPort.followLogs}. */
export async function* followLogs(
  engine: Docker,
  name: string,
  { since, lines, follow, signal }: LogWish,
): AsyncGenerator<LogLine | 'quiet'> {
  let stream: Readable | undefined;
  try {
    stream = await open(
      engine,
      name,
      {
        stdout: true,
        stderr: true,
        timestamps: true,
        follow,
        ...(since === undefined ? {} : { since: unixTime(since) }),
        ...(lines === undefined ? {} : { tail: lines }),
      },
      signal,
    );
    yield* readLines(stream);
  } catch (cause) {
    if (signal.aborted) return;
    throw refused(name, cause);
  } finally {
    stream?.destroy();
  }
}

/** dockerode reads a log that is not followed as one piece; the Engine gives both in the same way. */
function open(engine: Docker, name: string, options: object, signal: AbortSignal): Promise<Readable> {
  return new Promise((settle, reject) => {
    const request = {
      path: `/containers/${encodeURIComponent(name)}/logs?`,
      method: 'GET',
      isStream: true,
      abortSignal: signal,
      statusCodes: { 200: true, 404: 'there is no such container', 500: 'the Engine failed' },
      options,
    };
    (engine as unknown as Dialler).modem.dial(request, (error, stream) => {
      if (error !== null || stream === undefined) reject(error ?? new Error('no stream'));
      else settle(stream);
    });
  });
}

/** Lines of a framed stream, and `quiet` where it pauses. A line may come in several frames, and a letter in two. */
export async function* readLines(stream: AsyncIterable<Buffer>): AsyncGenerator<LogLine | 'quiet'> {
  const frames = frameReader();
  const splitters = { stdout: lineSplitter('stdout'), stderr: lineSplitter('stderr') };
  const pieces = stream[Symbol.asyncIterator]();
  let said = false;
  for (let next = pieces.next(); ; ) {
    const came = said ? await Promise.race([next, silence()]) : await next;
    if (came === 'quiet') {
      said = false;
      yield 'quiet';
      continue;
    }
    if (came.done === true) break;
    for (const frame of frames(came.value)) {
      for (const line of splitters[frame.stream].push(frame)) yield line;
      said = true;
    }
    next = pieces.next();
  }
  for (const splitter of Object.values(splitters)) yield* splitter.end();
}

function silence(): Promise<'quiet'> {
  return new Promise((settle) => setTimeout(() => settle('quiet'), QUIET_MS).unref());
}

function lineSplitter(stream: Frame['stream']) {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  return {
    push({ payload }: Frame): LogLine[] {
      const lines = (rest + decoder.write(payload)).split('\n');
      rest = lines.pop() ?? '';
      return lines.map((line) => stamped(line, stream));
    },
    end: (): LogLine[] => (rest === '' ? [] : [stamped(rest, stream)]),
  };
}

/** The Engine puts its own time before each line. */
function stamped(line: string, stream: Frame['stream']): LogLine {
  const [, at = '', text = ''] = /^(\S+) ?([^\r]*)/.exec(line) ?? [];
  return { at, stream, text };
}

/** Seconds and nanoseconds since 1970, as the Engine's API wants them. */
function unixTime(iso: string): string {
  const fraction = /\.(\d+)Z?$/.exec(iso)?.[1] ?? '';
  return `${Math.floor(Date.parse(iso) / 1000)}.${fraction.padEnd(9, '0').slice(0, 9)}`;
}

function refused(name: string, cause: unknown): CliError {
  return new CliError('docker.refused', `The log of ${name} cannot be read.`, {
    seen: cause instanceof Error ? cause.message : String(cause),
    needed: 'A container whose log is kept on this machine; the check docker-log tells.',
    commands: ['clinicmaster-cdc doctor --only docker-log'],
    cause,
  });
}
