import type { FacilityCheck } from '../context.ts';
import { pass, skip } from '../verdicts.ts';

const ID = 'docker-jmx';

/** Ports at which the usual exporters answer: Prometheus's Java agent and Jolokia. */
const EXPORTER_PORTS = [9404, 8778];

/** Container ports of exporters that are published. */
export type JmxFacts = { published: number[] };

/** The worker gives its figures to a monitor, where somebody has added an exporter. Not needed. */
export const dockerJmx: FacilityCheck<JmxFacts> = {
  id: ID,
  title: 'The worker gives figures to a monitor',
  area: 'connect',
  when: ['daily'],
  needs: ['docker-endpoint'],
  timeoutMs: 5000,

  async probe({ docker, names }) {
    const container = await (await docker()).container(names.container);
    const ports = (container?.ports ?? []).map(({ containerPort }) => containerPort);
    return { published: ports.filter((port) => EXPORTER_PORTS.includes(port)) };
  },

  judge({ published }) {
    if (published.length > 0) return pass(`exporter at port ${published.join(', ')}`);
    return skip(`${ID}-none`, 'The image has no exporter; none is needed.');
  },
};
