import type { Outcome } from '../checks/types.ts';
import type { CliError } from '../errors.ts';

/** Version of every `--json` answer; raised when a field changes its meaning or goes away. */
export const SCHEMA_VERSION = 1;

/**
 * The only way to the user's eyes. Progress goes to stderr, the answer to stdout, so that a pipe gets the answer alone.
 * Two implementations: text (text-output.ts) and JSON (json-output.ts).
 */
export interface Output {
  readonly format: 'text' | 'json';
  readonly verbose: boolean;
  /** True at a terminal that can be drawn over. */
  readonly live: boolean;

  /** A headline above a group of steps. */
  heading(text: string): void;
  /** One line of progress or explanation; wrapped at the terminal's width. */
  note(text: string): void;
  /** The same, laid out by the caller: several lines, commands that are never wrapped. */
  block(render: (style: Style) => string): void;
  warn(text: string): void;
  /** Only with `--verbose`. */
  detail(text: string): void;
  /** Begins a step. Without a terminal each end prints one line; with one, a spinner appears after a short delay. */
  step(title: string): StepHandle;
  /** Shows checks as they finish. */
  checks(title: string): CheckStream;
  /** One finished check, on one line. */
  check(outcome: Outcome, title: string, summary: string): void;
  /**
   * The answer of the command, once. JSON prints `{schemaVersion, …data}`; text prints what `render` returns,
   * so both views come from the same data.
   */
  result<T extends object>(data: T, render: (data: T, style: Style) => string): void;
  /** One of many answers: JSON prints `{schemaVersion, …data}` on one line, text prints what `render` returns. */
  event<T extends object>(data: T, render: (data: T, style: Style) => string): void;
  /** The answer in place of the one before, on an empty screen. Only where the output is {@link live} and text. */
  redraw<T extends object>(data: T, render: (data: T, style: Style) => string): void;
  /** The error that ends the command. */
  error(error: CliError): void;
}

export interface StepHandle {
  /** What is going on now; replaces the former message. */
  update(message: string): void;
  /** Ends the step: done something. */
  succeed(message?: string): void;
  /** Ends the step: there was nothing to do. */
  unchanged(message?: string): void;
  warn(message?: string): void;
  fail(message?: string): void;
}

/** Results as they come, until the answer takes their place. */
export interface CheckStream {
  add(outcome: Outcome, title: string, summary: string): void;
  end(): void;
}

/** Colours and symbols that fit the terminal; a state is always a word and a symbol, never colour alone. */
export interface Style {
  /** Columns to wrap at. */
  readonly width: number;
  ok(text: string): string;
  warn(text: string): string;
  fail(text: string): string;
  dim(text: string): string;
  bold(text: string): string;
  command(text: string): string;
  symbol(state: Outcome): string;
  /** Rows under heads, wrapped to the width; cells may hold wide characters. */
  table(head: readonly string[], rows: readonly (readonly string[])[]): string;
  wrap(text: string, indent?: number): string;
}
