import type { Style } from './output.ts';

interface Told {
  command: string;
  database: string;
  unseen: readonly string[];
  notes: readonly string[];
}

/** The script itself, so that it can be redirected into a file; or where it was written. */
export function scriptResultText(
  data: Told & { script?: string; out?: string; batches: readonly unknown[] },
  style: Style,
): string {
  if (data.script !== undefined) return data.script.trimEnd();
  const count = data.batches.length;
  return [
    style.wrap(`Wrote ${count} batch${count === 1 ? '' : 'es'} for ${data.database} to ${data.out}`),
    ...remarks(data, style),
    style.wrap(
      'Give it to the DBA. Its header says how to run it. Then run this again: it says what is left.',
    ),
  ].join('\n\n');
}

/** What was run, what was not, and why. */
export function appliedText(
  data: Told & {
    ok: boolean;
    headline: string;
    batches: readonly { title: string; state: string; seen?: string }[];
    next: readonly string[];
  },
  style: Style,
): string {
  const parts: string[] = [];
  if (data.ok) parts.push(`${style.symbol('pass')} ${style.ok(style.wrap(data.headline, 2).trimStart())}`);
  else parts.push(...stopText(data.batches, style));
  // A run that has changed things has told its notes before.
  if (data.batches.length === 0) parts.push(...remarks(data, style));
  if (data.next.length > 0) {
    parts.push(`  Next:\n${data.next.map((line) => `    ${style.command(line)}`).join('\n')}`);
  }
  return parts.join('\n\n');
}

function stopText(
  batches: readonly { title: string; state: string; seen?: string }[],
  style: Style,
): string[] {
  const stop = batches.find(({ state }) => state === 'failed' || state === 'refused');
  const titles = (state: string) =>
    batches.filter((batch) => batch.state === state).map(({ title }) => title);
  const list = (label: string, lines: readonly string[]) =>
    lines.length === 0 ? [] : [`  ${label}\n${lines.map((line) => style.wrap(`- ${line}`, 4)).join('\n')}`];
  const why = stop?.state === 'failed' ? 'failed' : 'was not confirmed';
  return [
    `${style.symbol('fail')} ${style.wrap(`Stopped: "${stop?.title}" ${why}.`, 2).trimStart()}`,
    ...(stop?.seen === undefined ? [] : [`  Seen:\n${style.wrap(stop.seen, 4)}`]),
    ...list('Done, and staying done:', titles('done')),
    ...list('Not done:', titles('not-done')),
    style.wrap('Cure this, then run the same command again: it goes on with what is left.', 2),
  ];
}

function remarks({ unseen, notes }: Told, style: Style): string[] {
  return [
    ...unseen.map((what) => style.wrap(`${style.symbol('unknown')} Could not be seen: ${what}.`, 0)),
    ...notes.map((note) => style.wrap(note)),
  ];
}
