let screen: NodeJS.WriteStream = process.stdout;

/** The sandbox's only way to the screen: whole lines, so that it reads the same in a terminal, a pipe and a CI log. */
export function say(line: string): void {
  screen.write(`${line}\n`);
}

/** For what went wrong. */
export function complain(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** From now on {@link say} leaves stdout alone, for a command whose stdout is one JSON document. */
export function sayOnStderr(): void {
  screen = process.stderr;
}

/** The document itself. */
export function printJson(document: unknown): void {
  process.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
}
