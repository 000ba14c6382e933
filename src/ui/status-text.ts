import type { Finding } from '../checks/health/words.ts';
import type { StatusReport } from '../checks/status-report.ts';
import { HEALTH_WORD } from './health-words.ts';
import type { Style } from './output.ts';
import { statusRows } from './status-rows.ts';
import { detailLines } from './verdict-text.ts';

/** So many reasons are told in full; a screen has no room for more. */
const IN_FULL = 2;

/** The word, one line for each number, then each reason for the word with what to do and who does it. */
export function statusText(report: StatusReport, style: Style): string {
  const { facility, health, findings } = report;
  const { symbol, text, means } = HEALTH_WORD[health];
  const head = `${style.symbol(symbol)} ${style.bold(`${facility.name} (${facility.code}): ${text}`)}`;
  const rows = statusRows(report).map(
    ([label, value]) => `  ${label.padEnd(11)}${style.wrap(value, 13).trimStart()}`,
  );
  const parts = [
    [head, `  ${style.wrap(means, 2).trimStart()}`, '', ...rows].join('\n'),
    ...findings.slice(0, IN_FULL).map((finding) => findingText(finding, style)),
    ...othersText(findings.slice(IN_FULL), style),
    ...unlearntText(report.unlearnt, style),
  ];
  return parts.join('\n\n');
}

function findingText(finding: Finding, style: Style): string {
  const { summary, health, check, playbook } = finding;
  const { symbol, text } = HEALTH_WORD[health];
  const head = `${style.symbol(symbol)} ${style.wrap(`${text}: ${summary}`, 2).trimStart()}`;
  const more = `clinicmaster-cdc doctor explain ${playbook ?? check}`;
  return [head, ...detailLines(finding, more, style)].join('\n');
}

/** The rest, one line each: doctor has the whole of them. */
function othersText(findings: readonly Finding[], style: Style): string[] {
  if (findings.length === 0) return [];
  const lines = findings.map(({ health, summary }) => {
    const { symbol, text } = HEALTH_WORD[health];
    return `${style.symbol(symbol)} ${style.wrap(`${text}: ${summary}`, 2).trimStart()}`;
  });
  return [[...lines, `  What to do: ${style.command('clinicmaster-cdc doctor --short')}`].join('\n')];
}

function unlearntText(unlearnt: StatusReport['unlearnt'], style: Style): string[] {
  if (unlearnt.length === 0) return [];
  const titles = unlearnt.map(({ title }) => title).join('; ');
  const text = `Not learnt, and not needed for the word above: ${titles}. doctor says why.`;
  return [`${style.symbol('unknown')} ${style.wrap(text, 2).trimStart()}`];
}
