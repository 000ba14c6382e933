import { FACILITY_CHECKS } from '../../checks/registry.ts';
import { configDifferences } from '../../connector/template.ts';
import type { Context } from '../../context.ts';
import { CliError, EXIT } from '../../errors.ts';
import { containerDifferences } from '../../install/container-difference.ts';
import type { Deployment } from '../../install/deployment.ts';
import { FACILITY_COMPOSE, facilityDeployment } from '../../install/facility-deployment.ts';
import { ENV_FILE, JOURNAL_FILE } from '../../install/facility-folder.ts';
import { configRefused } from '../../install/install-errors.ts';
import { runSteps } from '../../install/run-steps.ts';
import type { StepResult } from '../../install/step.ts';
import { PUBLIC_MODE } from '../../install/steps/files.ts';
import { imageStep } from '../../install/steps/image.ts';
import { networkStep } from '../../install/steps/network.ts';
import { envValues, parseEnv } from '../../settings/env-file.ts';
import { mergeEnv } from '../../settings/env-write.ts';
import type { FacilitySettings } from '../../settings/facility.ts';
import { facilityFields } from '../../settings/fields.ts';
import { refusal } from '../../settings/resolve.ts';
import type { UpgradePlan } from '../../ui/upgrade-text.ts';
import { runFacilityChecks } from './checked.ts';
import { imageRecipe } from './image.ts';
import { type Life, requireContainer } from './life.ts';
import type { Options } from './module.ts';

/** A check may fail for a moment while everything begins anew. */
const LOOKS = 4;
const BETWEEN_LOOKS_MS = 5_000;

/** What shall run, and what that changes. */
export interface WantedUpgrade {
  settings: FacilitySettings;
  deployment: Deployment;
  /** To be asked once the image is there. */
  differences(): Promise<UpgradePlan>;
  /** The worker that runs checks the new configuration. @throws CliError when it refuses what is in use already */
  validate(): Promise<void>;
  /** The site's compose file stays beside the new one, where they differ. */
  keepCompose(): Promise<void>;
}

/** The deployment of this version with the wanted image. Nothing is changed. */
export async function planUpgrade(life: Life, options: Options, context: Context): Promise<WantedUpgrade> {
  const { files, out } = context;
  const { docker, connect } = life.ports;
  const { dir } = life.settings;
  const image = wantedImage(life.settings.image, options, context.version);
  const settings = { ...life.settings, image };
  const envText = await envWith(image, dir, context);
  // To upgrade is to mean another image than the pinned one; the new one is pinned once it runs.
  const recipe = { ...(await imageRecipe(options, context)), repin: true };
  const deployment = await facilityDeployment(settings, envText, recipe, files, { ownCompose: true });
  const composePath = `${dir}/${FACILITY_COMPOSE}`;
  const former = (await files.read(composePath)) ?? '';
  const shipped = deployment.files.find(({ path }) => path === composePath)?.content ?? '';
  const connectorNow = () => connect.config(deployment.connector).catch(() => undefined);

  return {
    settings,
    deployment,
    differences: async () => {
      const found = await requireContainer(life);
      const [present, next, config, status] = await Promise.all([
        docker.configuration(life.names.container),
        docker.image(image),
        connectorNow(),
        connect.status(life.names.connector).catch(() => undefined),
      ]);
      const container = containerDifferences(deployment.compose.options, present ?? {});
      const connector = config === undefined ? [] : configDifferences(deployment.config, config);
      const composeLines = differentLines(former, shipped);
      const ids = { fromId: found.imageId, toId: next?.id ?? '' };
      const state = status?.connector.state;
      const paused = state === 'PAUSED' || state === 'STOPPED' || !found.running;
      return {
        nothing: [...container, ...connector].length + composeLines === 0 && ids.fromId === ids.toId,
        image: { from: found.image, to: image, ...ids },
        composeLines,
        container: container.filter((name) => name !== 'Image'),
        connector,
        notes: paused ? ['It is stopped or paused now; afterwards it streams.'] : [],
      };
    },
    validate: async () => {
      if ((await connect.health()).state !== 'healthy') return;
      const problems = await connect.validate(deployment.config);
      if (problems.length === 0) return;
      const config = await connectorNow();
      const refused = configRefused(deployment.connector, problems);
      if (config !== undefined && configDifferences(deployment.config, config).length === 0) throw refused;
      out.warn(
        `The present worker would refuse the new configuration: ${refused.seen}. The new one is asked too.`,
      );
    },
    keepCompose: async () => {
      if (former !== '' && former !== shipped)
        await files.writeAtomically(`${composePath}.former`, former, PUBLIC_MODE);
    },
  };
}

