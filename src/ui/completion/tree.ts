/** What can stand in a place of the command line. */
export type Suggestions =
  | { kind: 'words'; words: readonly string[] }
  | { kind: 'files' }
  | { kind: 'folders' }
  /** Something that only the user knows. */
  | { kind: 'free' };

export interface CompletionFlag {
  /** `--db-host`. */
  name: string;
  summary: string;
  /** Absent: it takes no value. */
  value?: Suggestions;
}

/** One command, with all that may follow it. */
export interface CompletionCommand {
  /** Words after the program's name: `doctor explain`; empty for the program itself. */
  path: string;
  summary: string;
  /** Names of its sub-commands. */
  commands: readonly { name: string; summary: string }[];
  flags: readonly CompletionFlag[];
  /** What its arguments may be. */
  argument: Suggestions;
}

/** The program's name, as it is typed. */
export const PROGRAM = 'clinicmaster-cdc';
/** The same, where a shell wants a name of letters. */
export const FUNCTION = '_clinicmaster_cdc';

/** Flags that take a value which the user types next: what stands behind them is no command. */
export function takingValues(command: CompletionCommand): CompletionFlag[] {
  return command.flags.filter(({ value }) => value !== undefined);
}

/** The first sentence, without a full stop: shells show it beside the word. */
export function short(summary: string): string {
  return (summary.split(/\.\s|;/)[0] ?? '').replace(/\.$/, '');
}
