import { facilityNames } from '../../connector/names.ts';
import { configDifferences } from '../../connector/template.ts';
import { CliError } from '../../errors.ts';
import type { FacilityCheck } from '../context.ts';
import { counted, listed, pass, unknown, warn } from '../verdicts.ts';
import { COPY_AGAIN } from './restart-risk.ts';

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
  fixes: [
    {
      cures: [`${ID}-differs`],
      risk: 'safe',
      riskier: COPY_AGAIN,
      says: ({ differences }, { facilityId, instance }) =>
        `Bring back ${listed(differences ?? [], 5)} of ${facilityNames(facilityId, instance).connector}, after Connect has checked it; it goes on from its position.`,
      apply: async ({ connect, names, desiredConfig }) => {
        const problems = await connect.validate(desiredConfig);
        if (problems.length > 0) {
          throw new CliError('fix.config-refused', 'Connect refuses this configuration.', {
            seen: problems.map(({ setting, errors }) => `${setting}: ${errors.join(' ')}`).join('\n'),
            needed: 'Nothing was changed. Cure what it names, then try again.',
            commands: ['clinicmaster-cdc doctor'],
          });
        }
        await connect.putConfig(names.connector, desiredConfig);
      },
    },
  ],

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
