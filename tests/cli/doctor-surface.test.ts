import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FACILITY_CHECKS } from '../../src/checks/registry.ts';
import type { World } from '../fakes/check-ports.ts';
import { DIR, type Ran, runCli } from '../fakes/run-cli.ts';
import { ENV, streamingFacility } from '../fakes/streaming-facility.ts';

const BROKER = 'kafka-1.example.org:9093';
const TIMEOUT = { kind: 'timeout', code: 'ETIMEDOUT', message: '' } as const;

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'surface-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

const doctor = (world: World, ...argv: string[]) => runCli(world, 'doctor', ...argv, '--dir', DIR);

/** A facility whose broker cannot be reached. */
function cutOff(): World {
  const world = streamingFacility();
  world.broken[BROKER] = TIMEOUT;
  return world;
}

/** Lines that do not fit; commands to copy are never wrapped. */
function tooWide(text: string): string[] {
  return text.split('\n').filter((line) => line.length > 80 && !/^ {4,}\S/.test(line));
}

describe('doctor --short', () => {
  it('shows problems only, and counts all', async () => {
    const { exit, stdout } = await doctor(cutOff(), '--short');
    expect(stdout.split('\n')[0]).toBe('Kafka');
    expect(stdout).toContain('✖ Kafka can be reached: failed.');
    expect(stdout).not.toMatch(/✔|–/);
    expect(stdout.trimEnd().split('\n').at(-1)).toMatch(/^✖ 1 failed, \d+ ok, \d+ skipped$/);
    expect(exit).toBe(3);
  });

  it('is two lines where there are none', async () => {
    expect((await doctor(streamingFacility(), '--short')).stdout).toMatch(
      /^✔ In one word: healthy. Data arrive in time.\n\n✔ \d+ ok(, \d+ skipped)?\n$/,
    );
  });

  it('does the same for another program', async () => {
    const report = JSON.parse((await doctor(cutOff(), '--short', '--json')).stdout);
    expect(report.checks.map(({ id }: { id: string }) => id)).toEqual(['kafka-tcp']);
    const counts = Object.values<number>(report.counts).reduce((a, b) => a + b, 0);
    const daily = FACILITY_CHECKS.filter(({ when, deep }) => when.includes('daily') && deep !== true);
    expect(report.counts).toMatchObject({ warn: 0, fail: 1, unknown: 0 });
    expect(counts).toBe(daily.length);
  });
});