/** `--image`, else the repository that is in use, in the version of this program. */
function wantedImage(present: string, options: Options, version: string): string {
  if (typeof options.image !== 'string')
    return `${present.replace(/(@sha256:.*)?$/, '').replace(/:[^:/]+$/, '')}:${version}`;
  const field = facilityFields(version).find(({ key }) => key === 'IMAGE');
  const problem = field === undefined ? undefined : refusal(field, options.image);
  if (problem === undefined) return options.image.trim();
  throw new CliError('upgrade.image', problem, { exitCode: EXIT.usage, needed: 'An image after --image.' });
}

/** `.env` names the image only where it named one before, or where it is not this version's own. */
async function envWith(image: string, dir: string, { files, version }: Context): Promise<string> {
  const text = (await files.read(`${dir}/${ENV_FILE}`)) ?? '';
  const preset = facilityFields(version).find(({ key }) => key === 'IMAGE')?.default;
  const named = (envValues(parseEnv(text)).IMAGE ?? '') !== '';
  return image === preset && !named
    ? text
    : mergeEnv(text, { IMAGE: image }, 'Written by clinicmaster-cdc upgrade');
}

/** The image and its network are there before anything stops. @throws CliError for an image that cannot run here */
export async function provideImage(
  { settings, ports }: Life,
  { deployment }: WantedUpgrade,
  context: Context,
): Promise<StepResult[]> {
  const { docker } = ports;
  const { compose, image } = deployment;
  const steps = [
    imageStep(compose.image, image, settings.dir, ports),
    ...compose.networks.map((network) => networkStep(network, docker)),
  ];
  const journal = { journalPath: `${settings.dir}/${JOURNAL_FILE}`, command: 'upgrade' };
  const results = await runSteps(steps, { ...context, ...journal });
  const [here, { architecture }] = await Promise.all([docker.image(compose.image), docker.info()]);
  const machine = ENGINE_WORD[architecture] ?? architecture;
  if (here === undefined || here.architecture === machine) return results;
  throw new CliError('upgrade.architecture', `The image ${compose.image} is for another kind of machine.`, {
    seen: `made for ${here.architecture}; this machine is ${machine}`,
    needed: `An image for ${machine}. Nothing was changed.`,
    commands: [`docker image rm ${compose.image}`, `clinicmaster-cdc upgrade --image <one for ${machine}>`],
  });
}

/** What the Engine calls itself → what images are called. */
const ENGINE_WORD: Readonly<Record<string, string>> = { x86_64: 'amd64', aarch64: 'arm64' };

/** @throws CliError when the disk is too full for a second container and its log */
export async function checkDisk({ settings }: Life, context: Context): Promise<void> {
  const options = { when: 'daily', only: ['docker-disk'] } as const;
  const checks = await runFacilityChecks(FACILITY_CHECKS, options, settings, context);
  const full = checks.find(({ id, verdict }) => id === 'docker-disk' && verdict.outcome === 'fail');
  if (full === undefined) return;
  const { summary, current, remedy } = full.verdict;
  throw new CliError('upgrade.disk', summary, {
    ...(current === undefined ? {} : { seen: current }),
    needed: `${remedy?.text ?? 'Room on the disk.'} Nothing was changed.`,
    commands: remedy?.commands ?? [],
  });
}

/** Checks of an installation that fail now, by id. */
export async function failing(
  settings: FacilitySettings,
  context: Context,
  only: readonly string[] = [],
): Promise<Map<string, string>> {
  const options = { when: 'after-install', only } as const;
  const checks = await runFacilityChecks(FACILITY_CHECKS, options, settings, context);
  const failed = checks.filter(({ verdict }) => verdict.outcome === 'fail');
  return new Map(failed.map(({ id, verdict }) => [id, verdict.summary]));
}

/** @throws CliError when a check fails that did not fail before */
export async function noNewFailure(
  before: ReadonlyMap<string, string>,
  settings: FacilitySettings,
  context: Context,
): Promise<void> {
  const step = context.out.step('Checks of an installation');
  let fresh: [string, string][] = [];
  for (let look = 1; look <= LOOKS; look++) {
    const only = fresh.map(([id]) => id);
    fresh = [...(await failing(settings, context, only))].filter(([id]) => !before.has(id));
    if (fresh.length === 0) {
      step.succeed('nothing fails that did not fail before');
      return;
    }
    step.update(`not yet well: ${fresh.map(([id]) => id).join(', ')}`);
    if (look < LOOKS) await context.clock.sleep(BETWEEN_LOOKS_MS, context.signal);
  }
  step.fail();
  throw new CliError('upgrade.checks', 'With the new container a check fails that did not fail before.', {
    seen: fresh.map(([id, summary]) => `${id}: ${summary}`).join('\n'),
    commands: [`clinicmaster-cdc doctor explain ${fresh[0]?.[0]}`],
  });
}

function differentLines(before: string, after: string): number {
  if (before === after) return 0;
  const count = (text: string, other: string) => {
    const there = new Set(other.split('\n'));
    return text.split('\n').filter((line) => !there.has(line)).length;
  };
  return Math.max(count(before, after), count(after, before), 1);
}
