import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type InstallWorld, installWorld } from '../fakes/install-world.ts';
import { CODE } from '../fakes/streaming-facility.ts';

const CONTAINER = 'clinicmasterwarehouse';
const CONNECTOR = `cdc-${CODE}`;

let world: InstallWorld;
beforeEach(async () => {
  world = await installWorld();
  expect((await init()).exit).toBe(0);
});
afterEach(() => world.close());

const init = () => world.cli('init', '--yes', '--dir', world.dir);
const cli = (...argv: string[]) => world.cli(...argv, '--dir', world.dir);
const json = async (...argv: string[]) => {
  const { exit, stdout } = await cli(...argv, '--json');
  return { exit, ...(JSON.parse(stdout) as { kept: { until: string } | null } & Record<string, unknown>) };
};
const state = () => world.docker.containers[CONTAINER]?.state;
const connector = () => world.worker.connectors[CONNECTOR];
const writes = () => world.worker.calls.filter((call) => !call.startsWith('GET'));
const flat = (text: string) => text.replace(/\s+/g, ' ');

describe('stop', () => {
  it('stops the container, says until when changes wait, and answers the same a second time', async () => {
    const first = await cli('stop');
    expect([first.exit, state()?.running]).toEqual([0, false]);
    expect(first.stderr).toContain('stopped, its position is stored');
    // 14 days after 2026-11-24, on the clock of the hospital's wall.
    expect(flat(first.stdout)).toMatch(
      /keeps them for 14 days\. Go on before Tue 08 Dec \d\d:\d\d \(Africa\/Kampala\)/,
    );
    expect(first.stdout).toContain('clinicmaster-cdc start');
    expect(Math.max(...first.stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(await json('stop')).toMatchObject({
      ok: true,
      schemaVersion: 1,
      changed: false,
      headline: `${CONTAINER} is stopped already.`,
      kept: { minutes: 20_160, keptFor: '14 days' },
    });
  });

  it('never pauses the connector: Kafka would remember it, and a start by Docker would stream nothing', async () => {
    world.worker.calls.length = 0;
    await cli('stop');
    expect(writes()).toEqual([]);
  });

  it('says so where the worker had to be killed', async () => {
    const { stop } = world.docker;
    world.docker.stop = async (name, grace) => {
      await stop(name, grace);
      Object.assign(state() ?? {}, { exitCode: 137 });
    };
    const { exit, stdout, stderr } = await cli('stop');
    expect([exit, flat(stdout).includes('will be sent twice')]).toEqual([0, true]);
    expect(flat(stderr)).toContain('killed, because it had not ended after 60 s');
  });

  it('counts with the default of SQL Server, and says so, where the login may not know', async () => {
    world.world.sql.rows = () => ({ kind: 'sql', number: 229, message: 'The SELECT permission was denied' });
    const { exit, stdout } = await cli('stop');
    expect([exit, state()?.running]).toEqual([0, false]);
    expect(flat(stdout)).toContain('its default is 3 days. Go on before Fri 27 Nov');
    expect(flat(stdout)).toContain('SELECT permission was denied');
  });

  it('counts from the last heartbeat where the worker tells no position', async () => {
    await cli('stop');
    world.worker.offsets = [];
    const day = 86_400_000;
    world.world.nowMs += 3 * day;
    const { kept } = await json('stop');
    const until = Date.parse(kept?.until ?? '');
    expect((until - world.world.nowMs) / day).toBeCloseTo(11, 1);
  });

  it('has nothing to stop where there is no container, and leaves one that is not ours', async () => {
    delete world.docker.containers[CONTAINER];
    expect(await json('stop')).toMatchObject({ exit: 0, changed: false, next: ['clinicmaster-cdc init'] });
    await world.docker.createContainer(CONTAINER, { Image: 'x' });
    expect(await cli('stop')).toMatchObject({ exit: 3, stderr: expect.stringContaining('not ours') });
  });
});

describe('start', () => {
  it('starts what was stopped and proves the stream; the second time nothing is done', async () => {
    await cli('stop');
    const { exit, stdout, stderr } = await cli('start');
    expect([exit, state()?.running]).toEqual([0, true]);
    expect(stderr).toContain('heartbeat read back');
    expect(flat(stdout)).toContain('streams.');
    world.worker.calls.length = 0;
    expect(await json('start')).toMatchObject({ exit: 0, changed: false });
    expect(writes()).toEqual([]);
  });

  it('says what to run where there is no container', async () => {
    delete world.docker.containers[CONTAINER];
    const { exit, stderr } = await cli('start');
    expect([exit, stderr.includes('clinicmaster-cdc init --yes')]).toEqual([3, true]);
  });

  it('is an error where the worker streams nothing', async () => {
    await cli('stop');
    world.silent = true;
    expect((await cli('start')).exit).toBe(3);
  });

  it('lets a paused connector run again', async () => {
    await cli('pause');
    await cli('stop');
    expect((await cli('start')).exit).toBe(0);
    expect(connector()).toMatchObject({ state: 'RUNNING', task: 'RUNNING' });
  });
});

describe('pause and resume', () => {
  it('pauses, says until when to resume, and resumes', async () => {
    expect(await json('pause')).toMatchObject({ exit: 0, changed: true, kept: { minutes: 20_160 } });
    expect([connector()?.state, state()?.running]).toEqual(['PAUSED', true]);
    expect(await json('pause')).toMatchObject({ exit: 0, changed: false });
    expect(await json('resume')).toMatchObject({ exit: 0, changed: true });
    expect(connector()).toMatchObject({ state: 'RUNNING', task: 'RUNNING' });
    expect(await json('resume')).toMatchObject({ exit: 0, changed: false });
  });

  it('waits until the task has paused too', async () => {
    let asked = 0;
    const one = connector();
    if (one === undefined) throw new Error('no connector');
    Object.defineProperty(one, 'task', {
      configurable: true,
      set: () => {},
      get: () => (++asked < 4 ? 'RUNNING' : 'PAUSED'),
    });
    const { exit, stderr } = await cli('pause');
    expect([exit, asked >= 4, stderr.includes('paused')]).toEqual([0, true, true]);
  });

  it.each(['pause', 'resume', 'restart'])('%s says what to run where parts are gone', async (verb) => {
    world.worker.connectors = {};
    expect(await cli(verb)).toMatchObject({ exit: 3, stderr: expect.stringContaining('init --yes') });
    world.worker.healthy = false;
    const { exit, stderr } = await cli(verb);
    expect([exit, stderr.includes('is not ready'), stderr.includes('restart --container')]).toEqual([
      3,
      true,
      true,
    ]);
    await cli('stop');
    expect(await cli(verb)).toMatchObject({ exit: 3, stderr: expect.stringContaining('is stopped') });
    delete world.docker.containers[CONTAINER];
    expect(await cli(verb)).toMatchObject({ exit: 3, stderr: expect.stringContaining('no container') });
  });
});

describe('restart', () => {
  it('restarts connector and task, and proves a heartbeat that is newer', async () => {
    world.worker.calls.length = 0;
    const { exit, stderr } = await cli('restart');
    expect([exit, writes()]).toEqual([
      0,
      [`POST /connectors/${CONNECTOR}/restart?includeTasks=true&onlyFailed=false`],
    ]);
    expect(stderr).toContain('heartbeat read back');
  });

  describe('without a heartbeat', () => {
    const changes = (n: number) => {
      const { rows } = world.world.sql;
      world.world.sql.rows = (text, ...more) =>
        text.includes('AS n FROM cdc.lsn_time_mapping') ? [{ n }] : rows(text, ...more);
    };
    beforeEach(() => {
      world.silent = true;
    });

    it('is proven as far as can be where SQL Server has no change on record', async () => {
      changes(0);
      const { exit, stderr } = await cli('restart');
      expect([exit, flat(stderr)]).toEqual([
        0,
        expect.stringContaining('no change on record: nothing to send'),
      ]);
    });

    it.each([
      ['there is a change', () => changes(1)],
      [
        'the connector is not connected',
        () => {
          changes(0);
          world.docker.figures = world.docker.figures.replace(/(stream_connected) 1(\.0)?/, '$1 0.0');
        },
      ],
      [
        'SQL Server does not answer',
        () => {
          world.world.sql.rows = () => ({ kind: 'sql', number: 229, message: 'denied' });
        },
      ],
    ])('is an error where %s', async (_, arrange) => {
      arrange();
      const { exit, stderr } = await cli('restart', '--accept-risk', 'resnapshot');
      expect([exit, stderr]).toEqual([3, expect.stringContaining('nothing arrives in Kafka')]);
    });
  });

  it('--failed restarts a failed task alone, and nothing where nothing has failed', async () => {
    world.worker.calls.length = 0;
    expect(await json('restart', '--failed')).toMatchObject({ exit: 0, changed: false });
    expect(writes()).toEqual([]);
    Object.assign(connector() ?? {}, { task: 'FAILED', trace: 'x' });
    expect(await json('restart', '--failed')).toMatchObject({ exit: 0, changed: true });
    expect(writes()).toEqual([`POST /connectors/${CONNECTOR}/restart?includeTasks=true&onlyFailed=true`]);
  });

  it('--container restarts the container, a stopped one too', async () => {
    await cli('stop');
    expect(await json('restart', '--container')).toMatchObject({ exit: 0, changed: true });
    expect(state()?.running).toBe(true);
    expect((await cli('restart', '--container', '--failed')).exit).toBe(2);
  });
});

describe('another instance', () => {
  it('is not touched', async () => {
    const other = `${CONTAINER}-second`;
    await world.docker.createContainer(other, {
      Image: 'x',
      Labels: { 'org.clinicmaster.cdc.role': 'facility' },
    });
    await world.docker.start(other);
    const before = structuredClone(world.docker.containers[other]);
    for (const verb of ['pause', 'resume', 'restart', 'stop', 'start']) await cli(verb);
    expect(world.docker.containers[other]).toEqual(before);
  });
});

it.each(['stop', 'start', 'restart', 'pause', 'resume'])(
  '%s --help says what it means for retention',
  async (verb) => {
    const { exit, stdout } = await world.cli(verb, '--help');
    expect([exit, flat(stdout).includes('SQL Server')]).toEqual([0, true]);
  },
);
