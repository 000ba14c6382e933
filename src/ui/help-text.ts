/**
 * Help that fits the terminal. The lines of a paragraph are set anew where one of them is too long; what is indented, a flag or a
 * command to copy, stays as it is.
 * @param width columns
 */
export function foldedHelp(text: string, width: number): string {
  const blocks: string[][] = [];
  for (const line of text.split('\n')) {
    const last = blocks.at(-1);
    if (last !== undefined && isProse(line) && isProse(last[0] ?? '')) last.push(line);
    else blocks.push([line]);
  }
  return blocks
    .flatMap((lines) =>
      lines.every((line) => line.length <= width) || !isProse(lines[0] ?? '')
        ? lines
        : wrapped(lines.join(' '), width),
    )
    .join('\n');
}

/** Begins at the margin, and is no head. */
function isProse(line: string): boolean {
  return /^\S/.test(line) && !line.endsWith(':') && !line.startsWith('Usage:');
}

function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/)) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}
