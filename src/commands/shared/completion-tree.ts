import { Command, type Option } from 'commander';
import { FACILITY_CHECKS } from '../../checks/registry.ts';
import { settingsKinds } from '../../settings/kinds.ts';
import type { CompletionCommand, CompletionFlag, Suggestions } from '../../ui/completion/tree.ts';
import { VERBS, type Verb } from '../../verbs.ts';

/** Flags that every command takes (src/cli.ts). */
const EVERYWHERE: readonly CompletionFlag[] = [
  { name: '--json', summary: 'print the answer as JSON on stdout' },
  { name: '--no-color', summary: 'no colours' },
  { name: '--verbose', summary: 'say more, and show the cause of an error' },
  { name: '--help', summary: 'show help' },
];

/** The whole command tree, read from the commands themselves: the program first, then each command before its own ones. */
export async function completionTree(): Promise<CompletionCommand[]> {
  const program: CompletionCommand = {
    path: '',
    summary: '',
    commands: VERBS.map(({ name, summary }) => ({ name, summary })),
    flags: [...EVERYWHERE, { name: '--version', summary: 'print the version' }],
    argument: { kind: 'free' },
  };
  const below = await Promise.all(VERBS.map((verb) => commandTree(verb, '')));
  return [program, ...below.flat()];
}

async function commandTree(
  { name, summary, load, verbs = [] }: Verb,
  parent: string,
): Promise<CompletionCommand[]> {
  const path = parent === '' ? name : `${parent} ${name}`;
  const command = new Command(name);
  (await load?.())?.define(command);
  const argument = command.registeredArguments[0];
  const own: CompletionCommand = {
    path,
    summary,
    commands: verbs.map((verb) => ({ name: verb.name, summary: verb.summary })),
    flags: [...command.options.filter(({ hidden }) => !hidden).map(flagOf), ...EVERYWHERE],
    argument: argument === undefined ? { kind: 'free' } : suggestions(argument.name(), argument.argChoices),
  };
  const below = await Promise.all(verbs.map((verb) => commandTree(verb, path)));
  return [own, ...below.flat()];
}

function flagOf(option: Option): CompletionFlag {
  const name = option.long ?? option.flags;
  const taken = /[<[](.+?)[>\]]$/.exec(option.flags)?.[1];
  // A value that may be missing cannot be waited for: the next word may be a command.
  const value =
    taken === undefined || option.optional ? {} : { value: suggestions(taken, option.argChoices) };
  return { name, summary: option.description, ...value };
}

/** What a placeholder stands for: `file`, `path`, `check,…`. */
function suggestions(placeholder: string, choices: readonly string[] | undefined): Suggestions {
  if (choices !== undefined) return { kind: 'words', words: choices };
  const name = placeholder.replace(/[,;.…]+$/, '');
  if (name === 'file' || name === 'bundle') return { kind: 'files' };
  if (name === 'path' || name === 'folder') return { kind: 'folders' };
  if (name === 'check') {
    return { kind: 'words', words: [...new Set(FACILITY_CHECKS.flatMap(({ id, area }) => [id, area]))] };
  }
  if (name === 'KEY') {
    const { facility, central } = settingsKinds('');
    return {
      kind: 'words',
      words: [...new Set([...facility.fields, ...central.fields].map(({ key }) => key))],
    };
  }
  return { kind: 'free' };
}
