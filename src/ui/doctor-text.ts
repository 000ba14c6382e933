import type { Area, CheckResult, Outcome } from '../checks/types.ts';
import type { Style } from './output.ts';
import { verdictText } from './verdict-text.ts';

const HEADS: Record<Area, string> = {
  host: 'This machine',
  network: 'Network',
  sqlserver: 'SQL Server',
  kafka: 'Kafka',
  connect: 'Container and connector',
  pipeline: 'Stream',
  warehouse: 'Warehouse',
};

/** All checks by area, then the figures. */
export function doctorText(
  { checks, counts }: { checks: readonly CheckResult[]; counts: Record<Outcome, number> },
  style: Style,
): string {
  const areas = [...new Set(checks.map(({ area }) => area))];
  const sections = areas.map((area) => {
    const here = checks.filter((check) => check.area === area);
    const judged = here.filter(({ verdict }) => verdict.outcome !== 'skip');
    const lines = [...judged.map((check) => verdictText(check, style)), ...skippedText(here, style)];
    return `${style.bold(HEADS[area])}\n${lines.join('\n')}`;
  });
  return `${sections.join('\n\n')}\n\n${countsText(counts, style)}`;
}

/** One line for all that was skipped for the same reason: what depends on a trouble is no trouble of its own. */
function skippedText(checks: readonly CheckResult[], style: Style): string[] {
  const skipped = checks.filter(({ verdict }) => verdict.outcome === 'skip');
  const reasons = [...new Set(skipped.map(({ verdict }) => verdict.summary))];
  return reasons.map((reason) => {
    const titles = skipped.filter(({ verdict }) => verdict.summary === reason).map(({ title }) => title);
    return `${style.symbol('skip')} ${style.wrap(`${reason.replace(/\.$/, '')}: ${titles.join('; ')}`, 2).trimStart()}`;
  });
}

function countsText(counts: Record<Outcome, number>, style: Style): string {
  const parts = [
    `${counts.pass} ok`,
    ...(counts.warn > 0 ? [`${counts.warn} warning${counts.warn === 1 ? '' : 's'}`] : []),
    ...(counts.unknown > 0 ? [`${counts.unknown} cannot tell`] : []),
    ...(counts.skip > 0 ? [`${counts.skip} skipped`] : []),
  ];
  const state = counts.fail > 0 ? 'fail' : counts.warn + counts.unknown > 0 ? 'warn' : 'pass';
  const head = counts.fail > 0 ? `${counts.fail} failed, ` : '';
  return `${style.symbol(state)} ${head}${parts.join(', ')}`;
}

/** What `doctor --list` prints. */
export function checkListText(
  { checks }: { checks: readonly { id: string; area: Area; title: string }[] },
  style: Style,
): string {
  return style.table(
    ['Check', 'Area', 'What must be so'],
    checks.map(({ id, area, title }) => [id, area, title]),
  );
}
