import { CliError, EXIT } from '../../../errors.ts';
import { flagName } from '../../../settings/field.ts';
import { quoted } from '../../../shell.ts';
import { CERTIFICATES, type WizardState } from './state.ts';

/** The user leaves. Nothing was written; what was typed comes back as flags, passwords excepted. */
export function leave(state: WizardState): CliError {
  const typist = { platform: state.windows ? 'win32' : 'linux' };
  const own = ({ key }: { key: string }) => ['prompt', 'flag'].includes(state.sources[key] ?? '');
  const answers = state.fields
    .filter((field) => own(field) && state.values[field.key] !== field.default)
    .map((field) => [flagName(field), state.values[field.key] ?? ''] as const);
  const files = Object.entries(CERTIFICATES).map(
    ([key, { flag }]) => [flag, state.values[key] ?? ''] as const,
  );
  const flags = [...answers, ...files].flatMap(([flag, value]) =>
    flag === undefined || value === '' ? [] : [`${flag} ${quoted(value, typist)}`],
  );
  if (state.chosenDir) flags.unshift(`--dir ${quoted(state.dir, typist)}`);
  return new CliError('cancelled', 'Cancelled. Nothing was changed.', {
    exitCode: EXIT.cancelled,
    needed:
      state.trail.length === 0
        ? 'Start the same command again when you are ready.'
        : 'To go on without typing it all again (passwords are asked for):',
    commands:
      state.trail.length === 0
        ? []
        : [`clinicmaster-cdc init ${flags.join(state.windows ? ' ' : ' \\\n    ')}`],
  });
}
