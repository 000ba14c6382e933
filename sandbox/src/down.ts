import { rm } from 'node:fs/promises';
import { removeInstallations } from './demo/teardown.ts';
import { withLock } from './lock.ts';
import { BASE_IMAGE, LABEL, LABEL_CONTEXT } from './names.ts';
import { say } from './output.ts';
import { DOCKERD_LOG, STATE } from './paths.ts';
import { step } from './progress.ts';
import { absentAsUndefined, docker, removeContainer } from './provision/docker.ts';
import { pingEngine } from './provision/engine.ts';
import { endProcesses } from './provision/take-over.ts';

const LABELLED = { label: [`${LABEL}=true`] };

/** Removes everything that is ours and says what stays. A second call finds nothing and is no error. */
export async function bringDown(options: { images: boolean }): Promise<void> {
  await withLock('up', () => remove(options.images));
  say('Left in place:');
  say('  the Docker Engine, its packages and the layers that image builds keep');
  say(`  node_modules; ${DOCKERD_LOG}, where this sandbox started the Engine`);
  if (!options.images) say('  the images (npm run sandbox -- down --images removes them)');
}

async function remove(images: boolean): Promise<void> {
  const ended = await endProcesses(STATE);
  if (ended.length > 0) say(`✓ Ended ${ended.join(', ')}`);
  if ((await pingEngine()) === 'yes') {
    await step('Remove containers, volumes and networks', removeFromDocker);
    if (images) await step('Remove images', removeImages);
  }
  await step('Remove passwords and certificates', () => rm(STATE, { recursive: true, force: true }));
}

async function removeFromDocker(): Promise<void> {
  // Workers installed into the state folder cannot outlive it: their settings and certificates are in it.
  await removeInstallations();
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
  const built = await docker.listImages({ filters: { label: [LABEL_CONTEXT] } });
  for (const image of [...built.map(({ Id }) => Id), BASE_IMAGE]) {
    await absentAsUndefined(docker.getImage(image).remove({ force: true }));
  }
}
