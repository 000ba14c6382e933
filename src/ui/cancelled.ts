import { CliError, EXIT } from '../errors.ts';

/** Ctrl-C: nothing is lost, the next run goes on. */
export function cancelled(): CliError {
  return new CliError('cancelled', 'Cancelled.', {
    exitCode: EXIT.cancelled,
    needed: 'Start the same command again; it goes on where this one stopped.',
  });
}
