import { createHash } from 'node:crypto';
import { appendFile, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hostFiles } from '../../src/adapters/files.ts';
import { lookingOnly } from '../../src/commands/shared/planned.ts';
import type { Context } from '../../src/context.ts';
import { CliError } from '../../src/errors.ts';
import type { InstallPlan } from '../../src/install/preview.ts';
import { dialog } from '../fakes/dialog.ts';
import { ANSWERS, type InstallWorld, installWorld } from '../fakes/install-world.ts';
import { CODE } from '../fakes/streaming-facility.ts';

let world: InstallWorld;
beforeEach(async () => {
  world = await installWorld();
});
afterEach(() => world.close());

/** What the wizard asks about even where a default exists. */
const ASKED_EVERYWHERE = ['--db-port', '1433', '--db-name', 'ClinicMasterMOH', '--tables', 'dbo\\..*'];
const init = (...more: string[]) => world.cli('init', '--yes', '--dir', world.dir, ...more);
const dryRun = async (...more: string[]) => {
  const ran = await init('--dry-run', '--json', ...more);
  const answer = ran.exit === 2 ? { plan: undefined } : JSON.parse(ran.stdout);
  return { ...ran, answer, plan: answer.plan as InstallPlan };
};
const actions = ({ steps }: InstallPlan) =>
  Object.fromEntries(steps.map(({ id, action }) => [id, action] as const));
const changesOf = ({ steps }: InstallPlan, id: string) => steps.find((step) => step.id === id)?.changes;
/** Everything that a run could change. `seen`: with what the checks note for themselves. */
const everything = async ({ seen = true } = {}) => {
  const names = await readdir(world.home, { recursive: true });
  const files = await Promise.all(
    names
      .filter((name) => seen || !name.endsWith('seen.json'))
      .sort()
      .map(async (name) => {
        const path = join(world.home, name);
        const { mtimeMs } = await stat(path);
        const text = await readFile(path, 'utf8').catch(() => undefined);
        return text === undefined ? name : `${name} ${mtimeMs} ${text}`;
      }),
  );
  const { containers, networks, images } = world.docker;
  const all = JSON.stringify([files, containers, networks, images, world.worker.connectors]);
  return createHash('sha256').update(all).digest('hex');
};

