import type { StepHandle, Style } from './output.ts';

/** Where progress is written. */
export interface Screen {
  write(text: string): void;
  /** True where a line can be drawn over. */
  readonly live: boolean;
}

/** A fast step does not flicker: the spinner waits this long. */
const SPINNER_DELAY_MS = 150;
const FRAME_MS = 120;
/** Without a terminal a long step says this often that it is still at it. */
const STILL_MS = 30_000;
const FRAMES = { unicode: ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'], ascii: ['-', '\\', '|', '/'] };

type End = 'done' | 'unchanged' | 'warning' | 'failed';
const SYMBOL = { done: 'pass', unchanged: 'skip', warning: 'warn', failed: 'fail' } as const;

/** Begins a step: live line with a spinner, or plain lines where output is not a terminal. */
export function beginStep(title: string, screen: Screen, style: Style, unicode: boolean): StepHandle {
  const started = Date.now();
  let message = '';
  let frame = 0;
  const frames = unicode ? FRAMES.unicode : FRAMES.ascii;
  const seconds = () => Math.round((Date.now() - started) / 1000);

  const draw = () => {
    const text = `${frames[frame++ % frames.length]} ${title} ${seconds()} s ${message}`;
    screen.write(`\r\u001b[2K${fitted(text, style.width - 1)}`);
  };
  const still = () =>
    screen.write(`  ${title}: still at it after ${seconds()} s${message === '' ? '' : `; ${message}`}\n`);
  let ticker: NodeJS.Timeout | undefined;
  const delay = setTimeout(
    () => {
      if (screen.live) draw();
      else still();
      ticker = setInterval(screen.live ? draw : still, screen.live ? FRAME_MS : STILL_MS);
    },
    screen.live ? SPINNER_DELAY_MS : STILL_MS,
  );

  const end = (state: End, text: string | undefined) => {
    clearTimeout(delay);
    if (ticker !== undefined) clearInterval(ticker);
    if (screen.live) screen.write('\r\u001b[2K');
    const line = `${title}: ${state}${text === undefined || text === '' ? '' : `, ${text}`}`;
    screen.write(`${style.symbol(SYMBOL[state])} ${style.wrap(line, 2).trimStart()}\n`);
  };
  return {
    update: (text) => {
      message = text;
    },
    succeed: (text) => end('done', text),
    unchanged: (text) => end('unchanged', text),
    warn: (text) => end('warning', text),
    fail: (text) => end('failed', text),
  };
}

/** One line that fits: a line that wraps could not be drawn over. */
export function fitted(text: string, width: number): string {
  const [line = ''] = text.split('\n');
  return line.length <= width ? line : `${line.slice(0, Math.max(0, width - 1))}…`;
}
