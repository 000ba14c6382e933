import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { Context } from '../../context.ts';
import { CliError, EXIT } from '../../errors.ts';
import { isCertificate } from '../../settings/certificate.ts';
import type { Options } from './module.ts';

/** Text of the PEM file that a flag names; undefined when the flag is not given. */
export async function certificateFrom(
  options: Options,
  option: string,
  context: Context,
): Promise<string | undefined> {
  const path = options[option];
  if (typeof path !== 'string') return undefined;
  const pem = await context.files.read(resolve(context.host.cwd, path));
  if (pem !== undefined && isCertificate(pem)) return pem;
  throw new CliError('settings.certificate', `${path} is no certificate.`, {
    exitCode: EXIT.usage,
    seen:
      pem === undefined
        ? 'there is no such file'
        : 'no readable certificate in PEM form (BEGIN CERTIFICATE) in it',
    needed: 'The CA certificate in PEM form. A DER file (.cer, .der) is converted by the command below.',
    commands: [`openssl x509 -inform der -in ${path} -out ca.pem`],
  });
}

/** The flag for the CA of Kafka, shared by facility and sink. */
export function addKafkaCaFlag(command: Command): void {
  command.option('--kafka-ca <file>', 'CA certificate (PEM) of Kafka; else the public CAs count');
}
