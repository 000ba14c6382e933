import type { StatusReport } from '../checks/status-report.ts';
import { spanText } from '../units.ts';
import type { PageFacts } from './doctor-html.ts';
import { timeText } from './doctor-text.ts';
import { HEALTH_WORD } from './health-words.ts';
import { html } from './html-text.ts';
import { pageFrame } from './page-frame.ts';
import { badge, todoHtml } from './page-todo.ts';
import { statusRows } from './status-rows.ts';

/** The report as a page: the word, the numbers, who must do what, and when each table last changed. */
export function statusHtml(report: StatusReport, { at, version }: PageFacts): string {
  const { facility, health, findings } = report;
  const { symbol, text, means } = HEALTH_WORD[health];
  const title = `${facility.name} (${facility.code})`;
  const header = `<h1>${html(title)}</h1>
<p class="when">clinicmaster-cdc status, ${html(timeText(at))}</p>
<p class="counts ${symbol}">${badge(symbol, text)} ${html(means)}</p>`;
  const troubles = findings.map((found) => ({
    ...found,
    title: found.summary,
    word: HEALTH_WORD[found.health].text,
    id: `${found.check} · ${found.code}`,
    ...(found.playbook === undefined ? {} : { more: `clinicmaster-cdc doctor explain ${found.playbook}` }),
  }));
  const rows = statusRows(report).map(([label, value]) => `<dt>${html(label)}</dt><dd>${html(value)}</dd>`);
  const main = `<section>
<h2>Now</h2>
<dl>${rows.join('\n')}</dl>
${unlearntHtml(report.unlearnt)}
</section>
${todoHtml(troubles)}
${tablesHtml(report.tables)}`;
  const footer = `clinicmaster-cdc ${html(version)}. What the words mean: docs/status.md.`;
  return pageFrame(`clinicmaster-cdc status: ${title}`, header, main, footer);
}

function unlearntHtml(unlearnt: StatusReport['unlearnt']): string {
  if (unlearnt.length === 0) return '';
  const titles = unlearnt.map(({ title, why }) => `${title}: ${why}`);
  return `<p>Not learnt, and not needed for the word above:</p>\n<ul>${titles.map((text) => `<li>${html(text)}</li>`).join('')}</ul>`;
}

function tablesHtml(tables: StatusReport['tables']): string {
  if (tables === null || tables.length === 0) return '';
  const rows = tables.map(({ table, lastChangeSeconds: age }) => {
    const when = age === null ? 'none is kept' : `${spanText(age)} before`;
    return `<tr><td>${html(when)}</td><td>${html(table)}</td></tr>`;
  });
  return `<section>
<h2>Last change of each table</h2>
<table class="two">
<thead><tr><th>Last change</th><th>Table</th></tr></thead>
<tbody>${rows.join('\n')}</tbody>
</table>
</section>`;
}
