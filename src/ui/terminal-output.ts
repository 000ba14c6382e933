import { checkStream } from './check-stream.ts';
import { causeText, errorData, errorText } from './error-text.ts';
import { type Output, SCHEMA_VERSION } from './output.ts';
import { beginStep, type Screen } from './progress.ts';
import { createStyle } from './style.ts';
import { OUTCOME_WORD } from './verdict-text.ts';

/** How the user wants to be spoken to, and through what. */
export interface OutputOptions {
  format: 'text' | 'json';
  verbose: boolean;
  color: boolean;
  unicode: boolean;
  /** No cursor to move. */
  plain?: boolean;
  width: number;
  /** The answer goes here. */
  stdout: (text: string) => void;
  /** Progress, notes and errors in text form go here. */
  stderr: Screen;
}

/** The output of a run: text, or JSON on stdout with the same progress lines on stderr. */
export function createOutput(options: OutputOptions): Output {
  const { format, verbose, stdout, stderr } = options;
  const style = createStyle(options);
  const say = (text: string) => stderr.write(`${text}\n`);
  const print = (data: object) =>
    stdout(`${JSON.stringify({ schemaVersion: SCHEMA_VERSION, ...data }, null, 2)}\n`);
  return {
    format,
    verbose,
    live: stderr.live,
    heading: (text) => say(`\n${style.bold(style.wrap(text))}`),
    note: (text) => say(style.wrap(text)),
    block: (render) => say(render(style)),
    warn: (text) => say(`${style.symbol('warn')} ${style.wrap(`warning: ${text}`, 2).trimStart()}`),
    detail: (text) => {
      if (verbose) say(style.dim(style.wrap(text, 2)));
    },
    check: (outcome, title, summary) => {
      const line = `${title}: ${OUTCOME_WORD[outcome]}. ${summary}`;
      say(`${style.symbol(outcome)} ${style.wrap(line, 2).trimStart()}`);
    },
    checks: (title) => checkStream(title, stderr, style, options.unicode),
    step: (title) => beginStep(title, stderr, style, options.unicode),
    result: (data, render) => {
      if (format === 'json') print(data);
      else stdout(`${render(data, style)}\n`);
    },
    event: (data, render) => {
      if (format === 'json') stdout(`${JSON.stringify({ schemaVersion: SCHEMA_VERSION, ...data })}\n`);
      else stdout(`${render(data, style)}\n`);
    },
    // Home and clear: the terminal keeps what was there before the command.
    redraw: (data, render) => stdout(`\u001b[H\u001b[2J${render(data, style)}\n`),
    error: (error) => {
      if (format === 'json') print(errorData(error));
      else stderr.write(`\n${errorText(error, style)}`);
      if (verbose) stderr.write(`\n${style.dim(causeText(error))}\n`);
    },
  };
}

/** Reads from the environment and the streams what the terminal can show. `NO_COLOR` wins over everything. */
export function terminalOptions(
  env: Readonly<Record<string, string | undefined>>,
  streams: { stdout: NodeJS.WriteStream; stderr: NodeJS.WriteStream },
  wishes: { json: boolean; verbose: boolean; color: boolean },
  platform: NodeJS.Platform = process.platform,
): OutputOptions {
  const { stdout, stderr } = streams;
  const dumb = env.TERM === 'dumb';
  const terminal = stdout.isTTY === true && stderr.isTTY === true;
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG || '';
  return {
    format: wishes.json ? 'json' : 'text',
    verbose: wishes.verbose,
    color: wishes.color && terminal && !dumb && (env.NO_COLOR ?? '') === '',
    // A Windows console and a Linux console without a UTF-8 locale draw boxes instead of symbols.
    unicode:
      platform === 'win32'
        ? env.WT_SESSION !== undefined || env.TERM_PROGRAM === 'vscode' || env.ConEmuANSI === 'ON'
        : /utf-?8/i.test(locale) && env.TERM !== 'linux',
    plain: dumb,
    width: Math.min(Math.max(terminal ? (stdout.columns ?? 80) : 80, 40), 100),
    stdout: (text) => stdout.write(text),
    stderr: { write: (text) => stderr.write(text), live: terminal && !dumb && env.CI === undefined },
  };
}
