import { rm } from 'node:fs/promises';
import { LABEL, LABEL_CONTEXT } from './names.ts';
import { say } from './output.ts';
import { STATE } from './paths.ts';
import { step } from './progress.ts';
import { absentAsUndefined, docker, removeContainer } from './provision/docker.ts';
import { pingEngine } from './provision/engine.ts';
import { endProcesses } from './provision/take-over.ts';

const LABELLED = { label: [`${LABEL}=true`] };

/** Removes everything that is ours and says what stays. A second call finds nothing and is no error. */
export async function bringDown(options: { images: boolean }): Promise<void> {
  const ended = await endProcesses(STATE);
  if (ended.length > 0) say(`✓ ended: ${ended.join(', ')}`);
  if ((await pingEngine()) === 'yes') {
    await step('Remove containers, volumes and networks', removeFromDocker);
    if (options.images) await step('Remove images', removeImages);
  }
  await step('Remove passwords and certificates', () => rm(STATE, { recursive: true, force: true }));
  say('Left in place: the Docker Engine and its packages, node_modules, and the layers of image builds.');
  if (!options.images) say('Left in place: the images (npm run sandbox -- down --images removes them).');
}

async function removeFromDocker(): Promise<void> {
  for (const { Id } of await docker.listContainers({ all: true, filters: LABELLED }))
    await removeContainer(Id);
  for (const { Name } of (await docker.listVolumes({ filters: LABELLED })).Volumes) {
    await absentAsUndefined(docker.getVolume(Name).remove());
  }
  for (const { Id } of await docker.listNetworks({ filters: LABELLED })) {
    await absentAsUndefined(docker.getNetwork(Id).remove());
  }
}

async function removeImages(): Promise<void> {
  const images = await docker.listImages({ filters: { label: [LABEL_CONTEXT] } });
  for (const { Id } of images) await absentAsUndefined(docker.getImage(Id).remove({ force: true }));
}
