import { type Field, flagName } from '../src/settings/field.ts';

/** A table of docs/settings.md, without a line end behind its last row. */
export function settingsTable(fields: readonly Field[]): string {
  return ['| key | flag | default | what |', '|---|---|---|---|', ...fields.map(row)].join('\n');
}

function row(field: Field): string {
  const flag = flagName(field);
  return `| \`${field.key}\` | ${flag === undefined ? '–' : `\`${flag}\``} | ${presetOf(field)} | ${field.help}${choicesOf(field)} |`;
}

function presetOf({ secret, default: preset }: Field): string {
  if (preset === '') return secret === true ? '(empty), secret' : '(empty)';
  if (preset !== undefined) return `\`${preset}\``;
  return secret === true ? 'required, secret' : 'required';
}

/** Choices that the help does not name by itself. */
function choicesOf({ choices = [], help }: Field): string {
  if (choices.every((choice) => help.includes(choice))) return '';
  return ` One of: ${choices.map((choice) => `\`${choice}\``).join(', ')}.`;
}

/** The page with a generated part put in: what stands between `<!-- NAME -->` and `<!-- /NAME -->`. */
export function withPart(page: string, name: string, part: string): string {
  const [start, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const from = page.indexOf(start);
  const to = page.indexOf(end);
  if (from === -1 || to < from) throw new Error(`The page has no place for ${name}`);
  return `${page.slice(0, from)}${start}\n${part}\n${page.slice(to)}`;
}
