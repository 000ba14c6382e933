import type { Command } from 'commander';
import { positionOf } from '../checks/start/stored.ts';
import { connectorConfig } from '../connector/template.ts';
import type { Context } from '../context.ts';
import { CliError, EXIT, type ExitCode } from '../errors.ts';
import { alteredSince } from '../install/database/log-position.ts';
import { FACILITY_TEMPLATE } from '../install/facility-deployment.ts';
import { packageFile } from '../install/package-files.ts';
import { filledStep, modeBackStep, rebuildStep } from '../install/recovery/history-steps.ts';
import { savedStep, stoppedStep } from '../install/recovery/stop-steps.ts';
import { runningStep } from '../install/steps/connector.ts';
import { type RecoveryPlan, recoveredText } from '../ui/recover-text.ts';
import { withCheckContext } from './shared/checked.ts';
import { addFacilityFlags } from './shared/facility.ts';
import { type Life, openLife } from './shared/life.ts';
import { type CommandModule, examples, type Options } from './shared/module.ts';
import { findingOf, onlyFor, seeRecovery } from './shared/recovery/look.ts';
import { agreed, runRecovery, savedIn } from './shared/recovery/run.ts';
import { settleReplacement } from './shared/settle.ts';

/** `recover history`: the history of the tables is gone from Kafka, and the position is there. */
export const recoverHistory: CommandModule = { define, run };

function define(command: Command): void {
  addFacilityFlags(command);
  command.option('--yes', 'do it without asking');
  command.addHelpText('after', HELP);
}

const HELP = `
Debezium keeps in Kafka how each table looked when. Without that the connector runs on and fails at its
next start. This lets it build the history again from the tables as they are now, and copies no rows. It is
refused where a table was altered after the stored position: then old changes would be read wrongly.
Cut off in the middle, the same command goes on; init puts the usual configuration back as well.
${examples([['clinicmaster-cdc recover history', 'shows the plan, asks, does it']])}`;

async function run(context: Context, options: Options): Promise<ExitCode> {
  await settleReplacement(context, options);
  const life = await openLife(context, options);
  const { settings, names, ports } = life;
  const { dir } = settings;
  const plan = await withCheckContext(settings, context, async (check) => {
    const seen = await seeRecovery(check, context);
    const history = onlyFor(['history'], seen, dir);
    const lsn = positionOf(seen.look.facts.stored, settings.database.name)?.lsn ?? null;
    const altered = lsn === null ? [] : await alteredSince(check.sql, lsn, context.signal);
    // One that an earlier run has begun to build is built on.
    if (altered.length > 0 && history.code !== 'history-rebuilding')
      throw wasAltered(altered, lsn ?? '', dir);
    return planOf(history.code, findingOf(history, seen), lsn);
  });
  const again = `clinicmaster-cdc recover history --dir ${dir}`;
  await agreed(plan, [], again, options, context);

  const mode = await shippedMode(life, context);
  const steps = await runRecovery('recover history', again, life, context, (kafka) => {
    const topic = names.topics.schemaHistory;
    const filled = async () => {
      const last = await kafka.lastRecord(topic, context.signal);
      return last.ok && last.value !== null;
    };
    return [
      stoppedStep(names.connector, ports),
      savedStep(dir, names.connector, ports),
      rebuildStep(names.connector, ports, filled),
      runningStep(names.connector, names.container, ports),
      filledStep(ports, topic, filled),
      // So that nothing of the start before is taken for the one that counts.
      stoppedStep(names.connector, ports, 'stopped-again'),
      modeBackStep(names.connector, mode, ports),
    ];
  });
  const answer = {
    headline: `${settings.facilityName} (${settings.facilityCode}) streams; its history is there again.`,
    copied: [],
    left: [],
    saved: savedIn(steps),
    notes: ['No rows were copied.'],
    next: ['clinicmaster-cdc doctor --only kafka-history-config', 'clinicmaster-cdc status'],
  };
  context.out.result(
    { ok: true, command: 'recover history', changed: true, plan, steps, ...answer },
    recoveredText,
  );
  return EXIT.ok;
}

/** The snapshot mode as the template has it: a reference to the setting. */
async function shippedMode({ names }: Life, { files, packageRoot }: Context): Promise<string> {
  const template = await packageFile(files, packageRoot, FACILITY_TEMPLATE);
  return connectorConfig(template, names.connector)['snapshot.mode'] ?? '';
}

function planOf(
  code: string,
  { summary, seen }: { summary: string; seen: string },
  lsn: string | null,
): RecoveryPlan {
  return {
    headline: summary,
    code,
    seen: seen === '' ? `position ${lsn}` : seen,
    steps: [
      'Stop the connector, and save its stored position to a file.',
      'Start it once so that it builds the history from the tables as they are (snapshot.mode=recovery).',
      'Stop it, put its usual configuration back, start it, and prove that it streams.',
    ],
    estimate: null,
    left: [],
    lost: [],
    mark: null,
  };
}

function wasAltered(tables: readonly string[], lsn: string, dir: string): CliError {
  return new CliError('recover.altered', 'Tables were altered after the stored position.', {
    seen: `altered, or captured anew, after ${lsn}: ${tables.join(', ')}`,
    needed:
      'A history that is built now would read what was changed before the alteration wrongly. So position and history are made ' +
      'anew, and the tables are copied. Nothing was changed.',
    commands: [`clinicmaster-cdc recover restored --dir ${dir}`],
    who: 'central-team',
  });
}
