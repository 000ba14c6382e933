/** Exit codes of the program (documented in `--help` and docs/exit-codes.md). */
export const EXIT = { ok: 0, bug: 1, usage: 2, failed: 3, warnings: 4, cancelled: 130 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Who has to act on a problem. */
export type Who = 'you' | 'dba' | 'network-admin' | 'central-team';

/**
 * An error that a user can meet. `message` says what happened, `seen` what was observed, `needed` what should be,
 * `commands` the exact next step and `who` the person who must take it. `cause` keeps the original for `--verbose`.
 */
export class CliError extends Error {
  readonly code: string;
  readonly exitCode: ExitCode;
  readonly seen: string | undefined;
  readonly needed: string | undefined;
  readonly commands: readonly string[];
  readonly who: Who;

  constructor(
    code: string,
    message: string,
    detail: {
      exitCode?: ExitCode;
      seen?: string;
      needed?: string;
      commands?: readonly string[];
      who?: Who;
      cause?: unknown;
    } = {},
  ) {
    super(message, detail.cause === undefined ? undefined : { cause: detail.cause });
    this.name = 'CliError';
    this.code = code;
    this.exitCode = detail.exitCode ?? EXIT.failed;
    this.seen = detail.seen;
    this.needed = detail.needed;
    this.commands = detail.commands ?? [];
    this.who = detail.who ?? 'you';
  }
}
