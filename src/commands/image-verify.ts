import type { Command } from 'commander';
import { CENTRAL_CONTAINER, facilityNames } from '../connector/names.ts';
import type { Context } from '../context.ts';
import { EXIT, type ExitCode } from '../errors.ts';
import { readEnvValues } from '../install/facility-folder.ts';
import { checkedFile } from '../install/image/file.ts';
import { verifyImage } from '../install/image/verify.ts';
import { digestOf } from '../settings/image-pin.ts';
import { verifiedText } from '../ui/image-text.ts';
import {
  addTargetFlags,
  fileArgument,
  type ImageTarget,
  imagePorts,
  imageTarget,
} from './shared/image-target.ts';
import { type CommandModule, examples, type Options } from './shared/module.ts';

/** `image verify`: is it the image that was pinned, everywhere? */
export const imageVerify: CommandModule = { define, run };

function define(command: Command): void {
  addTargetFlags(command);
  command
    .argument('[file]', 'an image file to compare as well, with its checksum')
    .addHelpText('after', HELP);
}

const HELP = `
Compares the image on this machine, the running container and, if named, a file with
the pin in .env (IMAGE_PIN): id and digest, role, version, kind of processor.
Exit code 3 when one of them is another image.
${examples([
  ['clinicmaster-cdc image verify', 'image and container against the pin'],
  ['clinicmaster-cdc image verify /media/usb/image-facility.tar.gz', 'the file too'],
])}`;

async function run(context: Context, options: Options): Promise<ExitCode> {
  const { out, version } = context;
  const wanted = await imageTarget(context, options);
  const { target, reference, pin } = wanted;
  const ports = await imagePorts(context);
  const path = fileArgument(options, context);
  const [image, container, info] = await Promise.all([
    ports.docker.image(reference),
    containerName(wanted, context).then((name) => ports.docker.container(name)),
    ports.docker.info(),
  ]);
  const machine = info.architecture;
  const file = path === undefined ? undefined : await checkedFile(path, wanted, machine, ports);
  const findings = verifyImage({ reference, target, version, pin, image, container, machine, file });
  const ok = findings.every(({ outcome }) => outcome !== 'fail');
  const digest = image === undefined ? null : digestOf(reference, image);
  const next = ok
    ? []
    : ['clinicmaster-cdc image load FILE', 'clinicmaster-cdc init --repin   (if it is meant)'];
  const data = { image: reference, id: image?.id ?? null, digest, pin: pin ?? null, findings, next };
  out.result({ ok, command: 'image verify', changed: false, ...data }, verifiedText);
  return ok ? EXIT.ok : EXIT.failed;
}

/** The container of the installation; the first one's name where none stands there. */
async function containerName({ target, dir }: ImageTarget, { files }: Context): Promise<string> {
  if (target === 'central') return CENTRAL_CONTAINER;
  const env = await readEnvValues(files, dir);
  const id = env?.FACILITY_ID || env?.FACILITY_DHIS2_CODE || 'none';
  return facilityNames(id, (env?.INSTANCE ?? '').replace(/^-/, '')).container;
}
