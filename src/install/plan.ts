import type { Deployment, InstallPorts } from './deployment.ts';
import type { Step } from './step.ts';
import { registerStep, runningStep } from './steps/connector.ts';
import { containerStep } from './steps/container.ts';
import { filesStep } from './steps/files.ts';
import { imageStep, pinStep } from './steps/image.ts';
import { networkStep } from './steps/network.ts';
import { workerStep } from './steps/worker.ts';

/** From nothing to a running connector, in order. The last step, the proof, differs between facility and sink. */
export function plan(deployment: Deployment, ports: InstallPorts): Step[] {
  const { dir, files, compose, image, connector, config } = deployment;
  return [
    filesStep(dir, files, ports.files),
    imageStep(compose.image, image, dir, ports),
    pinStep(compose.image, dir, ports),
    ...compose.networks.map((network) => networkStep(network, ports.docker)),
    containerStep(compose, ports.docker),
    workerStep(compose.containerName, ports),
    registerStep(connector, config, ports),
    runningStep(connector, compose.containerName, ports),
  ];
}
