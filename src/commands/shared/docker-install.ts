import type { Command } from 'commander';
import type { Context } from '../../context.ts';
import { CliError } from '../../errors.ts';
import { mayAsk } from './agree.ts';
import type { Options } from './module.ts';

export function addDockerFlag(command: Command): void {
  command.option('--install-docker', 'install Docker when there is none (root, Debian and Ubuntu)');
}

/**
 * Where there is no Docker and this program could install it: does so with `--install-docker`, asks for it at a terminal, and else
 * leaves it to the checks to say what to run. Never silently.
 * @throws CliError when the installation fails
 */
export async function offerDocker(context: Context, options: Options): Promise<void> {
  const { host, out, signal } = context;
  const wanted = options.installDocker === true;
  const asks = mayAsk(context, options);
  if (!wanted && !asks) return;
  const absent = await absence(context);
  if (absent === undefined) return;
  if (absent.code !== 'docker.absent') {
    if (wanted) out.warn(`Docker is not installed by this program here. ${absent.message}`);
    return;
  }
  if (!host.privileged) {
    if (wanted) throw needsRoot(absent);
    return;
  }
  if (!wanted) {
    out.note(`${absent.message} ${absent.needed ?? ''}`);
    const prompts = await context.prompts();
    const question = 'Install it now (apt-get install docker.io), and start it at every boot?';
    if (!(await prompts.confirm(question, true))) return;
  }
  const setup = await context.dockerSetup();
  const step = out.step('Docker');
  try {
    await setup.install((message) => step.update(message), signal);
  } catch (cause) {
    step.fail();
    throw cause;
  }
  const { serverVersion } = await (await context.docker()).info();
  step.succeed(`docker.io ${serverVersion} installed and running`);
}

/** Why no Engine answers; undefined when one does. */
async function absence({ docker }: Context): Promise<CliError | undefined> {
  try {
    await docker();
    return undefined;
  } catch (cause) {
    if (cause instanceof CliError) return cause;
    throw cause;
  }
}

function needsRoot({ seen }: CliError): CliError {
  return new CliError('docker.install-needs-root', 'Only root can install Docker.', {
    ...(seen && { seen }),
    needed: 'The same command as root.',
    commands: ['sudo clinicmaster-cdc init --install-docker'],
  });
}
