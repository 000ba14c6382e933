import type { ExplainedSetting } from '../settings/explain.ts';
import type { Style } from './output.ts';

/** The answer of `config explain`. */
export interface ConfigReport {
  title: string;
  dir: string;
  /** Path of the `.env`; null when there is none. */
  env: string | null;
  settings: readonly ExplainedSetting[];
  /** Lines of `.env` that are no assignment. */
  unreadable: readonly number[];
  /** Keys of `.env` that nobody reads. */
  unknown: readonly { key: string; line: number }[];
  /** Single settings were asked for. */
  single: boolean;
}

/** Each value, where it came from and what is wrong with it: a table, or one setting after the other. */
export function configText(report: ConfigReport, style: Style): string {
  const { title, dir, env, settings, single } = report;
  const head = style.bold(style.wrap(`${title}: ${env ?? `no .env in ${dir}`}`));
  const body = single
    ? settings.map((setting) => details(setting, style)).join('\n\n')
    : rows([['key', 'from', 'value'], ...settings.map((setting) => row(setting, style))], style);
  return [head, body, ...notes(report, style)].join('\n\n');
}

function from({ source, line }: ExplainedSetting): string {
  if (source === null) return '-';
  return line === null ? source : `${source}:${line}`;
}

type Row = [key: string, from: string, value: string];

function row(setting: ExplainedSetting, style: Style): Row {
  const lines = [shown(setting)];
  if (setting.hides.length > 0) {
    lines.push(`(hides ${setting.hides.map(({ source }) => source).join(', ')})`);
  }
  if (setting.problem !== null) lines.push(`${style.symbol('fail')} ${setting.problem}`);
  return [setting.key, from(setting), lines.join('\n')];
}

/** Columns whose last one wraps between words: problems are sentences. */
function rows(all: readonly Row[], style: Style): string {
  const keys = Math.max(...all.map(([key]) => key.length)) + 2;
  const sources = Math.max(...all.map(([, source]) => source.length)) + 2;
  return all
    .map(([key, source, value], at) => {
      const line = `${key.padEnd(keys)}${source.padEnd(sources)}${beside(value, keys + sources, style)}`;
      return at === 0 ? style.bold(line) : line;
    })
    .join('\n');
}

/** A text that begins at a column and goes on below it. */
function beside(text: string, column: number, style: Style): string {
  return style.wrap(text, column).trimStart();
}

/** Of a secret only whether there is one. */
function shown({ secret, set, value }: ExplainedSetting): string {
  if (secret) return set ? 'set' : 'not set';
  return set ? (value ?? '') : value === null ? 'not set' : '(empty)';
}

function details(setting: ExplainedSetting, style: Style): string {
  const { key, prompt, help, overriddenBy, hides, choices, problem, secret } = setting;
  const facts: [string, string][] = [
    ['value', shown(setting)],
    ['from', from(setting)],
    ...(problem === null ? [] : [['problem', `${style.symbol('fail')} ${problem}`] as [string, string]]),
    ...hides.map(({ source, value }): [string, string] => ['hides', `${source}: ${value ?? 'another one'}`]),
    ['overridden by', overriddenBy.join(', ') || 'nothing'],
    ...(secret ? [] : [['default', setting.default ?? 'none; it is needed'] as [string, string]]),
    ...(choices === null ? [] : [['one of', choices.join(', ')] as [string, string]]),
  ];
  const lines = facts.map(([name, text]) => `  ${name.padEnd(14)}${beside(text, 16, style)}`);
  return [style.bold(key), style.wrap(`${prompt}. ${help}`, 2), ...lines].join('\n');
}

function notes({ settings, unreadable, unknown, single }: ConfigReport, style: Style): string[] {
  const troubled = settings.filter(({ problem }) => problem !== null).map(({ key }) => key);
  const parts = [
    ...unreadable.map((line) => `${style.symbol('fail')} Line ${line} of .env is no KEY=value.`),
    ...unknown.map(
      ({ key, line }) =>
        `${style.symbol('warn')} Line ${line} of .env: ${key} is no setting; nobody reads it.`,
    ),
    ...(troubled.length === 0 || single
      ? []
      : [`${style.symbol('fail')} To be corrected: ${troubled.join(', ')}`]),
  ];
  const order = 'flag > environment > --config > --enrolment > .env > question > default';
  const footer = single
    ? [`The strongest wins: ${order}`]
    : [`The strongest wins: ${order}`, 'More on one setting: clinicmaster-cdc config explain KEY'];
  return [
    ...(parts.length === 0 ? [] : [parts.map((line) => style.wrap(line)).join('\n')]),
    footer.map((line) => style.wrap(line)).join('\n'),
  ];
}