describe('init --dry-run', () => {
  it('shows everything that a first run would do, and does nothing', async () => {
    const before = await everything();
    const { exit, stdout, stderr } = await init('--dry-run');
    expect(exit).toBe(0);
    expect(
      stdout.replace(/^[\s\S]*?\n(?= {6}FACILITY_NAME)/, '').replace(/:\d{5}|: \d{5} \(new\)/g, ':PORT'),
    ).toMatchInlineSnapshot(`
      "      FACILITY_NAME: St. Mary's "Lacor" Hospital, Gulu & Co $1 / ünïcode (new)
            FACILITY_DHIS2_CODE: xY9AbCdEf12 (new)
            DB_HOST: 192.168.1.100 (new)
            DB_PORT: 1433 (new)
            DB_USER: cdc_reader (new)
            DB_PASS: set (hidden)
            DB_NAME: ClinicMasterMOH (new)
            KAFKA_BOOTSTRAP_SERVERS: kafka-1.example.org:9093 (new)
            KAFKA_USER: facility-7 (new)
            KAFKA_PASS: set (hidden)
            DB_TRUST_SERVER_CERTIFICATE: false (new)
            COMPOSE_FILE: docker-compose.facility.yml (new)
            COMPOSE_PROJECT_NAME: clinicmaster-cdc (new)
            REST_PORT:PORT
            docker-compose.facility.yml: as given (new)
      – Image clinicmaster-cdc/connect-facility:0.1.0: nothing to do, present, 153 MB
      > Image pinned: to do, write into .env which image it is
      > Network clinicmasterwarehouse: to do, create it (mtu 1500)
      > Container clinicmasterwarehouse: to do, create it from
        clinicmaster-cdc/connect-facility:0.1.0 and start it
      > Connect worker at http://127.0.0.1:PORT: to do, wait until it is healthy
      > Connector cdc-xY9AbCdEf12: to do, register it
      > Connector and task run: to do, wait until both run
      > Stream proven in Kafka: to do, wait for a heartbeat in Kafka that is newer
        than this run

      Connect was not asked about the connector: the worker does not run; it is asked
      before the connector is registered.
      The chosen tables are copied once, then every change is streamed.

      Nothing was changed. Without --dry-run, init does this.
      "
    `);
    expect(stdout + stderr).not.toContain(ANSWERS.DB_PASS);
    expect(stdout + stderr).not.toContain(Buffer.from(ANSWERS.DB_PASS).toString('base64'));
    expect(await everything()).toBe(before);
  });

  it('shows nothing to do on what is installed', async () => {
    await init();
    // What the checks note for themselves is nothing to begin with.
    await rm(join(world.dir, 'seen.json'));
    const before = await everything();
    const { exit, plan } = await dryRun();
    expect([exit, plan.changes, new Set(plan.steps.map(({ action }) => action))]).toEqual([
      0,
      false,
      new Set(['nothing']),
    ]);
    expect(plan.validation.state).toBe('accepted');
    expect(await everything()).toBe(before);
  });

  it('shows a changed setting in .env and in the container, old and new, and a secret as hidden', async () => {
    await init();
    world.env.KAFKA_PASS = 'another';
    world.env.FACILITY_NAME = 'Lacor';
    const { exit, plan, stdout } = await dryRun('--memory', '800m', '--heartbeat-ms', '5000');
    expect(exit).toBe(0);
    const renamed = { name: 'FACILITY_NAME', before: ANSWERS.FACILITY_NAME, after: 'Lacor' };
    expect(changesOf(plan, 'folder')).toEqual([
      renamed,
      { name: 'KAFKA_PASS', before: null, after: null, hidden: 'changed' },
      { name: 'HEARTBEAT_INTERVAL_MS', before: null, after: '5000' },
      { name: 'MEMORY_LIMIT', before: null, after: '800m' },
    ]);
    expect(changesOf(plan, 'container')).toEqual([
      renamed,
      { name: 'KAFKA_PASS', before: null, after: null, hidden: 'changed' },
      { name: 'HEARTBEAT_INTERVAL_MS', before: '30000', after: '5000' },
      { name: 'HostConfig.Memory', before: '768 MiB', after: '800 MiB' },
    ]);
    expect(actions(plan)).toMatchObject({
      image: 'nothing',
      worker: 'do',
      connector: 'nothing',
      stream: 'do',
    });
    expect(plan.stream).toContain('made anew: about 20 s without streaming');
    expect(stdout).not.toMatch(/another|s3cret/);
  });

  it('shows what the connector would get, and what Connect has against it', async () => {
    await init();
    const connector = world.worker.connectors[`cdc-${CODE}`]!;
    connector.config['poll.interval.ms'] = '9999';
    connector.config['database.password'] = 'typed by hand';
    world.worker.refuses = { 'database.hostname': ['Unable to connect.'] };
    const { exit, plan, stdout } = await dryRun();
    expect([exit, plan.refused]).toEqual([3, true]);
    expect(changesOf(plan, 'connector')).toEqual([
      { name: 'database.password', before: null, after: null, hidden: 'changed' },
      { name: 'poll.interval.ms', before: '9999', after: '500' },
    ]);
    expect(plan.validation).toEqual({
      state: 'refused',
      problems: [{ setting: 'database.hostname', errors: ['Unable to connect.'] }],
    });
    expect(plan.stream).toContain('The container stays');
    expect(stdout).not.toContain('typed by hand');
    expect(connector.config['poll.interval.ms']).toBe('9999');
  });

  it('takes what Connect refuses with the old settings for no refusal of the new ones', async () => {
    await init();
    world.worker.refuses = { 'database.hostname': ['Login failed'] };
    world.env.DB_PASS = 'the right one';
    const { exit, plan } = await dryRun();
    expect([exit, plan.refused, plan.validation.state]).toEqual([0, false, 'old-settings']);
  });

  it('shows the plan although a check fails, with exit code 3', async () => {
    world.world.kafka.login = 'refused';
    const before = await everything();
    const { exit, plan, answer, stderr } = await dryRun();
    expect([exit, answer.ok, actions(plan).container]).toEqual([3, false, 'do']);
    expect(stderr).toContain('Kafka accepts the user: failed');
    expect(await everything()).toBe(before);
  });

  it('says what it cannot tell without Docker', async () => {
    const { docker } = world;
    world.docker = undefined as never;
    const { exit, plan } = await dryRun();
    world.docker = docker;
    expect([exit, actions(plan)]).toEqual([
      3,
      expect.objectContaining({ folder: 'do', image: 'unknown', container: 'unknown' }),
    ]);
  });

  it('stops in the plan where a run would stop', async () => {
    await world.docker.createContainer('clinicmasterwarehouse', { Image: 'other', Labels: {} });
    const { exit, plan } = await dryRun();
    expect([exit, actions(plan).container]).toEqual([3, 'stop']);
  });

  it('keeps two instances apart in everything that they name', async () => {
    await init();
    world.env.FACILITY_DHIS2_CODE = 'zZ9';
    world.env.REST_PORT = '18659';
    const second = join(world.home, 'second');
    const ran = await world.cli(
      ...['init', '--dry-run', '--json', '--yes', '--dir', second, '--instance', 'two'],
    );
    const { plan, container } = JSON.parse(ran.stdout) as { plan: InstallPlan; container: string };
    const env = changesOf(plan, 'folder')?.map(({ name, after }) => `${name}=${after}`);
    expect(container).toBe('clinicmasterwarehouse-two');
    expect(env).toEqual(
      expect.arrayContaining([
        'INSTANCE=-two',
        'COMPOSE_PROJECT_NAME=clinicmaster-cdc-two',
        'REST_PORT=18659',
      ]),
    );
    expect(plan.steps.map(({ title }) => title)).toEqual(
      expect.arrayContaining([
        'Network clinicmasterwarehouse-two',
        'Container clinicmasterwarehouse-two',
        'Connect worker at http://127.0.0.1:18659',
        'Connector cdc-zZ9',
      ]),
    );
    expect(actions(plan)).toMatchObject({ network: 'do', container: 'do' });
  });
});

