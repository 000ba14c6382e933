import { resolve } from 'node:path';
import type { Command } from 'commander';
import { collect } from '../bundle/collect.ts';
import { envSecrets, maskedEnv } from '../bundle/masked-env.ts';
import { seal } from '../bundle/seal.ts';
import { doctorReport } from '../checks/doctor-report.ts';
import { FACILITY_CHECKS } from '../checks/registry.ts';
import { facilityNames } from '../connector/names.ts';
import type { Context } from '../context.ts';
import { EXIT, type ExitCode } from '../errors.ts';
import { FACILITY_COMPOSE } from '../install/facility-deployment.ts';
import { ENV_FILE } from '../install/facility-folder.ts';
import type { FacilitySettings } from '../settings/facility.ts';
import { facilityFields } from '../settings/fields.ts';
import { secretsOf } from '../settings/redact.ts';
import { type BundleContents, bundleLines, bundleText } from '../ui/bundle-text.ts';
import { doctorText } from '../ui/doctor-text.ts';
import { createStyle } from '../ui/style.ts';
import { agree } from './shared/agree.ts';
import { addFacilityFlags, openFacility } from './shared/facility.ts';
import { type CommandModule, examples, type Options } from './shared/module.ts';
import { addOfflineFlags, offlineBundle } from './shared/offline-bundle.ts';
import { facilityOf, thisSite } from './shared/site.ts';
import { typed } from './shared/typed.ts';

/** `bundle`: what somebody elsewhere needs to help, in one file that holds no password and no patient. */
export const bundle: CommandModule = { define, run };

/** It tells much about a network: only its owner may read it. */
const BUNDLE_MODE = 0o600;
/** How report.txt looks. */
const PAPER = createStyle({ width: 80, color: false, unicode: true });

function define(command: Command): void {
  addFacilityFlags(command);
  addOfflineFlags(command);
  command
    .option('--out <file>', 'file to write; else named after the facility and the time, in this folder')
    .option('--deep', 'with the checks too that take long or leave a trace')
    .option('--yes', 'ask nothing')
    .addHelpText('after', HELP);
}

const HELP = `
Shows what it has collected and asks before it writes. Passwords are taken out in
every spelling, and so are values of rows that a log quotes. Addresses stay.
With --offline it is something else: program, image, checksums and start scripts, to
install a facility on a machine that has no internet.
${examples([
  ['clinicmaster-cdc bundle', 'collect, show the list, ask, write'],
  ['clinicmaster-cdc bundle --yes --out b.tgz', 'for a script'],
  ['clinicmaster-cdc doctor --from b.tgz', 'at the other end: the same verdicts'],
  ['clinicmaster-cdc bundle --offline /media/usb/clinicmaster-cdc', 'an installation for a USB stick'],
])}`;

async function run(context: Context, options: Options): Promise<ExitCode> {
  if (options.offline !== undefined) return offlineBundle(context, options);
  const { out, clock, files, host } = context;
  const settings = await openFacility(context, options);
  const createdMs = clock.now();
  const { sealed, missing } = await gather(settings, options.deep === true, createdMs, context);
  const path = resolve(
    host.cwd,
    typeof options.out === 'string' ? options.out : fileName(settings, createdMs),
  );
  const packed = await (await context.archive()).pack(sealed, createdMs);
  const contents: BundleContents = {
    path,
    bytes: packed.byteLength,
    files: sealed.map(({ path: name, what, content }) => ({
      path: name,
      what,
      bytes: Buffer.byteLength(content),
    })),
    missing,
  };
  for (const line of bundleLines(contents)) out.note(line);
  await agree(
    {
      question: `Write ${contents.path}?`,
      nobody: {
        code: 'bundle.not-agreed',
        message: 'Nobody can be asked whether this may be written.',
        needed: 'Look at the list above, then give --yes.',
        commands: [`${typed('bundle', options, host)} --yes`],
      },
      no: { code: 'cancelled', message: 'Cancelled; nothing was written.' },
    },
    options,
    context,
  );
  await files.writeAtomically(path, packed, BUNDLE_MODE);
  out.result({ ok: true, command: 'bundle', ...contents }, bundleText);
  return EXIT.ok;
}

/** Checks, then everything that explains them, ready to leave. */
async function gather(settings: FacilitySettings, deep: boolean, createdMs: number, context: Context) {
  const { files, version, docker } = context;
  const { dir } = settings;
  const checks = await thisSite(FACILITY_CHECKS, settings, deep, context).look([], true);
  const system = context.system();
  const { files: collected, missing } = await collect({
    names: facilityNames(settings.facilityId, settings.instance),
    image: settings.image,
    version,
    system,
    docker,
    connect: await context.connect(settings.restPort),
    compose: { name: FACILITY_COMPOSE, text: await files.read(`${dir}/${FACILITY_COMPOSE}`) },
  });
  const env = (await files.read(`${dir}/${ENV_FILE}`)) ?? '';
  const fields = facilityFields(version);
  const sealed = seal({
    settings,
    secrets: [...secretsOf(settings), ...envSecrets(env, fields)],
    checks,
    env: maskedEnv(env, fields),
    report: `${doctorText(doctorReport(checks, facilityOf(settings)), PAPER)}\n`,
    collected,
    missing,
    hostname: system.hostname,
    createdAt: new Date(createdMs).toISOString(),
    version,
  });
  return { sealed, missing };
}

/** `clinicmaster-cdc-A1-20261124-0800.tgz`, by UTC. */
function fileName({ facilityId }: FacilitySettings, createdMs: number): string {
  const [date = '', time = ''] = new Date(createdMs).toISOString().split('T');
  return `clinicmaster-cdc-${facilityId}-${date.replaceAll('-', '')}-${time.slice(0, 5).replace(':', '')}.tgz`;
}
