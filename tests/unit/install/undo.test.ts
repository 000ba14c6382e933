import { beforeEach, describe, expect, it } from 'vitest';
import { hostFiles } from '../../../src/adapters/files.ts';
import { imageFiles } from '../../../src/adapters/image-file.ts';
import { readCompose } from '../../../src/install/compose-file.ts';
import { containerStep } from '../../../src/install/steps/container.ts';
import { imageStep } from '../../../src/install/steps/image.ts';
import { networkStep } from '../../../src/install/steps/network.ts';
import { type DockerEngine, dockerEngine } from '../../fakes/docker-engine.ts';

const COMPOSE = `
services:
  connect:
    image: cdc/x:1
    container_name: ours
    labels: { org.clinicmaster.cdc.role: facility, org.clinicmaster.cdc.facility: A1 }
    networks: [net]
networks: { net: { name: ours, driver_opts: { mtu: "1400" } } }
`;
const plan = readCompose(COMPOSE, {}, '/fac', 'x.yml');
const network = plan.networks[0]!;
const silent = () => {};

let docker: DockerEngine;
beforeEach(async () => {
  docker = dockerEngine(['cdc/x:1']);
  await docker.createNetwork(network);
  await docker.createContainer('ours', plan.options);
  await docker.start('ours');
});

describe('taking back', () => {
  it('a container that is ours, once', async () => {
    const step = containerStep(plan, docker);
    expect([await step.undo?.(silent), await step.undo?.(silent)]).toEqual([
      'stopped and removed',
      'was not there',
    ]);
  });

  it.each([{}, { 'org.clinicmaster.cdc.role': 'facility', 'org.clinicmaster.cdc.facility': 'B2' }])(
    'no container with the labels %j',
    async (labels) => {
      docker.containers.ours!.state.labels = labels;
      expect(await containerStep(plan, docker).undo?.(silent)).toContain('stays');
      expect(docker.containers).toHaveProperty('ours');
    },
  );

  it('a network, when nobody uses it and it is of our project', async () => {
    const step = networkStep(network, docker);
    expect(await step.undo?.(silent)).toBe('stays: ours uses it');
    await docker.stop('ours', 1);
    docker.networks.ours = { ...network, labels: { 'com.docker.compose.project': 'another' } };
    expect(await step.undo?.(silent)).toBe('stays: it is not of this installation');
    docker.networks.ours = network;
    expect([await step.undo?.(silent), await step.undo?.(silent)]).toEqual(['removed', 'was not there']);
  });

  it('an image that no container is made from', async () => {
    const recipe = {
      packageRoot: '/',
      target: 'facility' as const,
      args: {},
      extraCas: {},
      folders: [],
      offline: true,
      repin: false,
    };
    const step = imageStep('cdc/x:1', recipe, '/nowhere', {
      docker,
      files: hostFiles(),
      imageFiles,
      clock: { now: () => 0, sleep: async () => {} },
      signal: new AbortController().signal,
    });
    expect(await step.undo?.(silent)).toBe('stays: a container uses it');
    await docker.remove('ours');
    expect([await step.undo?.(silent), await step.undo?.(silent)]).toEqual(['removed', 'was not there']);
  });
});
