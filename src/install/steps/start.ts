import type { DockerPort } from '../../adapters/docker-port.ts';
import type { Step } from '../step.ts';

/** The container that is there, running. What it is like is not looked at: `init` makes it anew where a setting differs. */
export function startStep(container: string, docker: DockerPort): Step {
  return {
    id: 'container',
    title: `Container ${container}`,
    done: async () => ((await docker.container(container))?.running ? 'running already' : undefined),
    run: async () => {
      await docker.start(container);
      return 'started';
    },
  };
}
