import type { InstallPorts } from '../deployment.ts';
import { LOG_LINES, workerDown } from '../install-errors.ts';
import type { Step } from '../step.ts';

/** A cold start took 3 s here; a poor link and a slow disk may multiply that. */
const PATIENCE_MS = 180_000;
const PAUSE_MS = 250;
/** So many starts in a row are no accident. */
const RESTARTS = 2;

/** The worker answers, has joined its group and read its topics. */
export function workerStep(container: string, ports: InstallPorts, patienceMs = PATIENCE_MS): Step {
  const { connect, docker, clock, signal } = ports;
  return {
    id: 'worker',
    title: `Connect worker at ${connect.url}`,
    done: async () => ((await connect.health()).state === 'healthy' ? 'healthy' : undefined),
    run: async (progress) => {
      const started = clock.now();
      const fail = async (seen: string) =>
        workerDown(container, seen, await docker.logs(container, { tail: LOG_LINES }));
      const restartsBefore = (await docker.container(container))?.restartCount ?? 0;
      for (;;) {
        const { state, message } = await connect.health();
        if (state === 'healthy') return `healthy after ${((clock.now() - started) / 1000).toFixed(1)} s`;
        progress(message);
        const facts = await docker.container(container);
        if (facts === undefined) throw await fail('the container is gone');
        if (!facts.running && facts.status !== 'restarting')
          throw await fail(`it ended with exit code ${facts.exitCode}`);
        if (facts.restartCount - restartsBefore >= RESTARTS)
          throw await fail(`it ends again and again, with exit code ${facts.exitCode}`);
        if (clock.now() - started > patienceMs)
          throw await fail(`not healthy after ${patienceMs / 1000} s: ${message}`);
        await clock.sleep(PAUSE_MS, signal);
      }
    },
  };
}
