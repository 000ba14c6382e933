import { type CompletionCommand, FUNCTION, PROGRAM, type Suggestions, short, takingValues } from './tree.ts';

/** Completion for fish: ~/.config/fish/completions/clinicmaster-cdc.fish. */
export function fishCompletion(commands: readonly CompletionCommand[]): string {
  const paths = commands.filter(({ path }) => path !== '');
  return `# fish completion for ${PROGRAM}; made by: ${PROGRAM} completion fish

# Succeeds where the words typed so far lead to the command that is its argument.
function _${FUNCTION}_at
    set -l at
    set -l skip 0
    for word in (commandline -opc)[2..-1]
        if test $skip = 1
            set skip 0
        else if string match -q -- '-*' $word
            switch "$at $word"
                case ${takingPatterns(commands)}
                    set skip 1
            end
        else
            switch (string join ' ' -- $at $word)
                case ${paths.map(({ path }) => quoted(path)).join(' ')}
                    set at (string join ' ' -- $at $word)
            end
        end
    end
    test "$at" = "$argv[1]"
end

complete -c ${PROGRAM} -f
${commands.flatMap(lines).join('\n')}
`;
}

/** `doctor explain --dir`: the flags behind which a value stands. */
function takingPatterns(commands: readonly CompletionCommand[]): string {
  return commands
    .flatMap((command) => takingValues(command).map(({ name }) => quoted(`${command.path} ${name}`)))
    .join(' ');
}

function lines({ path, commands, flags, argument }: CompletionCommand): string[] {
  const head = `complete -c ${PROGRAM} -n ${quoted(`_${FUNCTION}_at ${quoted(path)}`)}`;
  return [
    ...commands.map(({ name, summary }) => `${head} -a ${quoted(name)} -d ${quoted(short(summary))}`),
    ...flags.map(
      ({ name, summary, value }) =>
        `${head} -l ${name.replace(/^--/, '')}${value === undefined ? '' : taking(value)} -d ${quoted(short(summary))}`,
    ),
    ...(argument.kind === 'free' ? [] : [`${head}${suggested(argument)}`]),
  ];
}

function taking(value: Suggestions): string {
  return value.kind === 'files' ? ' -rF' : ` -x${suggested(value)}`;
}

function suggested(value: Suggestions): string {
  if (value.kind === 'files') return ' -F';
  if (value.kind === 'folders') return " -a '(__fish_complete_directories)'";
  return value.kind === 'free' ? '' : ` -a ${quoted(value.words.join(' '))}`;
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