describe('doctor --html', () => {
  it('writes one page that needs nothing else, and answers as ever', async () => {
    const file = join(dir, 'report.html');
    const { exit, stdout, stderr } = await doctor(cutOff(), '--html', file);
    expect([exit, stderr.includes(`Written: ${file}`)]).toEqual([3, true]);
    expect(stdout).toContain('Kafka can be reached: failed.');
    const page = await readFile(file, 'utf8');
    expect(page).toMatch(/^<!doctype html>\n/);
    // Whatever loads something: scripts, links, images, fonts, frames.
    expect(page).not.toMatch(
      /<(script|link|img|iframe|object|embed|base|form)\b|@import|url\(|\b(src|href|on\w+)=/i,
    );
    expect(page).toContain('For the network administrator');
    expect(page).toContain('nc -vz -w 5 kafka-1.example.org 9093');
    expect(page).toContain('2026-11-24 08:00 UTC');
    for (const { id, when, deep } of FACILITY_CHECKS) {
      const shown = new RegExp(`\\b${id}(?![\\w-])`).test(page);
      expect([id, shown]).toEqual([id, when.includes('daily') && deep !== true]);
    }
    expect(page).not.toContain('s3cret');
  });

  it('shows what servers say as text and never as HTML', async () => {
    const world = streamingFacility();
    const evil = `<img src=x onerror="alert('1')">&amp;\u0007`;
    world.docker = undefined;
    world.sql.login = { kind: 'sql', number: 4060, numbers: [4060], message: evil };
    world.connect.states = { connector: 'RUNNING', task: 'FAILED', trace: `a.b.C: ${evil}` };
    const file = join(dir, 'evil.html');
    await doctor(world, '--html', file);
    const page = await readFile(file, 'utf8');
    expect(page).not.toContain('<img');
    expect(page).not.toMatch(/\p{Cc}(?<![\n\t])/u);
    expect(page).toContain('&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;amp;');
  });

  it('says what is wrong with the place', async () => {
    const { exit, stderr } = await doctor(streamingFacility(), '--html', join(dir, 'no', 'such', 'x.html'));
    expect(exit).toBe(3);
    expect(stderr).toContain('cannot be read or written');
  });
});

describe('doctor --wait', () => {
  it('tries again what failed until all is well', async () => {
    const world = cutOff();
    const started = world.nowMs;
    let looks = 0;
    world.slept = () => {
      if (++looks === 3) world.broken = {};
    };
    const { exit, stdout, stderr } = await doctor(world, '--wait', '2m');
    expect(exit).toBe(0);
    expect(stdout.trimEnd().split('\n').at(-1)).toMatch(/^✔ \d+ ok/);
    expect(stderr).toContain('Wait: done, all is well');
    expect(world.nowMs - started).toBe(15_000);
  });

  it('gives up when the time is over, and says so by its exit code', async () => {
    const world = cutOff();
    const started = world.nowMs;
    const { exit, stdout, stderr } = await doctor(world, '--wait', '12s');
    expect(exit).toBe(3);
    expect(world.nowMs - started).toBe(12_000);
    expect(stdout).toContain('Kafka can be reached: failed.');
    expect(stderr.replace(/\s+/g, ' ')).toContain('Wait: failed, the time is up, and not well: kafka-tcp');
  });

  it('does not wait for what only warns, unless it is strict', async () => {
    const world = streamingFacility();
    world.connect.config['tasks.max'] = '2';
    const started = world.nowMs;
    expect((await doctor(world, '--wait', '1m')).exit).toBe(0);
    expect(world.nowMs).toBe(started);
    expect((await doctor(world, '--wait', '1m', '--strict')).exit).toBe(4);
    expect(world.nowMs - started).toBe(60_000);
  });

  it('answers once for another program', async () => {
    const world = cutOff();
    world.slept = () => {
      world.broken = {};
    };
    expect(JSON.parse((await doctor(world, '--wait', '30', '--json')).stdout)).toMatchObject({ ok: true });
  });

  it.each(['', 'soon', '0s', '-1m'])('refuses the duration %j', async (duration) => {
    const { exit, stderr } = await doctor(streamingFacility(), '--wait', duration);
    expect([exit, stderr.includes('--wait takes a duration.')]).toEqual([2, true]);
  });
});

describe('doctor --watch', () => {
  /** Watches through a list of events, one after each look, and is then ended as Ctrl-C does it. */
  async function watched(
    world: World,
    events: (() => void)[],
    ...argv: string[]
  ): Promise<Ran & { slept: number[] }> {
    const slept: number[] = [];
    const interrupt = new AbortController();
    world.slept = (ms) => {
      slept.push(ms);
      const event = events.shift();
      if (event !== undefined) return event();
      interrupt.abort(new Error('Ctrl-C'));
      throw interrupt.signal.reason;
    };
    world.signal = interrupt.signal;
    const ran = await doctor(world, '--watch', ...argv);
    return { ...ran, slept };
  }

  it('prints a line for each change where nobody sits at a terminal', async () => {
    const world = cutOff();
    const heal = () => {
      world.broken = {};
    };
    const nothing = () => {};
    const worsen = () => {
      world.connect.config['tasks.max'] = '2';
    };
    const { exit, stdout, slept } = await watched(world, [nothing, heal, nothing, worsen]);
    const lines = stdout.trimEnd().split('\n');
    // What had waited for it is looked at in the same round.
    const waited = lines.filter((line) => / skipped -> ok\./.test(line));
    expect(waited.length).toBeGreaterThan(5);
    expect(waited.every((line) => line.startsWith('2026-11-24T08:00:20Z '))).toBe(true);
    expect(lines.filter((line) => !waited.includes(line))).toEqual([
      '2026-11-24T08:00:00Z kafka-tcp: failed. Packets to kafka-1.example.org:9093 get no answer.',
      expect.stringMatching(/^2026-11-24T08:00:00Z 1 failed, \d+ ok, \d+ skipped$/),
      '2026-11-24T08:00:20Z kafka-tcp: failed -> ok. kafka-1.example.org:9093 in 12 ms',
      expect.stringMatching(/^2026-11-24T08:00:40Z connector-config: ok -> warning\./),
    ]);
    expect(slept).toEqual([10_000, 10_000, 10_000, 10_000, 10_000]);
    expect(exit).toBe(130);
  });

  it('gives another program one line of JSON for each change, all checks first', async () => {
    const world = streamingFacility();
    const cut = () => {
      world.broken[BROKER] = TIMEOUT;
    };
    const { stdout, slept } = await watched(world, [cut], '2m', '--only', 'kafka-tcp', '--json');
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.map(({ id, from, verdict }) => [id, from?.code ?? null, verdict.code])).toEqual([
      ['kafka-bootstrap-syntax', null, 'ok'],
      ['kafka-dns', null, 'ok'],
      ['kafka-tcp', null, 'ok'],
      ['kafka-tcp', 'ok', 'kafka-tcp-timeout'],
    ]);
    expect(lines[0]).toMatchObject({ schemaVersion: 1, at: '2026-11-24T08:00:00Z', area: 'kafka' });
    expect(slept).toEqual([120_000, 120_000]);
  });

  it('draws the latest answer at a terminal', async () => {
    const world = cutOff();
    world.terminal = true;
    const { stdout } = await watched(world, [() => {}], '--short');
    const screens = stdout.split('\u001b[H\u001b[2J').slice(1);
    expect(screens).toHaveLength(2);
    expect(screens[1]).toMatch(/✖ 1 failed, \d+ ok, \d+ skipped/);
    expect(screens[1]).toContain('2026-11-24T08:00:10Z, every 10 s; Ctrl-C ends.');
  });
});

