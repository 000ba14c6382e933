import { createStyle, type Look } from '../style.ts';

const FRAMES = ['-', '\\', '|', '/'];
const FRAME_MS = 120;

/** How questions look: the same colours and symbols as everything else, ASCII and plain where the terminal wants it so. */
export function promptTheme(look: Look) {
  const style = createStyle(look);
  return {
    /** Without signs that the terminal does not draw. */
    plain: (text: string) => (look.unicode ? text : text.replaceAll('·', '-')),
    keybindings: [],
    prefix: { idle: style.command('?'), done: style.symbol('pass') },
    spinner: { interval: FRAME_MS, frames: FRAMES },
    icon: { cursor: '>' },
    indexMode: 'number' as const,
    style: {
      answer: style.command,
      message: style.bold,
      error: (text: string) => style.fail(style.wrap(`> ${text}`)),
      defaultAnswer: (text: string) => style.dim(`[${text}]`),
      help: style.dim,
      key: style.command,
      highlight: style.command,
      searchTerm: style.command,
      description: style.dim,
      disabled: style.dim,
    },
  };
}

export type PromptTheme = ReturnType<typeof promptTheme>;
