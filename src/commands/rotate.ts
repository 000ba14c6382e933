import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { CliError, EXIT, type ExitCode } from '../errors.ts';
import { facilityDeployment } from '../install/facility-deployment.ts';
import { ENV_FILE } from '../install/facility-folder.ts';
import { readRecord } from '../install/replacement/record.ts';
import { mergeEnv } from '../settings/env-write.ts';
import type { FacilitySettings } from '../settings/facility.ts';
import { agree } from './shared/agree.ts';
import { addFacilityFlags } from './shared/facility.ts';
import { imageRecipe } from './shared/image.ts';
import { type Life, lived, openLife, requireContainer } from './shared/life.ts';
import { type CommandModule, examples, type Options } from './shared/module.ts';
import { finish, replaceContainer } from './shared/replace.ts';
import { databaseRotation, kafkaRotation, type Rotation } from './shared/rotations.ts';
import { settleReplacement } from './shared/settle.ts';
import { addAcceptRiskFlag, guardStart } from './shared/start-guard.ts';

/** `rotate`: new passwords, tried before they are written, in effect without losing the position. */
export const rotate: CommandModule = { define, run };

function define(command: Command): void {
  addFacilityFlags(command);
  command
    .option('--database', "the password of the connector's login at SQL Server")
    .option('--kafka', 'the password of the Kafka user')
    .option('--generate', 'make the new database password up; it is written to .env and shown nowhere')
    .option('--dba-user <login>', 'set the database password as this login; its own: SQL_DBA_PASS')
    .option('--kafka-user <name>', 'another Kafka user, which the central team has made')
    .option('--yes', 'ask nothing');
  addAcceptRiskFlag(command);
  command.addHelpText('after', HELP);
}

const HELP = `
Passwords come from NEW_DB_PASS and NEW_KAFKA_PASS in the environment, or from a question.
Database: the new password is tried first, the DBA may have set it. Where SQL Server does not know
it, the connector's login sets it itself (no other right is needed for that), or --dba-user does.
Kafka: the central team sets it; here it is tried by a real login. A user has one password at a
time: without a gap it goes by a second user (--kafka-user), or in the minute after the change.
.env is written once the servers take the new passwords; then the container is made anew, and a
heartbeat proves it. Meanwhile rows wait in SQL Server. Otherwise container, .env and, where it can
be, the former password come back. For the T-SQL alone, to hand to a DBA: sql rotate.
${examples([
  ['clinicmaster-cdc rotate --database --generate', 'nobody has to think of one'],
  ['NEW_DB_PASS=… clinicmaster-cdc rotate --database --yes', 'set by the DBA already, or to be set'],
  ['NEW_KAFKA_PASS=… clinicmaster-cdc rotate --kafka --yes', 'as the central team has set it'],
])}`;

async function run(context: Context, options: Options): Promise<ExitCode> {
  if (options.database !== true && options.kafka !== true) {
    throw new CliError('rotate.which', 'Which password?', {
      exitCode: EXIT.usage,
      needed: '--database, --kafka or both.',
      commands: ['clinicmaster-cdc rotate --database', 'clinicmaster-cdc rotate --kafka'],
    });
  }
  await settleReplacement(context, options);
  const life = await openLife(context, options);
  await requireContainer(life);
  const rotations: Rotation[] = [];
  if (options.kafka === true) rotations.push(await kafkaRotation(life.settings, options, context));
  if (options.database === true) rotations.push(await databaseRotation(life.settings, options, context));

  for (const { plan } of rotations) context.out.note(plan);
  const readable = Object.assign({}, life.settings, ...rotations.map((rotation) => rotation.readable));
  await guardStart(readable, options, context, 'replace the container');
  await agree({ question: 'Rotate now?' }, options, context);
  const steps = await putIntoEffect(life, rotations, options, context);
  const { facilityName, facilityCode } = life.settings;
  const what = rotations.map(({ name }) => name).join(' and ');
  const answer = {
    command: 'rotate',
    changed: true,
    rotated: rotations.map(({ id }) => id),
    headline: `${facilityName} (${facilityCode}) streams with the new password of ${what}.`,
    notes: rotations.flatMap(({ afterwards }) => afterwards),
    kept: null,
    steps,
    next: ['clinicmaster-cdc status'],
  };
  return lived(life, answer, context);
}

async function putIntoEffect(life: Life, rotations: readonly Rotation[], options: Options, context: Context) {
  const { files } = context;
  const { dir } = life.settings;
  const values = Object.assign({}, ...rotations.map((rotation) => rotation.values));
  const settings: FacilitySettings = Object.assign(
    {},
    life.settings,
    ...rotations.map((rotation) => rotation.settings),
  );
  const former = (await files.read(`${dir}/${ENV_FILE}`)) ?? '';
  const envText = mergeEnv(former, values, 'Written by clinicmaster-cdc rotate');
  const deployment = await facilityDeployment(settings, envText, await imageRecipe(options, context), files);
  // A former container that an upgrade has kept would come back with the former password.
  const kept = await readRecord(files, dir);
  if (kept !== undefined) await finish(kept, dir, context);
  return replaceContainer(
    {
      what: 'rotate',
      life,
      settings,
      deployment,
      change: async () => {
        for (const rotation of rotations) await rotation.change();
      },
      mayGoBack: async (calm) => {
        for (const rotation of rotations) if (!(await rotation.mayGoBack(calm))) return false;
        return true;
      },
    },
    context,
  );
}
