import { describe, expect, it } from 'vitest';
import type { DockerPort, LogLine, LogWish } from '../../../src/adapters/docker-port.ts';
import { followedEntries, type LogCursor, storedEntries } from '../../../src/commands/shared/log-source.ts';
import { logLines } from '../../fakes/log-lines.ts';

const entry = (second: number, text: string) =>
  `2026-11-24T08:00:${String(second).padStart(2, '0')}.000Z INFO  a.B: ${text}`;

/** A container that runs as long as each list of lines, one life after the other, and is away for a while between them. */
function container(lives: (LogLine | 'quiet')[][], running: (boolean | undefined)[]) {
  const interrupt = new AbortController();
  const asked: LogWish[] = [];
  const docker = {
    followLogs: async function* (_: string, wish: LogWish) {
      asked.push(wish);
      const life = lives.shift();
      if (life === undefined) interrupt.abort();
      else yield* life;
    },
    container: async () => {
      const state = running.shift();
      return state === undefined
        ? undefined
        : { running: state, status: 'exited', exitCode: 137, oomKilled: false };
    },
  } as unknown as DockerPort;
  const clock = { now: () => 0, sleep: async () => {} };
  return { docker, clock, signal: interrupt.signal, asked };
}

async function all<T>(source: AsyncIterable<T>): Promise<string[]> {
  const found = [];
  for await (const one of source) {
    const { message, more, gone, back } = one as Record<string, string> & { more?: string[] };
    found.push(
      message === undefined
        ? `${gone === undefined ? 'back' : `gone: ${gone}`}${back === undefined ? '' : ''}`
        : [message, ...(more ?? [])].join('|'),
    );
  }
  return found;
}

describe('a log that is followed', () => {
  it('survives restarts and a new container, and says nothing twice', async () => {
    const first = logLines([entry(1, 'one'), '\tat x', entry(2, 'two')].join('\n'));
    const second = [...first.slice(-1), ...logLines(entry(9, 'three'))];
    const third = logLines(entry(20, 'four'));
    const { asked, ...rest } = container(
      [first, second, third],
      [false, false, true, undefined, true, true, true],
    );
    expect(await all(followedEntries(rest.docker, 'c', {}, rest))).toEqual([
      'one|\tat x',
      'two',
      'gone: exited, exit code 137',
      'back',
      'three',
      'gone: there is no such container now',
      'back',
      'four',
    ]);
    expect(asked.map(({ since }) => since?.slice(17, 19))).toEqual([undefined, '02', '09', '20']);
  });

  it('shows an entry as soon as the container pauses, not when the next one comes', async () => {
    const lines = logLines([entry(1, 'one'), '\tat x'].join('\n'));
    const docker = {
      followLogs: async function* () {
        yield* [...lines, 'quiet' as const];
        // It runs, and says nothing more.
        await new Promise(() => {});
      },
    } as unknown as DockerPort;
    const { clock, signal } = container([], []);
    const source = followedEntries(docker, 'c', {}, { clock, signal });
    expect((await source.next()).value).toMatchObject({ message: 'one', more: ['\tat x'] });
  });

  it('goes on after the nanosecond that was read', async () => {
    const lines = ['1Z', '12Z', '123456789Z'].map(
      (end, at): LogLine => ({
        at: `2026-11-24T08:00:00.${end}`,
        stream: 'stdout',
        text: entry(at, String(at)),
      }),
    );
    const { asked: _, ...rest } = container([lines], [true, true, true]);
    expect(await all(followedEntries(rest.docker, 'c', { last: '2026-11-24T08:00:00.12Z' }, rest))).toEqual([
      '2',
    ]);
  });
});

describe('a log that is stored', () => {
  it('is asked for a little earlier, so that no entry begins in its middle, and leaves where it ended', async () => {
    const { asked, ...rest } = container([logLines(entry(1, 'one'))], []);
    const cursor: LogCursor = {};
    const source = storedEntries(
      rest.docker,
      'c',
      { since: '2026-11-24T08:00:00.000Z' },
      cursor,
      rest.signal,
    );
    expect(await all(source)).toEqual(['one']);
    expect(asked[0]).toMatchObject({ since: '2026-11-24T07:59:58.000Z', follow: false });
    expect(cursor).toEqual({ last: '2026-11-24T08:00:01.000000000Z', lines: 1 });
  });
});
