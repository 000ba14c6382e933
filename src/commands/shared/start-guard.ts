import type { Context } from '../../context.ts';
import type { FacilitySettings } from '../../settings/facility.ts';
import type { Options } from './module.ts';

/**
 * Asked before every start of the task.
 * @param what that is about to start it, for messages: `start`
 * @throws CliError (exit 3) when starting would lose rows or copy them again, and no accepted risk covers it
 */
export async function guardStart(
  _settings: FacilitySettings,
  _options: Options,
  _context: Context,
  _what: string,
): Promise<void> {}
