import type { DockerPort } from '../../adapters/docker-port.ts';
import type { FilesPort } from '../../adapters/files-port.ts';
import type { CheckResult } from '../../checks/types.ts';
import type { Context } from '../../context.ts';
import { CliError, EXIT, type ExitCode } from '../../errors.ts';
import { type CutOff, cutOff, cutOffText, readJournal } from '../../install/journal.ts';
import type { InstallPlan } from '../../install/preview.ts';
import { planText } from '../../ui/plan-text.ts';
import { hasFailure } from './outcome.ts';

/** The same world, in which nothing can be changed: files stay as they are, and no container is made to look from. */
export function lookingOnly(context: Context): Context {
  return {
    ...context,
    files: readingOnly(context.files),
    inside: async (request) => {
      const docker = await context.docker();
      const own = await docker.container(request.container);
      return own?.running === true ? context.inside(request) : undefined;
    },
  };
}

function readingOnly(files: FilesPort): FilesPort {
  const nothing = async () => {};
  return {
    ...files,
    makeDir: nothing,
    writeAtomically: nothing,
    remove: nothing,
    removeEmptyDir: async () => false,
    sweep: async () => [],
  };
}

/** Docker, or where it does not answer, one that says so to every question. */
export async function dockerOrReason(context: Context): Promise<DockerPort> {
  try {
    return await context.docker();
  } catch (cause) {
    const refuse = () => Promise.reject(cause);
    return new Proxy({} as DockerPort, { get: (_, name) => (name === 'then' ? undefined : refuse) });
  }
}

/** Says where the last run of this folder was cut off. */
export async function sayCutOff({ files, out }: Context, journalPath: string): Promise<CutOff | undefined> {
  const { journal } = await readJournal(files, journalPath);
  const cut = cutOff(journal);
  if (cut !== undefined) out.note(cutOffText(cut));
  return cut;
}

/** The answer of `--dry-run`. Exit code 3 when a check failed, when a step would stop, or when Connect refuses. */
export function planned(
  context: Context,
  answer: {
    dir: string;
    container: string;
    plan: InstallPlan;
    checks: readonly CheckResult[];
    cut: CutOff | undefined;
  },
): ExitCode {
  const { plan, checks, cut, ...place } = answer;
  const failed = hasFailure(checks);
  const ok = !failed && !plan.refused;
  const data = {
    ok,
    command: 'init',
    dryRun: true,
    changed: false,
    ...place,
    cutOff: cut ?? null,
    plan,
    checks,
  };
  context.out.result(data, (shown, style) => {
    const end = failed
      ? 'A check failed (above): init would stop before it changes anything.'
      : shown.plan.changes
        ? 'Nothing was changed. Without --dry-run, init does this.'
        : 'Nothing to do, and nothing was changed.';
    return `\n${planText(shown.plan, style)}\n\n${style.wrap(end)}`;
  });
  return ok ? EXIT.ok : EXIT.failed;
}

/**
 * At a terminal: shows the plan and asks. Nothing to do needs no question.
 * @throws CliError `cancelled` (exit code 130) for a no
 */
export async function agreed(plan: InstallPlan, context: Context): Promise<void> {
  context.out.heading('Plan');
  context.out.block((style) => planText(plan, style));
  if (!plan.changes) {
    context.out.note('Nothing to do.');
    return;
  }
  const prompts = await context.prompts();
  if (await prompts.confirm('Do this now?', true)) return;
  throw new CliError('cancelled', 'Cancelled; nothing was changed.', {
    exitCode: EXIT.cancelled,
    needed: 'The answers are kept nowhere; init --dry-run shows the plan without asking.',
  });
}
