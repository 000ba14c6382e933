import { descent, valueCases } from './cases.ts';
import { type CompletionCommand, FUNCTION, PROGRAM, type Suggestions, short } from './tree.ts';

/** Completion for zsh: a file named _clinicmaster-cdc in a folder of $fpath, or sourced after compinit. */
export function zshCompletion(commands: readonly CompletionCommand[]): string {
  return `#compdef ${PROGRAM}
# zsh completion for ${PROGRAM}; made by: ${PROGRAM} completion zsh

${FUNCTION}() {
  local at='' taking=' ' prev='' skip='' word
  local -a found
  for word in "\${(@)words[2,CURRENT-1]}"; do
    if [[ -n $skip ]]; then skip=''; continue; fi
    if [[ $word == -* ]]; then
      [[ $taking == *" $word "* ]] && skip=1
      prev=$word
      continue
    fi
    case "$at/$word" in
${commands.map(descent).join('')}    esac
  done
  # --flag=value is one word here.
  if [[ -z $skip && $PREFIX == --*=* ]]; then
    prev=\${PREFIX%%=*} skip=1
    compset -P '*='
  fi
  if [[ -n $skip ]]; then
    case "$at/$prev" in
${commands.flatMap((command) => valueCases(command, replyWith)).join('')}      *) _message 'value' ;;
    esac
    return
  fi
  if [[ $PREFIX == -* ]]; then
    case "$at" in
${commands.map(flagCase).join('')}    esac
    _describe -o 'flag' found
    return
  fi
  case "$at" in
${commands.map(wordCase).join('')}  esac
}

if [ "$funcstack[1]" = '_${PROGRAM}' ]; then
  ${FUNCTION} "$@"
else
  compdef ${FUNCTION} ${PROGRAM}
fi
`;
}

function flagCase({ path, flags }: CompletionCommand): string {
  return `      '${path}') found=(${described(flags)}) ;;\n`;
}

function wordCase({ path, commands, argument }: CompletionCommand): string {
  const verbs = commands.length === 0 ? '' : `found=(${described(commands)}); _describe 'command' found`;
  const reply = [verbs, replyWith(argument)].filter((part) => part !== '').join('; ');
  return reply === '' ? '' : `    '${path}') ${reply} ;;\n`;
}

function replyWith(value: Suggestions): string {
  if (value.kind === 'files') return '_files';
  if (value.kind === 'folders') return '_files -/';
  return value.kind === 'free' ? '' : `compadd -- ${value.words.map(quoted).join(' ')}`;
}

/** `name:description`, a colon in either of them escaped. */
function described(items: readonly { name: string; summary: string }[]): string {
  return items
    .map(({ name, summary }) => quoted(`${name}:${short(summary).replaceAll(':', '\\:')}`))
    .join(' ');
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
