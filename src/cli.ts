import { fileURLToPath } from 'node:url';
import type { Command, CommanderError, Option } from 'commander';
import manifest from '../package.json' with { type: 'json' };
import type { CommandModule, Options } from './commands/shared/module.ts';
import type { Context, Invocation } from './context.ts';
import { CliError, EXIT, type ExitCode } from './errors.ts';
import { foldedHelp } from './ui/help-text.ts';
import type { Output } from './ui/output.ts';
import type { Look } from './ui/style.ts';
import { loadBare, VERBS, type Verb } from './verbs.ts';

/** What a run touches of the process; tests bring their own. */
export interface Shell {
  argv: readonly string[];
  env: Readonly<Record<string, string | undefined>>;
  stdout: NodeJS.WriteStream;
  stderr: NodeJS.WriteStream;
  /** Someone sits at a terminal and may be asked. */
  interactive: boolean;
  signal: AbortSignal;
  /** The composition root; loaded when a command really runs. */
  context(invocation: Invocation): Promise<Context>;
}

const EPILOGUE = `
Start here:
  $ clinicmaster-cdc           asks, tries each answer, checks all, then installs
  $ clinicmaster-cdc <command> --help

Exit codes:
  0 ok   1 bug   2 usage or missing answer   3 failed check or unhealthy
  4 warnings with --strict   130 cancelled

No telemetry. NO_COLOR is honoured.`;

/** Words that say how to speak and not what to do: beside them alone, a command is missing. */
const MANNERS = ['--verbose', '--no-color'];

/** The bin's entry: runs with this process's arguments and sets its exit code. */
export async function main(): Promise<void> {
  // Node's notices of deprecation are for this program's makers; tedious causes one for every IP address.
  process.noDeprecation = true;
  const interrupt = new AbortController();
  // The first Ctrl-C ends the command in order; the second one ends the process.
  process.once('SIGINT', () =>
    import('./ui/cancelled.ts').then(({ cancelled }) => interrupt.abort(cancelled())),
  );
  // `logs | head` takes what it wants and goes: nothing is wrong, and nothing is left to say.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE' || error.code === 'EOF') interrupt.abort(READER_GONE);
    else throw error;
  });
  process.exitCode = await run({
    argv: process.argv.slice(2),
    env: process.env,
    stdout: process.stdout,
    stderr: process.stderr,
    interactive:
      process.stdin.isTTY === true && process.stderr.isTTY === true && (process.env.CI ?? '') === '',
    signal: interrupt.signal,
    context: async (invocation) => (await import('./context.ts')).createContext(invocation),
  });
}

/** Whoever read the output has closed it. */
const READER_GONE = new CliError('reader-gone', 'Nobody reads the output any more.', { exitCode: EXIT.ok });

/** Runs the program once and answers its exit code. Nothing is thrown. */
export async function run(shell: Shell): Promise<ExitCode> {
  let exit: ExitCode = EXIT.ok;
  try {
    if (shell.argv.length === 1 && shell.argv[0] === '--version') {
      // Scripts ask this often: the answer needs no command tree.
      shell.stdout.write(`${manifest.version}\n`);
      return exit;
    }
    if (shell.interactive && shell.argv.every((word) => MANNERS.includes(word))) {
      const argv = await (await loadBare())(await contextOf(shell));
      return argv.length === 0 ? exit : await run({ ...shell, argv: [...argv, ...shell.argv] });
    }
    const program = await buildProgram(shell);
    await addVerbs(program, VERBS, shell, shell.argv, async (module, options) => {
      exit = await module.run(await contextOf(shell), options);
    });
    await program.parseAsync(shell.argv, { from: 'user' });
    return exit;
  } catch (cause) {
    if (isCommanders(cause) && cause.exitCode === 0) return EXIT.ok;
    const error = toCliError(shell.signal.aborted ? shell.signal.reason : cause, shell.argv);
    if (error !== READER_GONE) (await output(shell)).out.error(error);
    return error.exitCode;
  }
}

async function contextOf(shell: Shell): Promise<Context> {
  const packageRoot = fileURLToPath(new URL('..', import.meta.url)).replace(/[\\/]$/, '');
  const { out, look } = await output(shell);
  const interactive = shell.interactive && out.format === 'text';
  const { version } = manifest;
  return shell.context({ out, look, interactive, signal: shell.signal, version, packageRoot });
}

