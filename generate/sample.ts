import { type Field, GROUPS, type Group } from '../src/settings/field.ts';

/** What a sample of `.env` says besides its settings. */
export interface SampleTexts {
  /** The first line. */
  title: string;
  /** What stands above each group; a group without fields is left out. */
  heads: Record<Group, string>;
  /** Compose's own keys, at the end. */
  compose: Record<string, string>;
}

const SPELLING = [
  "A value with # or $ goes into 'single quotes'. A password that holds a quote or a backslash as well goes, in base64,",
  "into the key with _B64 at its end:  printf '%s' 'the password' | base64",
];
const WIDTH = 121;
/** Hints stand in one column, unless a line is longer. */
const LONGEST_BESIDE_A_HINT = 48;

/** The sample of `.env`: what everybody fills in stands open, group by group; what is seldom changed is commented out. */
export function sampleText(fields: readonly Field[], texts: SampleTexts): string {
  const groups = GROUPS.flatMap((group) => {
    // What this program alone reads stands in .env only when init has written it there.
    const members = fields.filter((field) => (field.group ?? 'seldom') === group && field.local !== true);
    if (members.length === 0) return [];
    const head = wrapped(`--- ${texts.heads[group]}`, '# ', '#     ');
    return [[...head, ...(group === 'seldom' ? commented(members) : members.map(open))].join('\n')];
  });
  const top = [texts.title, ...SPELLING].map((line) => `# ${line}`).join('\n');
  const compose = Object.entries(texts.compose).map(([key, value]) => `${key}=${value}`);
  return `${[top, ...groups, compose.join('\n')].join('\n\n')}\n`;
}

function open(field: Field): string {
  return `${field.key}=${field.default ?? ''}`;
}

function commented(fields: readonly Field[]): string[] {
  const lines = fields.map(({ key, sample, default: preset = '' }) => ({
    text: `#${key}=${sample?.text ?? preset}`,
    hint: sample?.hint,
  }));
  const column = Math.max(
    ...lines
      .filter(({ text, hint }) => hint !== undefined && text.length <= LONGEST_BESIDE_A_HINT)
      .map(({ text }) => text.length),
  );
  return lines.map(({ text, hint }) => (hint === undefined ? text : `${text.padEnd(column + 2)}# ${hint}`));
}

function wrapped(text: string, first: string, further: string): string[] {
  const lines: string[] = [];
  let line = first;
  for (const word of text.split(' ')) {
    const longer = /\s$/.test(line) ? `${line}${word}` : `${line} ${word}`;
    if (longer.length > WIDTH) {
      lines.push(line);
      line = `${further}${word}`;
    } else line = longer;
  }
  return [...lines, line];
}
