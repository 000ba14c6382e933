import type { ContainerState, DockerPort } from '../../adapters/docker-port.ts';
import { containerChanges } from '../changes.ts';
import type { ComposePlan } from '../compose-file.ts';
import { containerDifferences } from '../container-difference.ts';
import { foreignContainer } from '../install-errors.ts';
import type { Step } from '../step.ts';

export const ROLE_LABEL = 'org.clinicmaster.cdc.role';
const FACILITY_LABEL = 'org.clinicmaster.cdc.facility';

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
    preview: async () => {
      const actual = await docker.container(name);
      if (actual === undefined) return { what: `create it from ${plan.image} and start it` };
      if (!(ROLE_LABEL in actual.labels)) {
        const { message, needed } = foreignContainer(actual);
        return { what: 'stop here', refused: `${message} ${needed}` };
      }
      const changes = containerChanges(plan.options, (await docker.configuration(name)) ?? {});
      const why = await reasons(plan, actual, docker);
      if (why.length === 0) return { what: 'start it' };
      const newer = why.includes('a newer image')
        ? [{ name: 'image', before: shortId(actual.imageId), after: 'the newer one of the same name' }]
        : [];
      return { what: 'stop it and make it anew', changes: [...changes, ...newer] };
    },
    makes: async () => ((await docker.container(name)) === undefined ? [{ kind: 'container', name }] : []),
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
    undo: async (progress) => {
      const actual = await docker.container(name);
      if (actual === undefined) return 'was not there';
      if (!isOurs(actual, plan)) return `stays: ${name} is not of this installation`;
      const { running } = actual;
      if (running) {
        // In order: the worker stores its position while it stops.
        progress(`stopping it (up to ${plan.stopGraceSeconds} s)`);
        await docker.stop(name, plan.stopGraceSeconds);
      }
      await docker.remove(name);
      return running ? 'stopped and removed' : 'removed';
    },
  };
}

/** Ours, and of the same facility: another folder may have installed under the same name. */
export function isOurs(actual: ContainerState, plan: ComposePlan): boolean {
  const wanted = (plan.options.Labels ?? {}) as Record<string, string>;
  return [ROLE_LABEL, FACILITY_LABEL].every((label) => actual.labels[label] === wanted[label]);
}

function shortId(id: string): string {
  return id.replace(/^sha256:/, '').slice(0, 12);
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
