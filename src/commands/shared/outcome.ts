import { afterPowerCut, type PowerCut } from '../../checks/power-cut.ts';
import type { CheckResult } from '../../checks/types.ts';
import type { Renamed } from '../../connector/warehouse-rename.ts';
import type { Context } from '../../context.ts';
import { EXIT, type ExitCode } from '../../errors.ts';
import type { StepResult } from '../../install/step.ts';
import type { Output, Style } from '../../ui/output.ts';
import { renamedText } from '../../ui/renamed-text.ts';
import { verdictText } from '../../ui/verdict-text.ts';
import { mayAsk } from './agree.ts';
import type { Options } from './module.ts';

export function hasFailure(checks: readonly CheckResult[]): boolean {
  return checks.some(({ verdict }) => verdict.outcome === 'fail');
}

/**
 * The checks before an installation. At a terminal, what fails is shown with its remedy and can be checked again once it is
 * cured, without starting over.
 * @param options `yes` asks nothing
 * @param check runs them all
 * @param change has another answer given, where answers can be
 * @returns the last results
 */
export async function preflight(
  context: Context,
  options: Options,
  check: () => Promise<CheckResult[]>,
  change?: () => Promise<void>,
): Promise<CheckResult[]> {
  context.out.heading('Checks');
  for (;;) {
    const checks = await check();
    if (!hasFailure(checks) || !mayAsk(context, options)) return checks;
    context.out.block((style) => `\n${troubles(checks, style).join('\n\n')}\n\nNothing was changed so far.`);
    const prompts = await context.prompts();
    const chosen = await prompts.select({
      message: 'What now?',
      options: [
        { value: 'again', label: 'Check again: it is cured' },
        ...(change === undefined ? [] : [{ value: 'change', label: 'Change an answer' }]),
        { value: 'leave', label: 'Leave; nothing was changed' },
      ],
    });
    if (chosen === 'leave') return checks;
    if (chosen === 'change') await change?.();
    context.out.heading('Checks, again');
  }
}

/** The checks before the installation have found something: says what, and that nothing was changed. */
export function stopped(
  context: Context,
  options: Options,
  command: string,
  checks: readonly CheckResult[],
): ExitCode {
  // At a terminal the preflight has shown them already.
  const shown = mayAsk(context, options);
  context.out.result({ ok: false, command, changed: false, checks }, (data, style) =>
    [
      ...(shown ? [] : troubles(data.checks, style)),
      `Nothing was changed. Cure this, then run ${data.command} again.`,
    ].join('\n\n'),
  );
  return EXIT.failed;
}

/** What an installation came to. */
export interface Installed {
  command: string;
  /** What is so now: "… streams". */
  headline: string;
  dir: string;
  container: string;
  steps: readonly StepResult[];
  checks: readonly CheckResult[];
  failed: boolean;
  /** The facility has another name than before. */
  renamed?: Renamed;
  /** Commands that help from here on. */
  next: readonly string[];
}

/** Says what was done and what to do next. */
export function installed(out: Output, outcome: Installed): ExitCode {
  const { command, dir, container, steps, checks, next, failed, renamed } = outcome;
  const changed = steps.some((step) => step.outcome === 'changed');
  const powerCut = afterPowerCut(checks);
  const rename = renamed === undefined ? {} : { renamed };
  const data = { ok: !failed, command, changed, dir, container, steps, checks, powerCut, ...rename, next };
  out.result(data, (data, style) => {
    const headline = changed ? `${outcome.headline}.` : `${outcome.headline} already; nothing was changed.`;
    const parts = [
      ...(failed ? troubles(data.checks, style) : [`${style.symbol('pass')} ${style.ok(headline)}`]),
      ...powerCutText(powerCut, failed, style),
      style.wrap(`Settings: ${data.dir}`, 2),
      ...(renamed === undefined ? [] : [renamedText(renamed, style)]),
      `  Next:\n${data.next.map((line) => `    ${style.command(line)}`).join('\n')}`,
    ];
    return `\n${parts.join('\n\n')}`;
  });
  return failed ? EXIT.failed : EXIT.ok;
}

/** What was said already among the troubles is not said again. */
function powerCutText({ comesBack, why }: PowerCut, failed: boolean, style: Style): string[] {
  if (comesBack === true || (comesBack === false && failed)) return [];
  const head =
    comesBack === false
      ? 'After a power cut this would not come back by itself.'
      : 'Whether this comes back after a power cut is not certain.';
  return why.map(({ summary, todo, commands }) =>
    [
      `${style.symbol(comesBack === false ? 'warn' : 'unknown')} ${style.wrap(`${head} ${summary}`, 2).trimStart()}`,
      style.wrap(todo, 4),
      // Never wrapped: they are there to be copied.
      ...commands.map((line) => `    ${style.command(line)}`),
    ].join('\n'),
  );
}

function troubles(checks: readonly CheckResult[], style: Style): string[] {
  return checks.filter(({ verdict }) => verdict.outcome === 'fail').map((check) => verdictText(check, style));
}