async function buildProgram(shell: Shell): Promise<Command> {
  const { Command } = await import('commander');
  const program = new Command('clinicmaster-cdc')
    .description(manifest.description)
    .version(manifest.version, '--version', 'print the version')
    .option('--json', 'print the answer as JSON on stdout')
    .option('--no-color', 'no colours')
    .option('--verbose', 'say more, and show the cause of an error')
    .addHelpText('after', EPILOGUE);
  return own(program, shell);
}

/** Errors are ours to print; help goes where the program writes. */
function own(command: Command, shell: Shell): Command {
  const helpWidth = Math.min(shell.stdout.columns ?? 80, 100);
  return command
    .exitOverride()
    .helpCommand(false)
    .helpOption('--help', 'show help')
    .showSuggestionAfterError()
    .configureHelp({
      helpWidth,
      minWidthToWrap: 30,
      showGlobalOptions: true,
      visibleGlobalOptions: optionsAbove,
    })
    .configureOutput({
      writeOut: (text) => shell.stdout.write(foldedHelp(text, helpWidth)),
      writeErr: (text) => shell.stderr.write(text),
      outputError: () => {},
    });
}

/** Those of the commands above, without what the command has itself. */
function optionsAbove(command: Command): Option[] {
  const names = command.options.map(({ long }) => long);
  const found: Option[] = [];
  for (let above = command.parent; above !== null; above = above.parent) {
    found.push(...above.options.filter(({ hidden, long }) => !hidden && !names.includes(long)));
  }
  return found;
}

/** Loads the module of the verb that the arguments name, and no other: start-up stays short. */
async function addVerbs(
  parent: Command,
  verbs: readonly Verb[],
  shell: Shell,
  argv: readonly string[],
  start: (module: CommandModule, options: Options) => Promise<void>,
): Promise<void> {
  for (const { name, summary, load, verbs: inner } of verbs) {
    const command = own(parent.command(name).summary(summary).description(`Purpose: ${summary}.`), shell);
    const at = argv.indexOf(name);
    if (at === -1) continue;
    if (inner !== undefined) await addVerbs(command, inner, shell, argv.slice(at + 1), start);
    if (load === undefined) continue;
    const module = await load();
    module.define(command);
    // A flag that a verb shares with the one above it (`central ghosts`, `central ghosts mark`) is found up there.
    command.action(() => start(module, { ...command.optsWithGlobals(), args: command.args }));
  }
}

async function output(shell: Shell): Promise<{ out: Output; look: Look }> {
  const { createOutput, terminalOptions } = await import('./ui/terminal-output.ts');
  const wishes = {
    json: shell.argv.includes('--json'),
    verbose: shell.argv.includes('--verbose'),
    color: !shell.argv.includes('--no-color'),
  };
  const look = terminalOptions(shell.env, shell, wishes);
  return { out: createOutput(look), look };
}

/** The verbs that were typed, as in `sql release`, for the help that fits. */
function verbsOf(argv: readonly string[]): string[] {
  const typed = (verbs: readonly Verb[], words: readonly string[]): string[] => {
    for (const [at, word] of words.entries()) {
      const verb = verbs.find(({ name }) => name === word);
      if (verb !== undefined) return [word, ...typed(verb.verbs ?? [], words.slice(at + 1))];
    }
    return [];
  };
  return typed(VERBS, argv);
}

function toCliError(cause: unknown, argv: readonly string[]): CliError {
  if (cause instanceof CliError) return cause;
  if (isCommanders(cause)) {
    const verb = verbsOf(argv);
    const needsVerb = cause.code === 'commander.help';
    return new CliError('usage', needsVerb ? 'A command is missing.' : sentence(cause.message), {
      exitCode: EXIT.usage,
      needed: 'A command and flags as --help lists them.',
      commands: [['clinicmaster-cdc', ...verb, '--help'].join(' ')],
    });
  }
  return new CliError('bug', 'Something went wrong that this program did not expect.', {
    exitCode: EXIT.bug,
    seen: cause instanceof Error ? cause.message : String(cause),
    needed: 'Please report it, with what --verbose prints.',
    cause,
  });
}

function isCommanders(cause: unknown): cause is CommanderError {
  return cause instanceof Error && cause.name === 'CommanderError';
}

function sentence(message: string): string {
  const text = message.replace(/^error: /, '');
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
