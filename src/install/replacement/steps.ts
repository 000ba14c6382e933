import type { ContainerState, DockerPort } from '../../adapters/docker-port.ts';
import type { ComposePlan } from '../compose-file.ts';
import type { Deployment, InstallPorts } from '../deployment.ts';
import type { Step } from '../step.ts';
import { registerStep, runningStep } from '../steps/connector.ts';
import { containerStep } from '../steps/container.ts';
import { filesStep } from '../steps/files.ts';
import { workerStep } from '../steps/worker.ts';
import type { ReplacementRecord } from './record.ts';

/** Where the former container waits. */
export function asideName(container: string, what: ReplacementRecord['what']): string {
  return `${container}-before-${what}`;
}

/**
 * The new container in the place of the former one, up to a connector that runs. Never two workers: the former one has ended, and
 * nothing but this program starts it again, before the new one begins.
 * @param onStopped called once the former one has ended
 */
export function forwardSteps(
  record: ReplacementRecord,
  deployment: Deployment,
  ports: InstallPorts,
  { patienceMs, onStopped }: { patienceMs?: number | undefined; onStopped: () => Promise<void> },
): Step[] {
  const { dir, files, compose, connector, config } = deployment;
  return [
    asideStep(record, ports.docker, onStopped),
    filesStep(dir, files, ports.files),
    containerStep(compose, ports.docker),
    workerStep(compose.containerName, ports, patienceMs),
    registerStep(connector, config, ports),
    runningStep(connector, compose.containerName, ports, patienceMs),
  ];
}

function asideStep(record: ReplacementRecord, docker: DockerPort, onStopped: () => Promise<void>): Step {
  const { container, aside, oldId, graceSeconds } = record;
  return {
    id: 'former-container',
    title: `Former container, kept as ${aside}`,
    done: async () => {
      if ((await docker.container(container))?.id === oldId) return undefined;
      await onStopped();
      return (await docker.container(aside))?.id === oldId ? 'there' : 'gone';
    },
    run: async (progress) => {
      // Docker must not bring it back beside the new one, after a power cut in the next minute for instance.
      await docker.setRestartPolicy(container, 'no');
      progress(`the worker stores its position (up to ${graceSeconds} s)`);
      await docker.stop(container, graceSeconds);
      await docker.rename(container, aside);
      await onStopped();
      return 'stopped, its position is stored';
    },
  };
}

/**
 * The former container in its own place again, from wherever the replacement was cut off.
 * @param formerCompose what makes the container anew where it has disappeared
 */
export function backSteps(
  record: ReplacementRecord,
  formerCompose: () => Promise<ComposePlan>,
  ports: InstallPorts,
): Step[] {
  const { docker } = ports;
  const { container, connector, config, wasRunning } = record;
  const alive = [
    workerStep(container, ports),
    ...(config === null ? [] : [registerStep(connector, config, ports)]),
    runningStep(connector, container, ports),
  ];
  return [
    withoutNewStep(record, docker),
    formerStep(record, formerCompose, docker),
    ...(wasRunning ? alive : []),
  ];
}

function withoutNewStep({ container, oldId, graceSeconds }: ReplacementRecord, docker: DockerPort): Step {
  const newOne = async (): Promise<ContainerState | undefined> => {
    const found = await docker.container(container);
    return found?.id === oldId ? undefined : found;
  };
  return {
    id: 'new-container',
    title: 'New container',
    done: async () => ((await newOne()) === undefined ? 'there is none' : undefined),
    run: async (progress) => {
      progress(`stopping it (up to ${graceSeconds} s)`);
      await docker.stop(container, graceSeconds);
      await docker.remove(container);
      return 'removed';
    },
  };
}

function formerStep(
  record: ReplacementRecord,
  formerCompose: () => Promise<ComposePlan>,
  docker: DockerPort,
): Step {
  const { container, aside, oldId, wasRunning, restartPolicy } = record;
  return {
    id: 'container',
    title: `Container ${container}, the former one`,
    done: async () => {
      const found = await docker.container(container);
      if (found?.id !== oldId || found.running !== wasRunning) return undefined;
      const host = (await docker.configuration(container))?.HostConfig as HostConfig | undefined;
      return host?.RestartPolicy?.Name === restartPolicy ? 'there, untouched' : undefined;
    },
    run: async (progress) => {
      const waiting = await docker.container(aside);
      if (waiting?.id === oldId) await docker.rename(aside, container);
      const found = await docker.container(container);
      if (found === undefined) {
        return wasRunning ? containerStep(await formerCompose(), docker).run(progress) : 'there is none';
      }
      await docker.setRestartPolicy(container, policyOf(restartPolicy));
      if (!wasRunning) return 'back, stopped as before';
      await docker.start(container);
      return found.running ? 'running' : 'back and started';
    },
  };
}

/** The part of a container's configuration that a replacement touches. */
interface HostConfig {
  RestartPolicy?: { Name?: string };
}

function policyOf(name: string): 'unless-stopped' | 'always' | 'no' {
  return name === 'always' || name === 'no' ? name : 'unless-stopped';
}