describe('lookingOnly', () => {
  it('lets nothing write, and makes no container to look from', async () => {
    const opened: string[] = [];
    const container = { running: false };
    const inside = async ({ container: name }: { container: string }) => void opened.push(name);
    const docker = async () => ({ container: async () => container });
    const context = { files: hostFiles(), inside, docker } as unknown as Context;
    const looking = lookingOnly(context);
    const path = join(world.home, 'x');
    await looking.files.makeDir(join(path, 'y'), 0o755);
    await looking.files.writeAtomically(path, 'x', 0o600);
    await writeFile(path, 'old');
    await looking.files.remove(path);
    expect(await readdir(world.home)).toEqual(['x']);
    const request = { container: 'c' } as Parameters<Context['inside']>[0];
    await looking.inside(request);
    expect(opened).toEqual([]);
    container.running = true;
    await looking.inside(request);
    expect(opened).toEqual(['c']);
  });
});

describe('the plan at a terminal', () => {
  it('is shown before anything is changed; a no changes nothing', async () => {
    world.dialog = dialog(['Do this now?', false]);
    const before = await everything();
    const { exit, stderr } = await world.cli('init', '--dir', world.dir, ...ASKED_EVERYWHERE);
    expect([exit, stderr]).toEqual([130, expect.stringContaining('Cancelled; nothing was changed.')]);
    expect(stderr).toContain('Container clinicmasterwarehouse: to do, create it from');
    expect(await everything()).toBe(before);
  });

  it('asks nothing where nothing is to do', async () => {
    await init();
    // A decision that nobody asks for: somebody sits there.
    world.decisions = [() => false];
    const { exit, stderr } = await world.cli('init', '--dir', world.dir);
    expect([exit, world.decisions.length, stderr]).toEqual([0, 1, expect.stringContaining('Nothing to do.')]);
  });
});

describe('init again after a change', () => {
  const id = () => world.docker.containers.clinicmasterwarehouse?.state.id;

  it('of the connector alone keeps the container', async () => {
    await init();
    const before = id();
    world.worker.connectors[`cdc-${CODE}`]!.config['poll.interval.ms'] = '9999';
    const { exit, stdout } = await init('--json');
    const steps = JSON.parse(stdout).steps as { id: string; outcome: string; detail: string }[];
    const changed = steps.filter(({ outcome }) => outcome === 'changed');
    expect([exit, id()]).toEqual([0, before]);
    expect(changed.map((step) => step.id)).toEqual(['connector', 'stream']);
    expect(changed[0]?.detail).toBe('changed poll.interval.ms');
  });

  it('of the container makes it anew, and the connector stays', async () => {
    await init();
    const before = id();
    world.worker.calls.length = 0;
    expect((await init('--memory', '800m')).exit).toBe(0);
    expect(id()).not.toBe(before);
    expect(world.worker.calls.filter((call) => /^(PUT|POST|DELETE)/.test(call))).toEqual([]);
  });

  it('of a comment in .env does nothing', async () => {
    await init();
    await appendFile(join(world.dir, '.env'), '# asked for by Dr. Okello\n');
    const before = await everything({ seen: false });
    const { exit, stdout } = await init();
    expect([exit, stdout.includes('nothing was changed')]).toEqual([0, true]);
    expect(await everything({ seen: false })).toBe(before);
  });
});

