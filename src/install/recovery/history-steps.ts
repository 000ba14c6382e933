import { CliError } from '../../errors.ts';
import type { InstallPorts } from '../deployment.ts';
import type { Step } from '../step.ts';

const MODE = 'snapshot.mode';
/** Debezium's word for: build the history from the tables as they are, and copy no rows. */
export const REBUILD = 'recovery';
const PAUSE_MS = 1000;
const FILLED_PATIENCE_MS = 120_000;

/** The connector is configured to build its history anew at its next start. */
export function rebuildStep(
  connector: string,
  { connect }: InstallPorts,
  filled: () => Promise<boolean>,
): Step {
  const isSet = async () => (await connect.config(connector))?.[MODE] === REBUILD;
  return {
    id: 'rebuild',
    title: 'Configured to build the history anew',
    done: async () => {
      if (await filled()) return 'there is a history';
      return (await isSet()) ? 'it is' : undefined;
    },
    run: async () => {
      const config = await connect.config(connector);
      if (config === undefined) throw gone(connector);
      await connect.putConfig(connector, { ...config, [MODE]: REBUILD });
      return 'for one start';
    },
  };
}

/** The topic of the history holds records. @param filled asks Kafka */
export function filledStep(
  { clock, signal }: InstallPorts,
  topic: string,
  filled: () => Promise<boolean>,
): Step {
  return {
    id: 'history',
    title: 'History of the tables',
    done: async () => ((await filled()) ? `there, in ${topic}` : undefined),
    run: async (progress) => {
      for (const started = clock.now(); !(await filled()); await clock.sleep(PAUSE_MS, signal)) {
        progress('waiting for its first record');
        if (clock.now() - started > FILLED_PATIENCE_MS) {
          throw new CliError('recover.no-history', 'The connector runs, and writes no history.', {
            seen: `no record in ${topic} after ${FILLED_PATIENCE_MS / 1000} s`,
            needed: 'The log says more. Then run this again: it goes on from here.',
            commands: ['clinicmaster-cdc logs --tail 100', 'clinicmaster-cdc doctor --only kafka'],
          });
        }
      }
      return `there, in ${topic}`;
    },
  };
}

/** The snapshot mode is that of the template again. @param mode as it stands there, a reference to the setting */
export function modeBackStep(connector: string, mode: string, { connect }: InstallPorts): Step {
  return {
    id: 'mode',
    title: 'Usual configuration',
    done: async () => ((await connect.config(connector))?.[MODE] === mode ? 'in place' : undefined),
    run: async () => {
      const config = await connect.config(connector);
      if (config === undefined) throw gone(connector);
      await connect.putConfig(connector, { ...config, [MODE]: mode });
      return 'back in place';
    },
  };
}

function gone(connector: string): CliError {
  return new CliError('recover.no-connector', `The worker does not know the connector ${connector}.`, {
    needed: 'init registers it; it goes on at the position in Kafka.',
    commands: ['clinicmaster-cdc init --yes'],
  });
}
