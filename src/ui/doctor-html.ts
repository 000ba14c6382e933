import type { DoctorReport } from '../checks/doctor-report.ts';
import type { Area, CheckResult } from '../checks/types.ts';
import { AREA_HEADS, countsLine, timeText } from './doctor-text.ts';
import { HEALTH_WORD } from './health-words.ts';
import { html } from './html-text.ts';
import { pageFrame } from './page-frame.ts';
import { badge, type Trouble, todoHtml } from './page-todo.ts';
import { OUTCOME_WORD, readable } from './verdict-text.ts';

/** What stands on the page besides the results. */
export interface PageFacts {
  /** ISO 8601. */
  at: string;
  /** Of the program. */
  version: string;
}

/** The report as one page: to print, or to send with the letter to whoever has to act. */
export function doctorHtml(report: DoctorReport, { at, version }: PageFacts): string {
  const { facility, checks, counts } = report;
  const title = `${facility.name} (${facility.code})`;
  const state = counts.fail > 0 ? 'fail' : counts.warn + counts.unknown > 0 ? 'warn' : 'pass';
  const header = `<h1>${html(title)}</h1>
<p class="when">clinicmaster-cdc doctor, ${html(timeText(at))}</p>
${wordHtml(report.health)}
<p class="counts ${state}">${badge(state)} ${html(countsLine(counts))}</p>
${originHtml(report)}`;
  const main = `${todoHtml(troublesOf(checks))}
<section>
<h2>All checks</h2>
${areasHtml(checks)}
</section>`;
  const footer = `clinicmaster-cdc ${html(version)}. More on a check: <code>clinicmaster-cdc doctor explain &lt;check&gt;</code>`;
  return pageFrame(`clinicmaster-cdc doctor: ${title}`, header, main, footer);
}

function wordHtml(health: DoctorReport['health']): string {
  if (health === undefined) return '';
  const { symbol, text, means } = HEALTH_WORD[health];
  return `<p class="counts ${symbol}">${badge(symbol, text)} ${html(means)}</p>`;
}

function originHtml({ from, checks }: DoctorReport): string {
  if (from === undefined) return '';
  const differs = from.differs.map(({ id, atSite }) => {
    const title = checks.find((check) => check.id === id)?.title ?? id;
    return `<li>${html(`${title}: at the site ${OUTCOME_WORD[atSite.outcome]}. ${atSite.summary}`)}</li>`;
  });
  return `<p>${html(
    `From a bundle made ${timeText(from.createdAt)} by clinicmaster-cdc ${from.version}, judged by ${from.judgedBy}.`,
  )}</p>${differs.length === 0 ? '' : `<ul>${differs.join('')}</ul>`}`;
}

function troublesOf(checks: readonly CheckResult[]): Trouble[] {
  return checks.filter(isTrouble).map(({ id, title, verdict }) => ({
    ...verdict,
    title,
    id: `${id} · ${verdict.code}`,
    ...(verdict.remedy?.doc === undefined ? {} : { more: readable(verdict.remedy.doc) }),
  }));
}

const isTrouble = ({ verdict }: CheckResult) => verdict.outcome !== 'pass' && verdict.outcome !== 'skip';

function areasHtml(checks: readonly CheckResult[]): string {
  const areas = [...new Set(checks.map(({ area }) => area))];
  return areas
    .map((area) =>
      areaHtml(
        area,
        checks.filter((check) => check.area === area),
      ),
    )
    .join('\n');
}

function areaHtml(area: Area, checks: readonly CheckResult[]): string {
  const rows = checks.map(
    ({ id, title, verdict: { outcome, summary, current } }) =>
      `<tr class="${outcome}"><td>${badge(outcome)}</td><td>${html(title)}<div class="id">${html(id)}</div></td><td>${html(
        outcome === 'pass' || current === undefined ? summary : `${summary} ${current}`,
      )}</td></tr>`,
  );
  return `<table>
<caption>${html(AREA_HEADS[area])}</caption>
<thead><tr><th>State</th><th>Check</th><th>What is so</th></tr></thead>
<tbody>${rows.join('\n')}</tbody>
</table>`;
}
