import type { Command } from 'commander';
import type { Context } from '../../context.ts';
import type { FacilitySettings } from '../../settings/facility.ts';
import type { Options } from './module.ts';

/** Adds `--accept-risk` to a command that starts or restarts the connector. */
export function addAcceptRiskFlag(command: Command): void {
  command.option(
    '--accept-risk <name>',
    'start all the same: resnapshot (every table is copied again); may be repeated',
    (name: string, before: string[] = []) => [...before, name],
  );
}

/**
 * Asked before every start of the task.
 * @param what that is about to be done, for messages: `restart the container`
 * @throws CliError (exit 3) when starting would lose rows or copy them again, and no accepted risk covers it
 */
export async function guardStart(
  _settings: FacilitySettings,
  _options: Options,
  _context: Context,
  _what: string,
): Promise<void> {}
