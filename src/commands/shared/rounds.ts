import { doctorReport, isTrouble } from '../../checks/doctor-report.ts';
import type { CheckResult, Verdict } from '../../checks/types.ts';
import type { Context } from '../../context.ts';
import type { ExitCode } from '../../errors.ts';
import { countsLine, doctorText } from '../../ui/doctor-text.ts';
import { OUTCOME_WORD } from '../../ui/verdict-text.ts';
import { again, watchFoot } from './again.ts';
import type { DoctorWishes } from './doctor-wishes.ts';
import type { Site } from './site.ts';

/** Between two looks of `--wait`: a container that starts needs some. */
const PAUSE_MS = 5000;

/**
 * Looks until nothing fails (with `--strict`: until nothing is left to say) or the time is up. What failed, and what waits for it, is
 * looked at again; a look that has begun is finished.
 * @returns the latest result of every check
 */
export async function lookUntilWell(
  site: Site,
  { only, strict, waitMs = 0 }: DoctorWishes,
  { out, clock, signal }: Context,
): Promise<CheckResult[]> {
  const end = clock.now() + waitMs;
  const open = (check: CheckResult) => (strict ? isTrouble(check) : check.verdict.outcome === 'fail');
  let checks = await site.look(only, true);
  if (!checks.some(open)) return checks;
  const step = out.step('Wait');
  for (;;) {
    const left = end - clock.now();
    const failing = checks.filter(open);
    if (failing.length === 0) step.succeed('all is well');
    else if (left <= 0) step.fail(`the time is up, and not well: ${failing.map(({ id }) => id).join(', ')}`);
    if (failing.length === 0 || left <= 0) return checks;
    step.update(`not yet well: ${failing.map(({ id }) => id).join(', ')}`);
    await clock.sleep(Math.min(PAUSE_MS, left), signal);
    const waiting = checks.filter(({ verdict }) => verdict.outcome === 'skip');
    const again = await site.look(
      [...failing, ...waiting].map(({ id }) => id),
      false,
    );
    checks = checks.map((check) => again.find(({ id }) => id === check.id) ?? check);
  }
}

/** One change that a watch has seen; `from` is null at the first look. */
interface Change {
  at: string;
  id: string;
  area: string;
  title: string;
  from: Pick<Verdict, 'outcome' | 'code'> | null;
  verdict: Verdict;
}

/**
 * Looks again and again until Ctrl-C. A terminal shows the latest answer; elsewhere each change is one line: a check counts as changed
 * when its code does.
 */
export async function watch(
  site: Site,
  { only, short, watchMs = 0 }: DoctorWishes,
  context: Context,
): Promise<ExitCode> {
  const { out, clock } = context;
  const redraw = out.live && out.format === 'text';
  const before = new Map<string, Verdict>();
  return again(watchMs, context, async () => {
    const checks = await site.look(only, redraw && before.size === 0);
    const at = `${new Date(clock.now()).toISOString().slice(0, 19)}Z`;
    if (redraw) {
      out.redraw(
        doctorReport(checks, site.facility, { short }),
        (report, style) => `${doctorText(report, style)}\n\n${style.dim(watchFoot(at, watchMs))}`,
      );
    } else tell(changes(checks, before, at), checks, before.size === 0, context);
    for (const { id, verdict } of checks) before.set(id, verdict);
  });
}

function changes(checks: readonly CheckResult[], before: ReadonlyMap<string, Verdict>, at: string): Change[] {
  return checks.flatMap(({ id, area, title, verdict }) => {
    const former = before.get(id);
    if (former?.code === verdict.code && former.outcome === verdict.outcome) return [];
    const from = former === undefined ? null : { outcome: former.outcome, code: former.code };
    return [{ at, id, area, title, from, verdict }];
  });
}

/** At the first look a program gets every check, a person only what is not well, and how many there are. */
function tell(
  seen: readonly Change[],
  checks: readonly CheckResult[],
  first: boolean,
  { out }: Context,
): void {
  const shown = out.format === 'json' || !first ? seen : seen.filter(isTrouble);
  for (const change of shown) out.event(change, changeLine);
  if (!first || out.format === 'json') return;
  const { counts } = doctorReport(checks, { code: '', id: '', name: '' });
  out.event({ at: seen[0]?.at ?? '', counts }, ({ at }) => `${at} ${countsLine(counts)}`);
}

function changeLine({ at, id, from, verdict }: Change): string {
  const former = from === null ? '' : `${OUTCOME_WORD[from.outcome]} -> `;
  return `${at} ${id}: ${former}${OUTCOME_WORD[verdict.outcome]}. ${verdict.summary}`;
}
