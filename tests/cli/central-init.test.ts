import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { envValues, parseEnv } from '../../src/settings/env-file.ts';
import { type InstallWorld, installWorld } from '../fakes/install-world.ts';

const CONTAINER = 'clinicmasterwarehouse-sink';

let world: InstallWorld;
beforeEach(async () => {
  world = await installWorld();
  world.world.kafka.mayReadData = true;
  world.env = {
    WAREHOUSE_HOST: 'pg.example.org',
    WAREHOUSE_DB: 'warehouse',
    WAREHOUSE_USER: 'cdc_sink',
    WAREHOUSE_PASS: `it's $1`,
    KAFKA_BOOTSTRAP_SERVERS: 'kafka-1.example.org:9093',
    KAFKA_USER: 'central-sink',
    KAFKA_PASS: 'secret',
    REST_PORT: String(world.worker.port),
  };
});
afterEach(() => world.close());

const init = (...more: string[]) => world.cli('central', 'init', '--yes', '--dir', world.dir, ...more);

describe('central init', () => {
  it('goes from nothing to a sink that reads', async () => {
    const { exit, stdout, stderr } = await init();
    expect([exit, stdout.includes('The sink runs.'), stderr.includes('✖')]).toEqual([0, true, false]);
    expect(stderr).toContain('group connect-cdc-sink has 1 member');
    expect(world.docker.containers[CONTAINER]?.state).toMatchObject({
      running: true,
      labels: { 'org.clinicmaster.cdc.role': 'central' },
    });
    expect(world.worker.connectors['cdc-sink']?.config).toMatchObject({
      'errors.tolerance': 'all',
      'connection.password': '${env:WAREHOUSE_PASS}',
    });
  });

  it('keeps its own folder, project and passwords', async () => {
    await init();
    const path = join(world.dir, '.env');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    const values = envValues(parseEnv(await readFile(path, 'utf8')));
    expect(values).toMatchObject({ COMPOSE_PROJECT_NAME: 'clinicmaster-cdc-central', WAREHOUSE_PASS: '' });
    expect(Buffer.from(values.WAREHOUSE_PASS_B64 ?? '', 'base64').toString()).toBe(`it's $1`);
  });

  it('changes nothing the second time, without any answer', async () => {
    await init();
    world.env = {};
    const { exit, stdout } = await init('--json');
    expect([exit, JSON.parse(stdout).changed]).toEqual([0, false]);
  });

  it('has a folder of its own by default, beside a facility on the same machine', async () => {
    await world.cli('central', 'init', '--yes');
    expect((await stat(join(world.home, 'clinicmaster-cdc-central/.env'))).isFile()).toBe(true);
  });

  it('stops before it changes anything when another sink runs', async () => {
    world.world.kafka.members = [
      { clientId: 'cdc.central.worker.ffff00001111', clientHost: '/10.1.1.1', memberId: 'm' },
    ];
    const { exit, stdout } = await init();
    expect([exit, stdout.includes('Another sink is running.')]).toEqual([3, true]);
    await expect(stat(world.dir)).rejects.toThrow('ENOENT');
    expect(world.docker.containers).toEqual({});
  });

  it('names what is missing', async () => {
    delete world.env.WAREHOUSE_PASS;
    const { exit, stderr } = await init();
    expect([exit, stderr.includes('environment variable WAREHOUSE_PASS')]).toEqual([2, true]);
  });
});
