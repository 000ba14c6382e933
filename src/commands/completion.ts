import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { CliError, EXIT, type ExitCode } from '../errors.ts';
import { bashCompletion } from '../ui/completion/bash.ts';
import { fishCompletion } from '../ui/completion/fish.ts';
import { powershellCompletion } from '../ui/completion/powershell.ts';
import type { CompletionCommand } from '../ui/completion/tree.ts';
import { zshCompletion } from '../ui/completion/zsh.ts';
import { completionTree } from './shared/completion-tree.ts';
import { type CommandModule, examples, type Options } from './shared/module.ts';

/** `completion`: a script that teaches a shell this program's commands, flags and values. */
export const completion: CommandModule = { define, run };

const SHELLS: Record<string, (commands: readonly CompletionCommand[]) => string> = {
  bash: bashCompletion,
  zsh: zshCompletion,
  fish: fishCompletion,
  powershell: powershellCompletion,
};

function define(command: Command): void {
  const shell = command.createArgument('<shell>', 'the shell to complete in');
  shell.argChoices = Object.keys(SHELLS);
  command.addArgument(shell).addHelpText('after', HELP);
}

const HELP = `
Prints a script and changes nothing. It completes the command as it is installed
(npm install -g clinicmaster-cdc), not behind npx.
${examples([
  ['clinicmaster-cdc completion bash > /etc/bash_completion.d/clinicmaster-cdc', 'for everybody, as root'],
  ["echo 'source <(clinicmaster-cdc completion bash)' >> ~/.bashrc", 'for you alone'],
  ['clinicmaster-cdc completion zsh > "${fpath[1]}/_clinicmaster-cdc"', 'zsh, with compinit'],
  ['clinicmaster-cdc completion fish > ~/.config/fish/completions/clinicmaster-cdc.fish', 'fish'],
  ['clinicmaster-cdc completion powershell >> $PROFILE', 'PowerShell'],
])}`;

async function run({ out }: Context, { args }: Options): Promise<ExitCode> {
  const shell = Array.isArray(args) ? (args[0] ?? '').toLowerCase() : '';
  const make = Object.hasOwn(SHELLS, shell) ? SHELLS[shell] : undefined;
  if (make === undefined) {
    throw new CliError('completion.shell', `There is no completion for ${shell}.`, {
      exitCode: EXIT.usage,
      needed: `One of: ${Object.keys(SHELLS).join(', ')}.`,
      commands: ['clinicmaster-cdc completion bash'],
    });
  }
  const script = make(await completionTree());
  out.result({ ok: true, command: 'completion', shell, script }, (data) => data.script.trimEnd());
  return EXIT.ok;
}
