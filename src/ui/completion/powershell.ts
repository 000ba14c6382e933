import { type CompletionCommand, PROGRAM, type Suggestions, short } from './tree.ts';

/** Completion for PowerShell 5.1 and newer; dot-source it from $PROFILE. */
export function powershellCompletion(commands: readonly CompletionCommand[]): string {
  return `# PowerShell completion for ${PROGRAM}; made by: ${PROGRAM} completion powershell

Register-ArgumentCompleter -Native -CommandName '${PROGRAM}', '${PROGRAM}.cmd' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    # Each command: its sub-commands, its flags, what its arguments may be. A flag's value: @() is anything.
    $commands = @{
${commands.map(entry).join('')}    }

    $at = ''
    $flag = ''
    foreach ($element in ($commandAst.CommandElements | Select-Object -Skip 1)) {
        if ($element.Extent.EndOffset -ge $cursorPosition -and $wordToComplete -ne '') { break }
        $word = $element.ToString().Trim("'", '"')
        if ($flag -ne '') { $flag = ''; continue }
        if ($word.StartsWith('-')) {
            if ($commands[$at].Values.ContainsKey($word)) { $flag = $word }
            continue
        }
        $next = "$at $word".Trim()
        if ($commands.ContainsKey($next)) { $at = $next }
    }

    $found =
        if ($flag -ne '') { $commands[$at].Values[$flag] | ForEach-Object { @{ Text = $_; Tip = $_ } } }
        elseif ($wordToComplete.StartsWith('-')) { $commands[$at].Flags }
        else { $commands[$at].Words }
    # Nothing to offer: PowerShell completes paths by itself.
    $found | Where-Object { $_.Text -like "$wordToComplete*" } | ForEach-Object {
        [System.Management.Automation.CompletionResult]::new($_.Text, $_.Text, 'ParameterValue', $_.Tip)
    }
}
`;
}

function entry({ path, commands, flags, argument }: CompletionCommand): string {
  const words = [...commands, ...wordsOf(argument).map((name) => ({ name, summary: name }))];
  const values = flags.flatMap(({ name, value }) =>
    value === undefined ? [] : [`${quoted(name)} = @(${wordsOf(value).map(quoted).join(', ')})`],
  );
  return `        ${quoted(path)} = @{
            Words = @(${items(words)})
            Flags = @(${items(flags)})
            Values = @{ ${values.join('; ')} }
        }
`;
}

function wordsOf(value: Suggestions): readonly string[] {
  return value.kind === 'words' ? value.words : [];
}

function items(all: readonly { name: string; summary: string }[]): string {
  return all
    .map(({ name, summary }) => `@{ Text = ${quoted(name)}; Tip = ${quoted(short(summary))} }`)
    .join(', ');
}

/** A tip must not be empty; quotes are doubled, typographic ones too, since PowerShell takes them for quotes. */
function quoted(text: string): string {
  return `'${text.replace(/['‘’‚‛]/g, '$&$&')}'`;
}
