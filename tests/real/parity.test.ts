import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Docker from 'dockerode';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findDocker } from '../../src/adapters/docker.ts';
import type { DockerPort } from '../../src/adapters/docker-port.ts';
import { readCompose } from '../../src/install/compose-file.ts';
import { containerDifferences } from '../../src/install/container-difference.ts';
import { envValues, parseEnv } from '../../src/settings/env-file.ts';
import { mergeEnv } from '../../src/settings/env-write.ts';
import { compose } from './support/compose-program.ts';

const INSTANCE = '-parity';
const CONTAINER = `clinicmasterwarehouse${INSTANCE}`;
const FILE = 'docker-compose.facility.yml';

/** Values that only a careful reader carries through: quotes, `$`, backslash, comma, letters beyond ASCII. */
const VALUES = {
  FACILITY_NAME: `St. Mary's "Lacor" Hospital, Gulu & Co $1 / ünïcode`,
  FACILITY_DHIS2_CODE: 'UG0001',
  INSTANCE,
  DB_HOST: 'sql.example.org',
  DB_USER: 'cdc',
  DB_PASS: `p'w"d\\$x \${HOME} #`,
  KAFKA_BOOTSTRAP_SERVERS: 'kafka-1.example.org:9093,kafka-2.example.org:9093',
  KAFKA_USER: 'facility $7',
  KAFKA_PASS: '#1 ünï',
  TABLE_INCLUDE_LIST: 'dbo\\.(Patients|Visits)',
  REST_PORT: '18899',
  DOCKER_MTU: '1400',
  COMPOSE_FILE: FILE,
  COMPOSE_PROJECT_NAME: 'clinicmaster-cdc-parity',
};

describe('the container of init and the container of Compose', () => {
  const engine = new Docker();
  let dir: string;
  let docker: DockerPort;
  let byCompose: Docker.ContainerInspectInfo;
  let byInit: Docker.ContainerInspectInfo;
  let wanted: Record<string, unknown>;

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'parity-'));
    docker = await findDocker({ platform: 'linux', privileged: true, home: '/root', cwd: dir, env: {} });
    const file = await readFile(FILE, 'utf8');
    const env = mergeEnv(await readFile('.env.sample', 'utf8'), VALUES, 'test');
    await mkdir(join(dir, 'ca'));
    await writeFile(join(dir, FILE), file);
    await writeFile(join(dir, '.env'), env);

    await compose(dir, 'up', '--no-start');
    byCompose = await engine.getContainer(CONTAINER).inspect();
    await compose(dir, 'down');

    const plan = readCompose(file, envValues(parseEnv(env)), dir, FILE);
    wanted = plan.options;
    for (const network of plan.networks) await docker.createNetwork(network);
    await docker.createContainer(plan.containerName, plan.options);
    byInit = await engine.getContainer(CONTAINER).inspect();
  }, 120_000);

  afterAll(async () => {
    await docker.remove(CONTAINER);
    await docker.removeNetwork(CONTAINER);
    await rm(dir, { recursive: true });
  });

  it('are equal by docker inspect', () => {
    expect(comparable(byInit)).toEqual(comparable(byCompose));
  });

  it('carry every value unchanged', () => {
    const environment = Object.fromEntries(
      byInit.Config.Env.map((entry) => entry.split(/=(.*)/s).slice(0, 2)),
    );
    expect(environment.KAFKA_PASS).toBe(VALUES.KAFKA_PASS);
    expect(Buffer.from(environment.DB_PASS_B64, 'base64').toString()).toBe(VALUES.DB_PASS);
    expect(Buffer.from(environment.FACILITY_NAME_B64, 'base64').toString()).toBe(VALUES.FACILITY_NAME);
  });

  it('count as the same: init leaves the one of Compose alone', async () => {
    const options = {
      ...byCompose.Config,
      HostConfig: byCompose.HostConfig,
      NetworkingConfig: { EndpointsConfig: byCompose.NetworkSettings.Networks },
    };
    expect(containerDifferences(wanted, options)).toEqual([]);
  });

  it('a container that init made is known to Compose as its own', async () => {
    expect((await compose(dir, 'ps', '-a', '-q')).trim()).toBe(byInit.Id);
  });

  it('a difference is named, without its value', async () => {
    const { options } = readCompose(
      await readFile(join(dir, FILE), 'utf8'),
      {
        ...envValues(parseEnv(await readFile(join(dir, '.env'), 'utf8'))),
        KAFKA_PASS: 'another',
        MEMORY_LIMIT: '1g',
      },
      dir,
      FILE,
    );
    const actual = await docker.configuration(CONTAINER);
    expect(containerDifferences(options, actual ?? {})).toEqual(['KAFKA_PASS', 'HostConfig.Memory']);
  });
});

/** All of inspect but what differs between any two containers, and Compose's own bookkeeping. */
function comparable(info: Docker.ContainerInspectInfo) {
  const { Config, HostConfig, NetworkSettings, Mounts, Image } = info;
  const labels = Object.entries(Config.Labels).filter(([key]) => !key.startsWith('com.docker.compose.'));
  const id = info.Id.slice(0, 12);
  const networks = Object.entries(NetworkSettings.Networks).map(([name, { Aliases, Links, IPAMConfig }]) => [
    name,
    { Aliases: (Aliases ?? []).filter((alias: string) => alias !== id), Links, IPAMConfig },
  ]);
  return {
    Image,
    Config: {
      ...Config,
      Hostname: undefined,
      Env: [...Config.Env].sort(),
      Labels: Object.fromEntries(labels),
    },
    HostConfig,
    Mounts,
    networks: Object.fromEntries(networks),
  };
}
