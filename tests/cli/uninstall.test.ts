import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ANSWERS, IMAGE, type InstallWorld, installWorld } from '../fakes/install-world.ts';
import { CODE } from '../fakes/streaming-facility.ts';

const NAME = 'clinicmasterwarehouse';
let world: InstallWorld;
beforeEach(async () => {
  world = await installWorld();
  expect((await world.cli('init', '--yes', '--dir', world.dir)).exit).toBe(0);
  world.world.kafka.members = [];
  world.env = {};
});
afterEach(() => world.close());

const uninstall = (...more: string[]) => world.cli('uninstall', '--dir', world.dir, ...more);
const inDocker = () => [Object.keys(world.docker.containers), Object.keys(world.docker.networks)];
const flat = (text: string) => text.replace(/\s+/g, ' ');

describe('uninstall', () => {
  it('shows what goes and what stays, and takes nothing away without a yes', async () => {
    const { exit, stderr } = await uninstall();
    expect(exit).toBe(2);
    expect(stderr.replaceAll(world.dir, '/fac').split('✖')[0]).toMatchInlineSnapshot(`
      "  This goes:
          - the container clinicmasterwarehouse, stopped in order first
          - the network clinicmasterwarehouse, where nothing else uses it
          - /fac/.env, and with it the passwords
          - /fac/seen.json
          - /fac/docker-compose.facility.yml

        This stays:
          - the image clinicmaster-cdc/connect-facility:0.1.0 (--image removes it)
          - Kafka topics cdc.xY9AbCdEf12.*: position, schema history, heartbeat. A
            later init with this code goes on from there while SQL Server still holds
            the changes
          - rows that were streamed: topics
            clinicmasterwarehouse-sqlserver.ClinicMasterMOH.* and the warehouse
          - change data capture in ClinicMasterMOH: it goes on writing until the DBA
            turns it off

        The T-SQL by which the DBA takes back what is in the database is printed by:
          clinicmaster-cdc sql disable --db-host 192.168.1.100 --db-port 1433 --db-user cdc_reader --db-name ClinicMasterMOH --dba-user sa --confirm ClinicMasterMOH

      "
    `);
    expect(stderr).toContain('--yes');
    expect(inDocker()).toEqual([[NAME], [NAME]]);
    expect(await readdir(world.dir)).toContain('.env');
  });

  it('takes what an upgrade has left behind along, copies of passwords first of all', async () => {
    const left = ['replacement.json', '.env.before', '.env.next', 'docker-compose.facility.yml.former'];
    for (const name of left) await writeFile(join(world.dir, name), 'x');
    const kept = `${NAME}-before-upgrade`;
    const { options } = world.docker.containers[NAME] ?? { options: {} };
    await world.docker.createContainer(kept, options);
    const { exit, stderr } = await uninstall('--yes');
    expect(exit).toBe(0);
    expect(flat(stderr)).toContain(`- the container ${kept}, kept from a replacement`);
    for (const name of left) expect(flat(stderr)).toContain(`- ${world.dir}/${name}`);
    expect(inDocker()).toEqual([[], []]);
    await expect(stat(world.dir)).rejects.toThrow('ENOENT');
  });

  it('takes positions along that a recovery has saved, and nothing that only looks like one', async () => {
    await writeFile(join(world.dir, 'offsets-20261126T042137Z.json'), '{}');
    await writeFile(join(world.dir, 'offsets-mine.json'), '{}');
    const { exit, stderr } = await uninstall('--yes');
    expect([exit, flat(stderr)]).toEqual([
      0,
      expect.stringContaining(`- ${world.dir}/offsets-20261126T042137Z.json`),
    ]);
    expect(await readdir(world.dir)).toEqual(['offsets-mine.json']);
  });

  it('takes away container, network and settings; position, rows, capture and image stay', async () => {
    world.world.kafka.ends[`cdc.${CODE}.offsets`] = 7;
    const order: string[] = [];
    const { stop, remove } = world.docker;
    world.docker.stop = async (...args) => {
      order.push('stop');
      await stop(...args);
    };
    world.docker.remove = async (name) => {
      order.push('remove');
      await remove(name);
    };
    world.worker.calls.length = 0;
    const { exit, stdout } = await uninstall('--yes', '--json');
    const { steps, ...answer } = JSON.parse(stdout);
    expect([exit, answer.ok, answer.changed]).toEqual([0, true, true]);
    expect(steps.map(({ id }: { id: string }) => id)).toEqual([
      'connector',
      'container',
      'network',
      'folder',
    ]);
    expect(world.worker.calls.filter((call) => !call.startsWith('GET'))).toEqual([
      `PUT /connectors/cdc-${CODE}/stop`,
      `DELETE /connectors/cdc-${CODE}`,
    ]);
    expect(order).toEqual(['stop', 'remove']);
    expect(inDocker()).toEqual([[], []]);
    expect(world.docker.images).toHaveProperty(IMAGE);
    expect(world.world.kafka.ends).toHaveProperty(`cdc.${CODE}.offsets`);
    await expect(stat(world.dir)).rejects.toThrow('ENOENT');
  });

  it('says how the DBA takes back what is in the database, with settings or without', async () => {
    const { stdout } = await uninstall('--yes');
    expect(stdout).toContain(
      'clinicmaster-cdc sql disable --db-host 192.168.1.100 --db-port 1433 --db-user cdc_reader --db-name ClinicMasterMOH --dba-user sa --confirm ClinicMasterMOH',
    );
    expect(stdout).not.toMatch(/s3cret|p'w/);
  });

  it('can be repeated', async () => {
    await uninstall('--yes');
    const { exit, stdout } = await uninstall('--yes');
    expect([exit, stdout]).toEqual([0, expect.stringContaining('No facility stands in')]);
  });

  it('keeps the settings where asked to; init goes on from there', async () => {
    const before = await readFile(join(world.dir, '.env'), 'utf8');
    expect((await uninstall('--yes', '--keep-settings')).exit).toBe(0);
    expect([await readFile(join(world.dir, '.env'), 'utf8'), inDocker()]).toEqual([before, [[], []]]);
    const again = await uninstall('--yes', '--keep-settings');
    expect([again.exit, again.stdout]).toEqual([0, expect.stringContaining('Nothing is left to remove.')]);
    expect((await world.cli('init', '--yes', '--dir', world.dir)).exit).toBe(0);
    expect(inDocker()).toEqual([[NAME], [NAME]]);
  });

  it('removes the image where asked to', async () => {
    expect((await uninstall('--yes', '--image')).exit).toBe(0);
    expect(world.docker.images).not.toHaveProperty(IMAGE);
  });

  it('leaves files that are not ours, and the folder with them', async () => {
    await writeFile(join(world.dir, 'notes.txt'), 'of the site');
    await mkdir(join(world.dir, 'ca'), { recursive: true });
    await writeFile(join(world.dir, 'ca/kafka-ca.pem'), 'laid here by hand');
    const { exit, stderr } = await uninstall('--yes');
    expect([exit, (await readdir(world.dir)).sort()]).toEqual([0, ['ca', 'notes.txt']]);
    expect(flat(stderr)).toContain('ca/kafka-ca.pem: it stood there before init');
  });

  it('asks at a terminal, and a no takes nothing away', async () => {
    world.decisions = [() => false];
    const { exit, stderr } = await uninstall();
    expect([exit, stderr]).toEqual([130, expect.stringContaining('nothing was removed')]);
    expect(inDocker()).toEqual([[NAME], [NAME]]);
    world.decisions = [() => true];
    expect((await uninstall()).exit).toBe(0);
    expect(inDocker()).toEqual([[], []]);
  });
});

describe('uninstall of what is half gone', () => {
  it('goes on where the worker does not answer', async () => {
    world.worker.healthy = false;
    const { exit, stderr } = await uninstall('--yes');
    expect([exit, inDocker()]).toEqual([0, [[], []]]);
    expect(flat(stderr)).toContain('the worker does not answer; nothing to stop');
  });

  it('goes on where the connector cannot be stopped in order', async () => {
    world.worker.broken = 'stop';
    const { exit, stderr } = await uninstall('--yes');
    expect([exit, inDocker(), flat(stderr)]).toEqual([
      0,
      [[], []],
      expect.stringContaining('not stopped in order'),
    ]);
  });

  it('goes on where the container is gone, and where .env is', async () => {
    await world.docker.remove(NAME);
    expect((await uninstall('--yes')).exit).toBe(0);
    expect(inDocker()).toEqual([[], []]);

    world.env = { ...ANSWERS, REST_PORT: String(world.worker.port) };
    expect((await world.cli('init', '--yes', '--dir', world.dir)).exit).toBe(0);
    world.env = {};
    await rm(join(world.dir, '.env'));
    const { exit, stdout } = await uninstall('--yes');
    expect([exit, inDocker(), stdout]).toEqual([0, [[], []], expect.stringContaining('is uninstalled')]);
  });

  it('removes nothing without a look at Docker, unless Docker is gone for good', async () => {
    const { docker } = world;
    world.docker = undefined as never;
    const { exit, stderr } = await uninstall('--yes');
    expect([exit, flat(stderr)]).toEqual([3, expect.stringContaining('--without-docker')]);
    expect(await readdir(world.dir)).toContain('.env');
    expect((await uninstall('--yes', '--without-docker')).exit).toBe(0);
    await expect(stat(world.dir)).rejects.toThrow('ENOENT');
    world.docker = docker;
  });

  it('leaves the journal of what is not done, and the next run does it', async () => {
    const { remove } = world.docker;
    world.docker.remove = () => Promise.reject(new Error('docker died'));
    expect((await uninstall('--yes')).exit).toBe(1);
    const journal = JSON.parse(await readFile(join(world.dir, 'journal.json'), 'utf8'));
    expect(journal.steps.at(-1)).toMatchObject({ id: 'container', state: 'failed' });
    expect(await readdir(world.dir)).toContain('.env');
    world.docker.remove = remove;
    expect((await uninstall('--yes')).exit).toBe(0);
    expect(inDocker()).toEqual([[], []]);
  });
});

describe('what uninstall never touches', () => {
  it('a second instance, its network and its port', async () => {
    await world.docker.createNetwork({ name: `${NAME}-two`, driver: 'bridge', options: {}, labels: {} });
    await world.docker.createContainer(`${NAME}-two`, {
      Image: IMAGE,
      Labels: { 'org.clinicmaster.cdc.role': 'facility', 'org.clinicmaster.cdc.facility': 'zZ9' },
    });
    expect((await uninstall('--yes')).exit).toBe(0);
    expect(inDocker()).toEqual([[`${NAME}-two`], [`${NAME}-two`]]);
  });

  it('a container that is not ours, or of another facility, and its network', async () => {
    for (const labels of [
      {},
      { 'org.clinicmaster.cdc.role': 'facility', 'org.clinicmaster.cdc.facility': 'zZ9' },
    ]) {
      await world.docker.remove(NAME);
      await world.docker.createContainer(NAME, { Image: IMAGE, Labels: labels });
      world.worker.calls.length = 0;
      const { exit, stderr } = await uninstall('--yes', '--keep-settings');
      expect([exit, inDocker()]).toEqual([0, [[NAME], [NAME]]]);
      expect(flat(stderr)).not.toContain('This goes: - the container');
      expect(world.worker.calls.filter((call) => !call.startsWith('GET'))).toEqual([]);
    }
  });

  it('a facility of another folder', async () => {
    const { exit, stdout } = await world.cli('uninstall', '--yes', '--dir', join(world.home, 'wrong'));
    expect([exit, inDocker(), stdout]).toEqual([
      0,
      [[NAME], [NAME]],
      expect.stringContaining('No facility stands in'),
    ]);
  });

  it('the network of another folder whose container is gone', async () => {
    await world.docker.remove(NAME);
    const { exit } = await world.cli('uninstall', '--yes', '--dir', join(world.home, 'wrong'));
    expect([exit, inDocker()]).toEqual([0, [[], [NAME]]]);
  });

  it('the connector of a facility that has moved to another machine', async () => {
    const member = (host: string) => ({ clientId: 'w', clientHost: host, memberId: host });
    world.world.kafka.members = [member('/10.8.0.14'), member('/10.8.0.99')];
    world.worker.calls.length = 0;
    const { exit, stderr } = await uninstall('--yes');
    expect([exit, inDocker()]).toEqual([0, [[], []]]);
    expect(stderr).toContain('10.8.0.99');
    expect(world.worker.calls.filter((call) => !call.startsWith('GET'))).toEqual([]);
  });
});

describe('uninstall --purge-position', () => {
  const TOPICS = [`cdc.${CODE}.configs`, `cdc.${CODE}.offsets`];
  beforeEach(() => {
    for (const topic of TOPICS) world.world.kafka.ends[topic] = 7;
    world.world.kafka.ends['cdc.other.offsets'] = 7;
  });

  it('needs the risk by its name', async () => {
    for (const flags of [['--purge-position'], ['--purge-position', '--accept-risk', 'resnapshot']]) {
      const { exit } = await uninstall('--yes', ...flags);
      expect([flags, exit, inDocker()]).toEqual([flags, 2, [[NAME], [NAME]]]);
    }
  });

  it('removes the topics of this facility alone, after its container', async () => {
    world.world.kafka.mayDelete = true;
    const { exit, stderr, stdout } = await uninstall(
      '--yes',
      '--json',
      '--purge-position',
      '--accept-risk',
      'data',
    );
    expect([exit, flat(stderr)]).toEqual([
      0,
      expect.stringContaining('copies every table of the hospital again'),
    ]);
    const steps = JSON.parse(stdout).steps as { id: string }[];
    expect(steps.map(({ id }) => id)).toEqual(['connector', 'container', 'network', 'position', 'folder']);
    expect(Object.keys(world.world.kafka.ends).filter((name) => name.startsWith('cdc.'))).toEqual([
      'cdc.other.offsets',
    ]);
  });

  it('keeps the settings and says who helps where Kafka refuses', async () => {
    const flags = ['--yes', '--purge-position', '--accept-risk', 'data'];
    const { exit, stderr } = await uninstall(...flags);
    expect([exit, flat(stderr)]).toEqual([3, expect.stringContaining('TOPIC_AUTHORIZATION_FAILED')]);
    expect(flat(stderr)).toContain('the central data team');
    expect(await readdir(world.dir)).toContain('.env');
    world.world.kafka.mayDelete = true;
    expect((await uninstall(...flags)).exit).toBe(0);
    await expect(stat(world.dir)).rejects.toThrow('ENOENT');
  });

  it('leaves them to a worker that still runs elsewhere', async () => {
    world.world.kafka.mayDelete = true;
    world.world.kafka.members = [{ clientId: 'w', clientHost: '/10.8.0.99', memberId: 'm' }];
    const { exit, stderr } = await uninstall('--yes', '--purge-position', '--accept-risk', 'data');
    expect([exit, stderr]).toEqual([3, expect.stringContaining('/10.8.0.99')]);
    expect(world.world.kafka.ends).toHaveProperty(TOPICS[0]!);
  });
});