describe('flags that contradict each other', () => {
  it.each([
    [['--watch', '--wait', '1m'], '--watch and --wait'],
    [['--watch', '--html', 'x.html'], '--watch and --html'],
    [['--from', 'b.tgz', '--deep'], '--from and --deep'],
  ])('%j', async (argv, named) => {
    const { exit, stderr } = await runCli(streamingFacility(), 'doctor', ...argv);
    expect([exit, stderr.includes(`${named} do not go together.`)]).toEqual([2, true]);
  });
});

describe('doctor --list', () => {
  it('names every check by area, and its facts for another program', async () => {
    const { stdout } = await runCli(streamingFacility(), 'doctor', '--list');
    for (const { id } of FACILITY_CHECKS) expect(stdout).toMatch(new RegExp(`^${id} `, 'm'));
    expect(tooWide(stdout)).toEqual([]);
    const { checks } = JSON.parse((await runCli(streamingFacility(), 'doctor', '--list', '--json')).stdout);
    expect(checks.map(({ id }: { id: string }) => id)).toEqual(FACILITY_CHECKS.map(({ id }) => id));
    expect(Object.keys(checks[0])).toEqual(['id', 'area', 'title', 'when', 'needs', 'deep']);
  });
});

describe('doctor explain', () => {
  const explain = (...argv: string[]) => runCli(streamingFacility(), 'doctor', 'explain', ...argv);

  it.each(FACILITY_CHECKS.map(({ id }) => [id]))('%s: its page, for 80 columns', async (id) => {
    const { exit, stdout } = await explain(id);
    expect([exit, stdout.split('\n')[0]]).toEqual([0, id]);
    expect(stdout).toContain('Why it matters');
    expect(stdout).not.toMatch(/\*\*|^#|^\|/m);
    expect(tooWide(stdout)).toEqual([]);
  });

  it('knows the code of a finding', async () => {
    expect((await explain('sql-tcp-refused')).stdout.split('\n')[0]).toBe('sql-tcp');
    expect((await explain('SQL-TCP')).stdout.split('\n')[0]).toBe('sql-tcp');
  });

  it('suggests what may have been meant', async () => {
    const { exit, stderr } = await explain('kafka-tpc');
    expect(exit).toBe(2);
    expect(stderr).toContain('There is no check called kafka-tpc.');
    expect(stderr).toContain('Perhaps: kafka-tcp');
    expect((await explain('xyz')).stderr).toContain('doctor --list');
  });

  it.each([['../../package'], ['..'], ['/etc/passwd'], ['']])('reads no other file: %j', async (name) => {
    expect((await explain(name)).exit).toBe(2);
  });

  it('needs a name', async () => {
    const { exit, stderr } = await explain();
    expect([exit, stderr.includes('argument')]).toEqual([2, true]);
  });

  it('gives the page to another program as it is written', async () => {
    const { id, page } = JSON.parse((await explain('sql-tcp', '--json')).stdout);
    expect([id, page.startsWith('# sql-tcp\n')]).toEqual(['sql-tcp', true]);
  });
});

describe('a password that a server quotes', () => {
  it('is in no answer, and the facts are kept', async () => {
    const world = streamingFacility();
    const password = /^DB_PASS=(.+)$/m.exec(ENV)?.[1] ?? '';
    const quoted = `Login failed; tried ${encodeURIComponent(password)} and ${Buffer.from(password).toString('base64')}`;
    world.sql.login = { kind: 'sql', number: 50000, numbers: [50000], message: quoted };
    const { stdout } = await doctor(world, '--json');
    expect(stdout).not.toContain(password);
    expect(stdout).not.toContain(Buffer.from(password).toString('base64').slice(0, 20));
    expect(stdout).toContain('Login failed; tried (hidden DB_PASS) and (hidden DB_PASS)');
  });
});
