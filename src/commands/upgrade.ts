import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { CliError, EXIT, type ExitCode } from '../errors.ts';
import { readRecord } from '../install/replacement/record.ts';
import type { StepResult } from '../install/step.ts';
import { parseDuration } from '../settings/duration.ts';
import { upgradePlanText } from '../ui/upgrade-text.ts';
import { agree } from './shared/agree.ts';
import { addFacilityFlags, chosenDir } from './shared/facility.ts';
import { addImageFlags } from './shared/image.ts';
import { type Life, lived, openLife, requireContainer } from './shared/life.ts';
import { type CommandModule, examples, type Options } from './shared/module.ts';
import { finish, goBack, replaceContainer } from './shared/replace.ts';
import { settleReplacement } from './shared/settle.ts';
import { addAcceptRiskFlag, guardStart } from './shared/start-guard.ts';
import { checkDisk, failing, noNewFailure, planUpgrade, provideImage } from './shared/upgrading.ts';

/** `upgrade`: another image, or this version's compose file and connector; what does not stream is taken back. */
export const upgrade: CommandModule = { define, run };

function define(command: Command): void {
  addFacilityFlags(command);
  command
    .option('--image <reference>', 'image to run; default: the present repository in this version')
    .option('--patience <duration>', 'how long the new worker, and then its connector, may take (3m)')
    .option('--keep-old', 'leave the former container there, stopped, for --rollback')
    .option('--rollback', 'put the container back that --keep-old has left')
    .option('--yes', 'ask nothing');
  addImageFlags(command);
  addAcceptRiskFlag(command);
  command.addHelpText('after', HELP);
}

const HELP = `
Shows what will change, then: provides the image while the old container streams on, stops it (its
position is stored), keeps it aside, starts the new one and waits for worker, connector, a fresh
heartbeat and the checks of an installation. When any of this fails, the former container and its
files come back by themselves. Rows wait in SQL Server for the minute or two in between.
Cut off by Ctrl-C or power, the next upgrade, start or init goes on. The old image stays.
${examples([
  ['clinicmaster-cdc upgrade', 'to the image of this version'],
  ['clinicmaster-cdc upgrade --image registry.example.org/cdc/connect-facility:0.2.1', 'to another one'],
  ['clinicmaster-cdc upgrade --keep-old', 'and, if need be, clinicmaster-cdc upgrade --rollback'],
])}`;

async function run(context: Context, options: Options): Promise<ExitCode> {
  const { out } = context;
  await settleReplacement(context, options);
  if (options.rollback === true) return rollBack(context, options);
  const patienceMs =
    typeof options.patience === 'string' ? parseDuration(options.patience, '--patience') : undefined;
  const life = await openLife(context, options);
  await requireContainer(life);
  const wanted = await planUpgrade(life, options, context);
  await checkDisk(life, context);
  const prepared = await provideImage(life, wanted, context);
  const plan = await wanted.differences();
  const { settings } = life;
  if (plan.nothing)
    return done(life, context, [], `${settings.facilityName} runs ${plan.image.to} already.`, plan);

  out.block((style) => upgradePlanText(plan, style));
  await wanted.validate();
  await guardStart(settings, options, context, 'replace the container');
  const before = await failing(settings, context);
  await agree({ question: 'Upgrade now?' }, options, context);

  const kept = await readRecord(context.files, settings.dir);
  if (kept !== undefined) await finish(kept, settings.dir, context);
  await wanted.keepCompose();
  out.heading('Upgrade');
  const steps = await replaceContainer(
    {
      what: 'upgrade',
      life,
      settings: wanted.settings,
      deployment: wanted.deployment,
      patienceMs,
      check: () => noNewFailure(before, wanted.settings, context),
      keep: options.keepOld === true,
    },
    context,
  );
  const headline = `${settings.facilityName} (${settings.facilityCode}) streams from ${plan.image.to}.`;
  return done(life, context, [...prepared, ...steps], headline, plan);
}

function done(
  life: Life,
  context: Context,
  steps: readonly StepResult[],
  headline: string,
  plan: { nothing: boolean; image: { from: string; to: string } },
): ExitCode {
  const { image, nothing } = plan;
  const notes = nothing ? [] : [`The former image ${image.from} stays on this machine.`];
  const next = ['clinicmaster-cdc status'];
  const answer = { command: 'upgrade', changed: !nothing, headline, notes, kept: null, steps, next, image };
  return lived(life, answer, context);
}

/** The way back that `--keep-old` has left open. */
async function rollBack(context: Context, options: Options): Promise<ExitCode> {
  const dir = await chosenDir(context, options);
  const record = await readRecord(context.files, dir);
  if (record === undefined) {
    throw new CliError('upgrade.nothing-kept', 'No former container is kept.', {
      exitCode: EXIT.usage,
      needed: 'upgrade --keep-old keeps one. The former image is still here: upgrade to it.',
      commands: ['docker images', 'clinicmaster-cdc upgrade --image <the former one>'],
    });
  }
  await agree({ question: 'Put the former container back?' }, options, context);
  const steps = await goBack(record, dir, context, (settings) =>
    guardStart(settings, options, context, 'put the former container back'),
  );
  const life = await openLife(context, options);
  const { facilityName, image } = life.settings;
  const answer = { changed: true, headline: `${facilityName} streams from ${image} again.`, notes: [] };
  const next = ['clinicmaster-cdc status'];
  return lived(life, { command: 'upgrade', ...answer, kept: null, steps, next }, context);
}
