import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { EXIT, type ExitCode } from '../errors.ts';
import { lookedText } from '../ui/recover-text.ts';
import { withCheckContext } from './shared/checked.ts';
import { addFacilityFlags, openFacility } from './shared/facility.ts';
import { type CommandModule, examples, type Options } from './shared/module.ts';
import { commandFor, findingOf, seeRecovery } from './shared/recovery/look.ts';

/** `recover`: which recovery a facility needs, if any. */
export const recover: CommandModule = { define, run };

function define(command: Command): void {
  addFacilityFlags(command);
  command.addHelpText('after', HELP);
}

const HELP = `
Looks at the stored position, the history of the tables and the captured tables, and says which recovery
applies. It changes nothing; each recovery shows its plan and asks before it does anything.
${examples([
  ['clinicmaster-cdc recover', 'is there anything to recover, and how?'],
  ['clinicmaster-cdc recover gap', 'changes were deleted before they were read'],
  ['clinicmaster-cdc recover history', 'the history of the tables is gone from Kafka'],
  ['clinicmaster-cdc recover restored', 'an older backup of the database was restored'],
])}`;

async function run(context: Context, options: Options): Promise<ExitCode> {
  const settings = await openFacility(context, options);
  const { dir } = settings;
  return withCheckContext(settings, context, async (check) => {
    const seen = await seeRecovery(check, context);
    const found = seen.playbooks.map((playbook) => ({
      playbook: playbook.kind,
      code: playbook.code,
      ...findingOf(playbook, seen),
      commands: [commandFor(playbook, dir)],
    }));
    const unknown = seen.unknown.map(seen.redact);
    const headline =
      found.length > 0
        ? found.length === 1
          ? 'One recovery applies.'
          : `${found.length} recoveries apply; the first one comes first.`
        : unknown.length > 0
          ? 'Nothing to recover was found; not everything could be looked at.'
          : 'There is nothing to recover.';
    const ok = found.length === 0 && seen.look.facts.stored.ok;
    context.out.result({ ok, command: 'recover', headline, found, unknown }, lookedText);
    return ok ? EXIT.ok : EXIT.failed;
  });
}
