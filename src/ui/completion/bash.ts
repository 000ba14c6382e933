import { descent, valueCases } from './cases.ts';
import { type CompletionCommand, FUNCTION, PROGRAM, type Suggestions } from './tree.ts';

/** Completion for bash 3.2 and newer; needs no bash-completion package. */
export function bashCompletion(commands: readonly CompletionCommand[]): string {
  return `# bash completion for ${PROGRAM}; made by: ${PROGRAM} completion bash

${FUNCTION}_files() {
  compopt -o filenames 2>/dev/null
  local IFS=$'\\n'
  COMPREPLY=($(compgen "$1" -- "$2"))
}

${FUNCTION}() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev='' at='' taking=' ' skip='' word i
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    # bash breaks --flag=value into three words.
    if [[ $word == '=' ]]; then skip=1; continue; fi
    if [[ -n $skip ]]; then skip=''; continue; fi
    if [[ $word == -* ]]; then
      [[ $taking == *" $word "* ]] && skip=1
      prev=$word
      continue
    fi
    case "$at/$word" in
${commands.map(descent).join('')}    esac
  done
  [[ $cur == '=' ]] && { cur=''; skip=1; }
  if [[ -n $skip ]]; then
    case "$at/$prev" in
${commands.flatMap((command) => valueCases(command, replyWith)).join('')}    esac
    return
  fi
  if [[ $cur == -* ]]; then
    case "$at" in
${commands.map(flagCase).join('')}    esac
    return
  fi
  case "$at" in
${commands.map(wordCase).join('')}  esac
}

complete -F ${FUNCTION} ${PROGRAM}
`;
}

function flagCase({ path, flags }: CompletionCommand): string {
  return `      '${path}') ${replyWith({ kind: 'words', words: flags.map(({ name }) => name) })} ;;\n`;
}

function wordCase({ path, commands, argument }: CompletionCommand): string {
  const words = [...commands.map(({ name }) => name), ...(argument.kind === 'words' ? argument.words : [])];
  const reply = replyWith(words.length > 0 ? { kind: 'words', words } : argument);
  return reply === '' ? '' : `    '${path}') ${reply} ;;\n`;
}

function replyWith(value: Suggestions): string {
  if (value.kind === 'files') return `${FUNCTION}_files -f "$cur"`;
  if (value.kind === 'folders') return `${FUNCTION}_files -d "$cur"`;
  if (value.kind === 'free') return '';
  return `COMPREPLY=($(compgen -W '${value.words.join(' ')}' -- "$cur"))`;
}
