import type { CliError, Who } from '../errors.ts';
import type { Style } from './output.ts';

/** The person who must act, as the user would say it. */
export const PERSON: Record<Who, string> = {
  you: 'you, on this machine',
  dba: "the facility's DBA or the ClinicMaster vendor",
  'network-admin': 'the network administrator',
  'central-team': 'the central data team',
};

/** What happened · what was seen · what is needed · what to type · who. */
export function errorText(error: CliError, style: Style): string {
  const part = (label: string, text: string) =>
    `\n${`  ${label}`.padEnd(11)}${style.wrap(text, 11).trimStart()}`;
  let text = `${style.symbol('fail')} ${style.wrap(`failed: ${error.message}`, 2).trimStart()}\n`;
  if (error.seen !== undefined) text += part('Seen:', error.seen);
  if (error.needed !== undefined) text += part('Needed:', error.needed);
  if (error.who !== 'you') text += part('Who:', PERSON[error.who]);
  error.commands.forEach((command, index) => {
    // Commands are never wrapped: they are there to be copied.
    text += `\n${`  ${index === 0 ? 'Type:' : ''}`.padEnd(11)}${style.command(command)}`;
  });
  return `${text}\n`;
}

/** What `--json` prints for an error. */
export function errorData(error: CliError) {
  return {
    ok: false,
    error: {
      code: error.code,
      message: error.message,
      seen: error.seen,
      needed: error.needed,
      commands: error.commands,
      who: error.who,
      exitCode: error.exitCode,
    },
  };
}

/** The chain of causes with their stacks, for `--verbose`. */
export function causeText(error: Error): string {
  const lines: string[] = [];
  for (
    let at: unknown = error;
    at !== undefined && lines.length < 10;
    at = at instanceof Error ? at.cause : undefined
  ) {
    lines.push(at instanceof Error ? (at.stack ?? at.message) : String(at));
  }
  return lines.join('\ncaused by: ');
}
