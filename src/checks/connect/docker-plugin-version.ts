import type { ConnectPlugin } from '../../adapters/connect-port.ts';
import { CONNECTOR_CLASS, CONNECTOR_VERSION, OUR_TRANSFORM } from '../../connector/plugins.ts';
import type { FacilityCheck } from '../context.ts';
import { fail, pass } from '../verdicts.ts';

const ID = 'docker-plugin-version';

export type PluginFacts = {
  /** What the worker has of the two classes that a facility needs. */
  found: ConnectPlugin[];
};

/** The worker has Debezium's connector once, in the version of this program, and our own transform. */
export const dockerPluginVersion: FacilityCheck<PluginFacts> = {
  id: ID,
  title: 'The worker has the right plugins',
  area: 'connect',
  when: ['after-install', 'daily'],
  needs: ['docker-connect-rest'],
  timeoutMs: 8000,

  async probe({ connect }) {
    const found = await connect.plugins();
    return { found: found.filter((plugin) => [CONNECTOR_CLASS, OUR_TRANSFORM].includes(plugin.class)) };
  },

  judge({ found }) {
    const versions = found.filter((plugin) => plugin.class === CONNECTOR_CLASS).map(({ version }) => version);
    const detail = {
      current:
        versions.length === 0 ? 'no SQL Server connector' : `SQL Server connector ${versions.join(' and ')}`,
      required: `SQL Server connector ${CONNECTOR_VERSION}, once, and ${OUR_TRANSFORM}`,
      remedy: {
        text: 'This is another image than the one of this program. Take IMAGE out of .env, or name the image of this version; then let init make the container anew.',
        commands: ['clinicmaster-cdc init'],
        who: 'you' as const,
      },
    };
    if (versions.length === 0)
      return fail(`${ID}-missing`, 'The worker has no connector for SQL Server.', detail);
    if (versions.length > 1)
      return fail(
        `${ID}-twice`,
        'The worker has several versions of the connector: which one runs is chance.',
        detail,
      );
    if (versions[0] !== CONNECTOR_VERSION)
      return fail(
        `${ID}-other`,
        'The worker has another version of the connector than this program knows.',
        detail,
      );
    if (!found.some((plugin) => plugin.class === OUR_TRANSFORM)) {
      return fail(`${ID}-no-transform`, 'The worker lacks the transform that keeps NULL as NULL.', {
        ...detail,
        current: `${detail.current}, without ${OUR_TRANSFORM}`,
      });
    }
    return pass(`SQL Server connector ${CONNECTOR_VERSION}`);
  },
};
