import type { Command } from 'commander';
import type { Context } from '../../context.ts';
import { facilityDir, loadFacility } from '../../install/facility-folder.ts';
import type { FacilitySettings } from '../../settings/facility.ts';
import type { Options } from './module.ts';

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
  return facilityDir(context.files, context.host, dir, instance.replace(/^-/, ''));
}

/** The facility that is installed here. @throws CliError (usage) when there is none */
export async function openFacility(context: Context, options: Options): Promise<FacilitySettings> {
  return loadFacility(context.files, await chosenDir(context, options), context.version);
}
