import type { Context } from '../context.ts';
import { readEnvValues } from '../install/facility-folder.ts';
import { chosenDir } from './shared/facility.ts';

/**
 * The program was started without a command at a terminal: what shall run? Where nothing is installed it is `init`, which asks;
 * else the user chooses.
 * @returns the arguments of the command; none when the user only looked
 */
export async function bare(context: Context): Promise<readonly string[]> {
  const { out } = context;
  const dir = await chosenDir(context, {});
  const existing = await readEnvValues(context.files, dir);
  if (existing === undefined) {
    out.note(
      'No facility is installed here yet, so this installs one. (clinicmaster-cdc --help lists the rest.)',
    );
    return ['init'];
  }
  out.note(`${existing.FACILITY_NAME} (${existing.FACILITY_DHIS2_CODE}) is set up in ${dir}.`);
  const prompts = await context.prompts();
  const chosen = await prompts.select({
    message: 'What do you want to do?',
    options: [
      { value: 'status', label: 'Is it healthy? (status)' },
      { value: 'doctor', label: 'Something is wrong: check everything (doctor)' },
      { value: 'init --change', label: 'Change a setting (init --change)' },
      { value: 'init', label: 'Complete or repair the installation (init)' },
      { value: '--help', label: 'See all commands (--help)' },
      { value: '', label: 'Nothing' },
    ],
  });
  return chosen.split(' ').filter((word) => word !== '');
}
