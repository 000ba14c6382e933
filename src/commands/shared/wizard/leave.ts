import { CliError, EXIT } from '../../../errors.ts';
import { flagName } from '../../../settings/field.ts';
import { CERTIFICATES, type WizardState } from './state.ts';

/** The user leaves. Nothing was written; what was typed comes back as flags, passwords excepted. */
export function leave(state: WizardState): CliError {
  const flags = state.trail.flatMap((key) => {
    const field = state.fields.find((other) => other.key === key);
    const value = state.values[key] ?? '';
    const flag = field === undefined ? CERTIFICATES[key as 'kafkaCa']?.flag : flagName(field);
    return flag === undefined || value === '' || value === field?.default ? [] : [`${flag} ${quoted(value)}`];
  });
  return new CliError('cancelled', 'Cancelled. Nothing was changed.', {
    exitCode: EXIT.cancelled,
    needed:
      flags.length === 0
        ? 'Start the same command again when you are ready.'
        : 'To go on without typing it all again (passwords are asked for):',
    commands: flags.length === 0 ? [] : [`clinicmaster-cdc init ${flags.join(' \\\n    ')}`],
  });
}

/** For a POSIX shell; a word without signs stays as it is. */
function quoted(value: string): string {
  return /^[\w@%+=:,./-]+$/.test(value) ? value : `'${value.replaceAll("'", `'\\''`)}'`;
}
