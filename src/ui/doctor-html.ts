import type { DoctorReport } from '../checks/doctor-report.ts';
import type { Area, CheckResult, Outcome } from '../checks/types.ts';
import type { Who } from '../errors.ts';
import { AREA_HEADS, countsLine, timeText } from './doctor-text.ts';
import { PERSON } from './error-text.ts';
import { html } from './html-text.ts';
import { PAGE_STYLE } from './page-style.ts';
import { OUTCOME_WORD } from './verdict-text.ts';

/** What stands on the page besides the results. */
export interface PageFacts {
  /** ISO 8601. */
  at: string;
  /** Of the program. */
  version: string;
}

const SYMBOL: Record<Outcome, string> = { pass: '✔', warn: '▲', fail: '✖', unknown: '?', skip: '–' };
/** A page travels: its reader may sit elsewhere. */
const ON_PAPER = 'whoever looks after the machine at the facility';
const WHO: readonly Who[] = ['you', 'dba', 'network-admin', 'central-team'];

/**
 * The report as one page that needs nothing else: to print, or to send with the letter to whoever has to act. States are words and
 * symbols, so that it can be read in black and white.
 */
export function doctorHtml(report: DoctorReport, { at, version }: PageFacts): string {
  const { facility, checks, counts } = report;
  const title = `${facility.name} (${facility.code})`;
  const state = counts.fail > 0 ? 'fail' : counts.warn + counts.unknown > 0 ? 'warn' : 'pass';
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light">
<title>${html(`clinicmaster-cdc doctor: ${title}`)}</title>
<style>${PAGE_STYLE}</style>
</head>
<body>
<header>
<h1>${html(title)}</h1>
<p class="when">clinicmaster-cdc doctor, ${html(timeText(at))}</p>
<p class="counts ${state}">${badge(state)} ${html(countsLine(counts))}</p>
${originHtml(report)}
</header>
<main>
${todoHtml(checks)}
<section>
<h2>All checks</h2>
${areasHtml(checks)}
</section>
</main>
<footer>clinicmaster-cdc ${html(version)}. More on a check: <code>clinicmaster-cdc doctor explain &lt;check&gt;</code></footer>
</body>
</html>
`;
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

/** The troubles, one list for each person who must act, so that it can be handed over. */
function todoHtml(checks: readonly CheckResult[]): string {
  const troubles = checks.filter(({ verdict }) => verdict.outcome !== 'pass' && verdict.outcome !== 'skip');
  const lists = [...WHO, undefined].map((who) => {
    const theirs = troubles.filter(({ verdict }) => verdict.remedy?.who === who);
    if (theirs.length === 0) return '';
    const head = who === undefined ? 'To know' : `For ${who === 'you' ? ON_PAPER : PERSON[who]}`;
    return `<h3>${html(head)}</h3>\n${theirs.map(troubleHtml).join('\n')}`;
  });
  if (troubles.length === 0)
    return '<section><h2>What to do</h2><p>Nothing: all is as it should be.</p></section>';
  return `<section>\n<h2>What to do</h2>\n${lists.filter((list) => list !== '').join('\n')}\n</section>`;
}

function troubleHtml({ id, title, verdict }: CheckResult): string {
  const { outcome, summary, current, required, remedy } = verdict;
  const rows = [
    ['Seen', current],
    ['Needed', required],
    ['Do', remedy?.text],
  ].flatMap(([label, text]) => (text === undefined ? [] : [`<dt>${label}</dt><dd>${html(text)}</dd>`]));
  const code = [...(remedy?.commands ?? []), ...(remedy?.sql ?? [])];
  const type = code.length === 0 ? '' : `<dt>Type</dt><dd><pre>${html(code.join('\n'))}</pre></dd>`;
  const more = remedy?.doc === undefined ? '' : `<dt>More</dt><dd>${html(remedy.doc)}</dd>`;
  return `<article class="${outcome}">
<h4>${badge(outcome)} ${html(title)}</h4>
<p>${html(summary)}</p>
<dl>${rows.join('')}${type}${more}</dl>
<p class="id">${html(id)} · ${html(verdict.code)}</p>
</article>`;
}

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

function badge(outcome: Outcome): string {
  return `<span class="badge ${outcome}"><span aria-hidden="true">${SYMBOL[outcome]}</span> ${OUTCOME_WORD[outcome]}</span>`;
}
