import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { Context } from '../../context.ts';
import { CliError, EXIT } from '../../errors.ts';
import { type Enrolment, readEnrolment } from '../../settings/enrolment.ts';
import { facilityFields } from '../../settings/fields.ts';
import type { Options } from './module.ts';

/** Rights of the group and of everybody else. */
const OTHERS = 0o077;

export function addEnrolmentFlag(command: Command): void {
  command.option('--enrolment <file>', 'file from the central team that answers most of it');
}

/**
 * The enrolment that `--enrolment` names; undefined without the flag.
 * @throws CliError (usage) when there is no such file, or it cannot be used
 */
export async function enrolmentFrom(options: Options, context: Context): Promise<Enrolment | undefined> {
  const name = options.enrolment;
  if (typeof name !== 'string') return undefined;
  const content = await context.files.read(resolve(context.host.cwd, name));
  if (content !== undefined) return readEnrolment(content, name, facilityFields(context.version));
  throw new CliError('settings.enrolment', `There is no file ${name}.`, {
    exitCode: EXIT.usage,
    needed: 'The path of the enrolment file that the central team has issued for this facility.',
  });
}

/** Warns where others on this machine may read the file: it holds the Kafka password. */
export async function warnOfReaders(options: Options, { files, host, out }: Context): Promise<void> {
  const name = options.enrolment;
  if (typeof name !== 'string') return;
  const mode = await files.mode(resolve(host.cwd, name));
  if (mode !== undefined && (mode & OTHERS) !== 0) {
    out.warn(`${name} holds a password and others on this machine may read it. Run: chmod 600 ${name}`);
  }
}

/** After a successful installation: what becomes of the file. */
export function tellOfEnrolment(options: Options, { out, host }: Context): void {
  if (typeof options.enrolment !== 'string') return;
  const remove = host.platform === 'win32' ? 'del' : 'rm';
  out.note(
    `${options.enrolment} holds the Kafka password. It is in .env now, so the file is not needed any more: ${remove} ${options.enrolment}`,
  );
}
