import { configDifferences } from '../../connector/template.ts';
import type { FacilityCheck } from '../context.ts';
import { counted, pass, unknown, warn } from '../verdicts.ts';

const ID = 'connector-config';

/** Names of settings that differ; values stay where they are. Null when there is no such connector. */
export type ConfigFacts = { differences: string[] | null };

/** The connector runs with the configuration of this version of the program. */
export const connectorConfig: FacilityCheck<ConfigFacts> = {
  id: ID,
  title: 'The connector has the settings of this version',
  area: 'connect',
  when: ['after-install', 'daily'],
  needs: ['docker-connect-rest'],
  timeoutMs: 8000,

  async probe({ connect, names, desiredConfig }) {
    const live = await connect.config(names.connector);
    return { differences: live === undefined ? null : configDifferences(desiredConfig, live) };
  },

  judge({ differences }) {
    if (differences === null) return unknown(`${ID}-absent`, 'There is no connector to compare.');
    if (differences.length === 0) return pass('as it should be');
    return warn(
      `${ID}-differs`,
      `The connector was changed, or is of another version: ${counted(differences.length, 'difference')}.`,
      {
        current: differences.join(', '),
        required: 'the configuration of this version',
        remedy: {
          text: 'Bring it back; it goes on from its position.',
          commands: ['clinicmaster-cdc init'],
          who: 'you',
        },
      },
    );
  },
};
