import type { Command } from 'commander';
import type { Context } from '../../context.ts';
import { CliError, EXIT } from '../../errors.ts';
import { installDir, loadFacility } from '../../install/facility-folder.ts';
import type { FacilitySettings } from '../../settings/facility.ts';
import type { Values } from '../../settings/field.ts';
import { quoted } from '../../shell.ts';
import type { Options } from './module.ts';
import { type Looked, noticeVersions } from './versions.ts';

/** Flags that say which facility of this machine is meant. */
export function addFacilityFlags(command: Command): void {
  command
    .option('--dir <path>', 'folder that holds the .env of the facility')
    .option('--instance <name>', 'second installation on the same machine');
}

/** The folder that the flags (or INSTANCE) mean. */
export function chosenDir(context: Context, options: Options): Promise<string> {
  const dir = typeof options.dir === 'string' ? options.dir : undefined;
  const instance =
    typeof options.instance === 'string' ? options.instance : (context.host.env.INSTANCE ?? '');
  const wish = { dir, suffix: instance.replace(/^-/, ''), marker: 'FACILITY_DHIS2_CODE' } as const;
  return installDir(context.files, context.host, wish);
}

/**
 * The facility that is installed here. Parts of another version than this program are told.
 * @throws CliError (usage) when there is none
 */
export async function openFacility(context: Context, options: Options): Promise<FacilitySettings> {
  const { settings, notice } = await facilityHere(context, options);
  await notice();
  return settings;
}

/**
 * The same for a command that has more to do meanwhile: `notice` tells of other versions and takes up to 0.6 s.
 * @throws CliError (usage) when there is no facility
 */
export async function facilityHere(
  context: Context,
  options: Options,
): Promise<{ settings: FacilitySettings; notice: () => Promise<void> }> {
  const settings = await loadFacility(context.files, await chosenDir(context, options), context.version);
  return { settings, notice: () => noticeVersions(lookedAt(settings), context) };
}

/** What {@link noticeVersions} looks at. */
function lookedAt({ dir, instance, facilityId, restPort }: FacilitySettings): Looked {
  return { dir, instance, connector: { facilityId, restPort } };
}

/**
 * A folder keeps its facility: with another code the connector would begin anew, copy every table again and leave the
 * old facility without anybody to stream it.
 */
export function sameFacility(
  existing: Values | undefined,
  settings: FacilitySettings,
  { host }: Context,
): void {
  const code = existing?.FACILITY_DHIS2_CODE ?? '';
  const id = existing?.FACILITY_ID || code;
  if (code === '' || (code === settings.facilityCode && id === settings.facilityId)) return;
  throw new CliError('settings.other-facility', `The folder ${settings.dir} belongs to another facility.`, {
    exitCode: EXIT.usage,
    seen: `FACILITY_DHIS2_CODE ${code}, facility id ${id}`,
    needed:
      `The same code, or another place for ${settings.facilityCode}. A facility whose code itself changes goes on in another folder, ` +
      'together with the central team: docs/playbooks/changed-code.md.',
    commands: [
      'clinicmaster-cdc init --instance second',
      `clinicmaster-cdc init --code ${quoted(settings.facilityCode, host)} --dir NEW_FOLDER --carry-from ${quoted(settings.dir, host)}`,
    ],
  });
}
