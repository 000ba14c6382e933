import type { Command } from 'commander';
import { noSuchCheck } from '../checks/runner.ts';
import type { Context } from '../context.ts';
import { EXIT, type ExitCode } from '../errors.ts';
import { packageFile } from '../install/package-files.ts';
import { pageText } from '../ui/page-text.ts';
import { type CommandModule, examples, type Options } from './shared/module.ts';

/** Pages on checks, and those that lead through a recovery. */
const FOLDERS = ['docs/checks', 'docs/playbooks'];

/** `doctor explain <name>`: the page of a check or a playbook, which is shipped with the program. No line is needed for it. */
export const doctorExplain: CommandModule = { define, run };

function define(command: Command): void {
  command.argument('<check>', 'a check, the code of a finding, or a playbook').addHelpText('after', HELP);
}

const HELP = examples([
  ['clinicmaster-cdc doctor explain kafka-tcp', 'what the check looks at, and what to do'],
  ['clinicmaster-cdc doctor explain kafka-tcp-refused', 'the same, by the code of a finding'],
  ['clinicmaster-cdc doctor explain retention-passed', 'a playbook that status names'],
]);

async function run(context: Context, { args }: Options): Promise<ExitCode> {
  const { out, files, packageRoot } = context;
  const typed = Array.isArray(args) ? (args[0] ?? '') : '';
  const pages = new Map<string, string>();
  for (const folder of FOLDERS) {
    for (const name of await files.list(`${packageRoot}/${folder}`)) {
      if (/^[a-z].*\.md$/.test(name)) pages.set(name.slice(0, -'.md'.length), `${folder}/${name}`);
    }
  }
  const ids = [...pages.keys()];
  const id = pageOf(typed.toLowerCase().replace(/\.md$/, ''), ids);
  const path = id === undefined ? undefined : pages.get(id);
  if (path === undefined) throw noSuchCheck([typed], ids);
  const page = await packageFile(files, packageRoot, path);
  out.result({ ok: true, command: 'doctor explain', id, path, page }, (data, style) =>
    pageText(data.page, style),
  );
  return EXIT.ok;
}

/** The page of a check, or of the check whose code this is: `sql-tcp-refused` is told of in `sql-tcp`. */
function pageOf(typed: string, ids: readonly string[]): string | undefined {
  const owners = ids.filter((id) => typed === id || typed.startsWith(`${id}-`));
  return owners.sort((a, b) => b.length - a.length)[0];
}