describe('the journal', () => {
  const path = () => join(world.dir, 'journal.json');
  const journal = async () => JSON.parse(await readFile(path(), 'utf8'));

  it('holds each step before it changes anything, for its owner alone', async () => {
    const seen: unknown[] = [];
    const { createNetwork, createContainer } = world.docker;
    const look = async (what: string) => {
      const { steps, made } = await journal();
      seen.push([what, steps.at(-1).id, steps.at(-1).state, (await stat(path())).mode & 0o777, made.at(-1)]);
    };
    world.docker.createNetwork = async (network) => {
      await look('network');
      return createNetwork(network);
    };
    world.docker.createContainer = async (name, options) => {
      await look('container');
      return createContainer(name, options);
    };
    await init();
    const name = 'clinicmasterwarehouse';
    expect(seen).toEqual([
      ['network', 'network', 'started', 0o600, { kind: 'network', name }],
      ['container', 'container', 'started', 0o600, { kind: 'container', name }],
    ]);
    expect(await journal()).toMatchObject({
      command: 'init',
      finishedAt: expect.any(String),
      made: expect.arrayContaining([
        { kind: 'folder', name: world.dir },
        { kind: 'file', name: join(world.dir, '.env') },
      ]),
    });
  });

  it('keeps the code of what failed, no values; the next run says where it goes on', async () => {
    world.docker.start = () =>
      Promise.reject(new CliError('docker.refused', 'no', { seen: ANSWERS.KAFKA_PASS }));
    const failed = await init();
    expect(failed.exit).toBe(3);
    expect(failed.stderr.replace(/\s+/g, ' ')).toContain(
      `Done, and staying done: folder, image-pin, network. To go on from here: clinicmaster-cdc init --dir ${world.dir}`,
    );
    const text = await readFile(path(), 'utf8');
    expect(text).not.toContain(ANSWERS.KAFKA_PASS);
    expect((await journal()).steps.at(-1)).toMatchObject({
      id: 'container',
      state: 'failed',
      code: 'docker.refused',
    });
    world.docker.start = async (name) => {
      Object.assign(world.docker.containers[name]!.state, { running: true, status: 'running' });
      world.worker.healthy = true;
    };
    const { exit, stderr } = await init();
    expect([exit, stderr.replace(/\s+/g, ' ')]).toEqual([
      0,
      expect.stringContaining(
        'The run of init at 2026-11-24 08:00 UTC stopped (docker.refused) in the step "container"; this one goes on from there.',
      ),
    ]);
    expect((await init()).stderr).not.toContain('The run of init');
  });

  it('of a run that did not come to its proof makes the next one prove the stream', async () => {
    await init();
    world.silent = true;
    expect((await init('--memory', '1g')).exit).toBe(3);
    const { exit, stderr } = await init('--memory', '1g');
    expect([exit, stderr]).toEqual([3, expect.stringContaining('nothing arrives in Kafka')]);
    world.silent = false;
    expect((await init('--memory', '1g')).exit).toBe(0);
  });

  it('is not believed when it is broken or another folder’s, and stops nothing', async () => {
    await init();
    const whole = await readFile(path(), 'utf8');
    for (const text of ['{"sch', '[]', whole.replace(world.dir, '/elsewhere')]) {
      await writeFile(path(), text);
      const { exit, stderr } = await init('--memory', text === '[]' ? '801m' : '802m');
      expect([text, exit, /it\s+is\s+not\s+believed/.test(stderr)]).toEqual([text, 0, true]);
      expect((await journal()).dir).toBe(world.dir);
    }
  });

  it('that cannot be written ends the run before anything is changed', async () => {
    await init();
    const { containers } = world.docker;
    const before = JSON.stringify(containers);
    world.journal = 'full';
    const { exit, stderr } = await init('--memory', '800m');
    expect([exit, stderr.replace(/\s+/g, ' ')]).toEqual([
      3,
      expect.stringContaining('The journal cannot be written, so nothing more is changed. Seen: ENOSPC'),
    ]);
    expect(JSON.stringify(world.docker.containers)).toBe(before);
    expect(await readFile(join(world.dir, '.env'), 'utf8')).not.toContain('800m');
  });

  it('removes what a killed run has left half-written', async () => {
    await init();
    const left = join(world.dir, '..env.4194305-0123456789ab.tmp');
    await writeFile(left, 'DB_PASS=x');
    await writeFile(join(world.dir, 'notes.tmp'), 'of the site');
    await init();
    expect((await readdir(world.dir)).filter((name) => name.endsWith('.tmp'))).toEqual(['notes.tmp']);
  });
});
