import type { Style } from './output.ts';

interface Told {
  goes: readonly string[];
  stays: readonly string[];
  /** Prints the T-SQL that takes back what is in the database. */
  dba: string | null;
}

/** What goes and what stays, before anything is done. */
export function uninstallPlanText({ goes, stays, dba }: Told, style: Style): string {
  return [list('This goes:', goes, style), list('This stays:', stays, style), ...dbaLines(dba, style)].join(
    '\n\n',
  );
}

/** What was done. */
export function uninstalledText(
  data: Told & { headline: string; next: readonly string[] },
  style: Style,
): string {
  return [
    `${style.symbol('pass')} ${style.ok(style.wrap(data.headline, 2).trimStart())}`,
    ...(data.stays.length === 0 ? [] : [list('This stays:', data.stays, style)]),
    ...dbaLines(data.dba, style),
    ...(data.next.length === 0
      ? []
      : [`  Next:\n${data.next.map((line) => `    ${style.command(line)}`).join('\n')}`]),
  ].join('\n\n');
}

function list(title: string, lines: readonly string[], style: Style): string {
  return `  ${title}\n${lines.map((line) => `    - ${style.wrap(line, 6).trimStart()}`).join('\n')}`;
}

function dbaLines(command: string | null, style: Style): string[] {
  if (command === null) return [];
  const text = 'The T-SQL by which the DBA takes back what is in the database is printed by:';
  return [`${style.wrap(text, 2)}\n    ${style.command(command)}`];
}
