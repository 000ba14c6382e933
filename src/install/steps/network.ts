import type { DockerPort, NetworkState } from '../../adapters/docker-port.ts';
import { CliError } from '../../errors.ts';
import type { Step } from '../step.ts';

/** The container's network, with the MTU that the way to Kafka carries. */
export function networkStep(wanted: NetworkState, docker: DockerPort): Step {
  return {
    id: 'network',
    title: `Network ${wanted.name}`,
    done: async () => {
      const actual = await docker.network(wanted.name);
      if (actual === undefined) return undefined;
      const wrong = Object.keys(wanted.options).filter((key) => actual.options[key] !== wanted.options[key]);
      if (wrong.length > 0) throw differs(wanted, actual, wrong);
      return 'present';
    },
    preview: async () => ({
      what: `create it (${Object.entries(wanted.options)
        .map(([key, value]) => `${key.split('.').at(-1)} ${value}`)
        .join(', ')})`,
    }),
    makes: async () => [{ kind: 'network', name: wanted.name }],
    run: async () => {
      await docker.createNetwork(wanted);
      return 'created';
    },
    undo: async () => {
      const actual = await docker.network(wanted.name);
      if (actual === undefined) return 'was not there';
      const others = await docker.containersIn(wanted.name);
      if (others.length > 0) return `stays: ${others.join(', ')} use${others.length === 1 ? 's' : ''} it`;
      const project = 'com.docker.compose.project';
      if (actual.labels[project] !== wanted.labels[project]) return 'stays: it is not of this installation';
      await docker.removeNetwork(wanted.name);
      return 'removed';
    },
  };
}

/** A network cannot be changed while containers use it, and another facility of this machine may. */
function differs(wanted: NetworkState, actual: NetworkState, keys: string[]): CliError {
  const show = (network: NetworkState) =>
    keys.map((key) => `${key}=${network.options[key] ?? '(not set)'}`).join(', ');
  return new CliError('install.network', `The network ${wanted.name} exists with other options.`, {
    seen: show(actual),
    needed: `${show(wanted)}. Remove its containers and the network, then run init again for each of them; no data is lost.`,
    commands: [
      `docker network inspect -f '{{range .Containers}}{{.Name}} {{end}}' ${wanted.name}`,
      'docker rm -f <each of these>',
      `docker network rm ${wanted.name}`,
    ],
  });
}
