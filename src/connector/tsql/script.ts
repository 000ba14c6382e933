import { PASSWORD_PLACEHOLDER, PASSWORD_VARIABLE, type SqlBatch } from './batch.ts';

/** What stands above the batches of a script. */
export interface ScriptHead {
  /** What it is for, in one sentence. */
  purpose: string;
  /** Name and version of this program. */
  maker: string;
  /** Host, port and database. */
  target: string;
  /** What was seen of the server, or that nobody looked. */
  seen: string;
  /** What could not be seen. */
  unseen: readonly string[];
  notes: readonly string[];
}

/**
 * Whether this T-SQL has been run on a SQL Server yet. It has not: only on the practice server of this project. Said in
 * every script and before the first `--apply`.
 */
export const PROVEN_ON =
  'This T-SQL was run on the stand-in of this project only, not yet on a SQL Server of Microsoft.';

/** The whole script: a header that says what, at which price and how to undo it; then each batch, ended by GO. */
export function scriptText(batches: readonly SqlBatch[], head: ScriptHead): string {
  return `${[header(batches, head), ...batches.map((batch, index) => `${batchText(batch, index)}\nGO`)].join('\n\n')}\n`;
}

/** Columns of a comment line, its two hyphens not counted. */
const WIDTH = 116;

/** One batch with its explanation as comments. */
export function batchText(batch: SqlBatch, index: number, width = WIDTH): string {
  return [
    ...comment(`${index + 1}. ${batch.title}`, width),
    ...comment(`   Cost: ${batch.cost}`, width),
    ...comment(`   Undo: ${batch.undo}`, width),
    batch.sql,
  ].join('\n');
}

function header(batches: readonly SqlBatch[], head: ScriptHead): string {
  const list = (title: string, lines: readonly string[]) =>
    lines.length === 0
      ? []
      : [...comment(''), ...comment(title), ...lines.flatMap((line) => comment(`  - ${line}`))];
  const secret = batches.some(({ sql }) => sql.includes(PASSWORD_PLACEHOLDER));
  return [
    ...comment(`${head.purpose} Made by ${head.maker} for ${head.target}.`),
    ...comment(`Seen: ${head.seen}`),
    ...comment(''),
    ...comment(
      `${batches.length} batch${batches.length === 1 ? '' : 'es'}. Each asks before it acts, so the script may be run again. Run it outside busy hours, with a login that is a sysadmin, and stop at the first error:`,
    ),
    '--   sqlcmd -S SERVER -E -b -I -i THIS_FILE  (or -U LOGIN; sqlcmd asks for its password)',
    ...comment('or in SQL Server Management Studio.'),
    ...(secret ? passwordHelp() : []),
    ...comment(''),
    ...comment(PROVEN_ON),
    ...list('Could not be seen:', head.unseen),
    ...list('Note:', head.notes),
  ].join('\n');
}

function passwordHelp(): string[] {
  return [
    ...comment(''),
    ...comment(
      `The password of the connector's login is not in this file. sqlcmd takes it from the environment variable ${PASSWORD_VARIABLE} (a ' in it written twice); never give it with -v, where every user of the machine can read it. In Management Studio turn on Query > SQLCMD Mode and write a line  :setvar ${PASSWORD_VARIABLE} "…"  above, without saving it.`,
    ),
  ];
}

/** Comment lines, wrapped. Names of tables come from the server: no line break of theirs may end the comment, and
 * sqlcmd fills in variables in comments too. */
function comment(text: string, width = WIDTH): string[] {
  const clean = text.replace(/[\u0000-\u001f\u007f\u2028\u2029]+/g, ' ').replaceAll('$(', '$ (');
  const indent = /^\s*(?:\d+\. |- |[A-Z][a-z]+: )?/.exec(clean)?.[0].length ?? 0;
  const lines: string[] = [];
  let line = '';
  for (const word of clean.split(/(?<=\S) (?=\S)/)) {
    if (line !== '' && line.length + word.length + 1 > width) {
      lines.push(line);
      line = ' '.repeat(indent) + word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line].map((one) => `-- ${one}`.trimEnd());
}
