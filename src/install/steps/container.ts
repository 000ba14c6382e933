import type { ContainerState, DockerPort } from '../../adapters/docker-port.ts';
import type { ComposePlan } from '../compose-file.ts';
import { containerDifferences } from '../container-difference.ts';
import { foreignContainer } from '../install-errors.ts';
import type { Step } from '../step.ts';

export const ROLE_LABEL = 'org.clinicmaster.cdc.role';

/** The container as the compose file says, running. One with other settings is replaced; its position is in Kafka. */
export function containerStep(plan: ComposePlan, docker: DockerPort): Step {
  const name = plan.containerName;
  return {
    id: 'container',
    title: `Container ${name}`,
    done: async () => {
      const actual = await docker.container(name);
      if (actual === undefined || !actual.running) return undefined;
      return (await reasons(plan, actual, docker)).length === 0 ? 'running with these settings' : undefined;
    },
    run: async (progress) => {
      const actual = await docker.container(name);
      if (actual !== undefined && !(ROLE_LABEL in actual.labels)) throw foreignContainer(actual);
      const why = actual === undefined ? [] : await reasons(plan, actual, docker);
      if (actual !== undefined && why.length > 0) {
        progress(`stopping the old one (up to ${plan.stopGraceSeconds} s)`);
        await docker.stop(name, plan.stopGraceSeconds);
        await docker.remove(name);
      }
      if (actual === undefined || why.length > 0) await docker.createContainer(name, plan.options);
      await docker.start(name);
      if (actual === undefined) return 'created and started';
      return why.length === 0 ? 'started' : `made anew, because of ${why.join(', ')}`;
    },
  };
}

/** Why this container cannot stay: names of settings that differ. */
async function reasons(plan: ComposePlan, actual: ContainerState, docker: DockerPort): Promise<string[]> {
  const [configuration, image] = await Promise.all([
    docker.configuration(plan.containerName),
    docker.image(plan.image),
  ]);
  const changed = containerDifferences(plan.options, configuration ?? {});
  return image !== undefined && image.id !== actual.imageId && !changed.includes('Image')
    ? [...changed, 'a newer image']
    : changed;
}
