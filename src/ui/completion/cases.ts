import { type CompletionCommand, type Suggestions, takingValues } from './tree.ts';

/** Branches of a `case` that bash and zsh read alike. */

/** Recognises a sub-command, and from there on which of its flags take a value. */
export function descent(command: CompletionCommand): string {
  if (command.path === '') return '';
  const parts = command.path.split(' ');
  const name = parts.pop() ?? '';
  const taking = takingValues(command).map((flag) => flag.name);
  return `      '${parts.join(' ')}/${name}') at='${command.path}' taking=' ${taking.join(' ')} ' ;;\n`;
}

/** What may stand behind each flag that takes a value. @param replyWith the shell's own words; empty for none */
export function valueCases(
  { path, flags }: CompletionCommand,
  replyWith: (value: Suggestions) => string,
): string[] {
  return flags.flatMap(({ name, value }) => {
    const reply = value === undefined ? '' : replyWith(value);
    return reply === '' ? [] : [`      '${path}/${name}') ${reply} ;;\n`];
  });
}
