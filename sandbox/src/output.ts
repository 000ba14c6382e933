/** The sandbox's only way to the screen: whole lines, so that it reads the same in a terminal, a pipe and a CI log. */
export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** For what went wrong. */
export function complain(line: string): void {
  process.stderr.write(`${line}\n`);
}
