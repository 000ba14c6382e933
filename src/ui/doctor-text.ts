import type { BundleOrigin, DoctorReport } from '../checks/doctor-report.ts';
import type { Area, CheckResult, Occasion, Outcome } from '../checks/types.ts';
import { HEALTH_WORD } from './health-words.ts';
import type { Style } from './output.ts';
import { OUTCOME_WORD, verdictText } from './verdict-text.ts';

/** What the areas are called. */
export const AREA_HEADS: Record<Area, string> = {
  host: 'This machine',
  network: 'Network',
  sqlserver: 'SQL Server',
  kafka: 'Kafka',
  connect: 'Container and connector',
  pipeline: 'Stream',
  warehouse: 'Warehouse',
};

/** All checks by area, then the figures. */
export function doctorText(report: DoctorReport, style: Style): string {
  const { checks, counts, from, health } = report;
  const areas = [...new Set(checks.map(({ area }) => area))];
  const sections = areas.map((area) => {
    const here = checks.filter((check) => check.area === area);
    const judged = here.filter(({ verdict }) => verdict.outcome !== 'skip');
    const lines = [...judged.map((check) => verdictText(check, style)), ...skippedText(here, style)];
    return `${style.bold(AREA_HEADS[area])}\n${lines.join('\n')}`;
  });
  const origin = from === undefined ? [] : [originText(from, report, style)];
  return [...origin, ...sections, ...wordText(health, style), countsText(counts, style)].join('\n\n');
}

/** The word that `status` has for it. */
function wordText(health: DoctorReport['health'], style: Style): string[] {
  if (health === undefined) return [];
  const { symbol, text, means } = HEALTH_WORD[health];
  return [`${style.symbol(symbol)} ${style.wrap(`In one word: ${text}. ${means}`, 2).trimStart()}`];
}

/** Whose facts these are, from when, and what this version judges otherwise. */
function originText(from: BundleOrigin, { facility, checks }: DoctorReport, style: Style): string {
  const head = `Bundle of ${facility.name} (${facility.code}), made ${timeText(from.createdAt)} by clinicmaster-cdc ${from.version}`;
  const judge = from.judgedBy === from.version ? 'the same version' : `version ${from.judgedBy}`;
  const title = (id: string) => checks.find((check) => check.id === id)?.title ?? id;
  const lines = from.differs.map(
    ({ id, atSite }) =>
      `Judged otherwise at the site: ${title(id)}: ${OUTCOME_WORD[atSite.outcome]}. ${atSite.summary}`,
  );
  return [`${head}, judged by ${judge}.`, ...lines].map((line) => style.wrap(line)).join('\n');
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

/** `2026-11-24 08:00 UTC` of an ISO time; what is none stays as it is. */
export function timeText(iso: string): string {
  return iso.replace(/^(\d{4}-\d\d-\d\d)T(\d\d:\d\d).*Z$/, '$1 $2 UTC');
}

/** `✖ 2 failed, 15 ok, 10 skipped` */
function countsText(counts: Record<Outcome, number>, style: Style): string {
  const state = counts.fail > 0 ? 'fail' : counts.warn + counts.unknown > 0 ? 'warn' : 'pass';
  return `${style.symbol(state)} ${countsLine(counts)}`;
}

/** `2 failed, 15 ok, 10 skipped` */
export function countsLine(counts: Record<Outcome, number>): string {
  const parts = [
    ...(counts.fail > 0 ? [`${counts.fail} failed`] : []),
    `${counts.pass} ok`,
    ...(counts.warn > 0 ? [`${counts.warn} warning${counts.warn === 1 ? '' : 's'}`] : []),
    ...(counts.unknown > 0 ? [`${counts.unknown} cannot tell`] : []),
    ...(counts.skip > 0 ? [`${counts.skip} skipped`] : []),
  ];
  return parts.join(', ');
}

/** One check of `doctor --list`. */
export interface ListedCheck {
  id: string;
  area: Area;
  title: string;
  when: readonly Occasion[];
  needs: readonly string[];
  /** Runs with `--deep` only. */
  deep: boolean;
  touches?: string;
}

/** What `doctor --list` prints. */
export function checkListText({ checks }: { checks: readonly ListedCheck[] }, style: Style): string {
  const width = Math.max(...checks.map(({ id }) => id.length)) + 2;
  const areas = [...new Set(checks.map(({ area }) => area))];
  const sections = areas.map((area) => {
    const lines = checks
      .filter((check) => check.area === area)
      .map(({ id, title, deep }) => {
        const what = style.wrap(deep ? `${title} (with --deep)` : title, width).trimStart();
        return `${id.padEnd(width)}${what}`;
      });
    return `${style.bold(AREA_HEADS[area])} (--only ${area})\n${lines.join('\n')}`;
  });
  return `${sections.join('\n\n')}\n\n${counted(checks)}`;
}

function counted(checks: readonly ListedCheck[]): string {
  const deep = checks.filter((check) => check.deep).length;
  return `${checks.length} checks${deep === 0 ? '' : `, ${deep} of them with --deep only`}`;
}
