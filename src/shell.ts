/**
 * How a command that is printed for somebody to paste is spelled: for a POSIX shell, on Windows for PowerShell (which runs
 * programs with plain arguments as `cmd` does).
 */

/** Who would type it, and where. */
export interface Typist {
  platform: NodeJS.Platform | string;
  /** Is root already; a small system may not even have `sudo`. */
  privileged?: boolean;
}

/** One argument in quotes; as it is where it needs none. PowerShell makes a list of `a,b`, and `@a` means something there. */
export function quoted(text: string, { platform }: Typist): string {
  const plain = platform === 'win32' ? /^[\w./:\\+=-]+$/ : /^[\w./:@%+=,-]+$/;
  if (plain.test(text)) return text;
  return platform === 'win32' ? `'${text.replaceAll("'", "''")}'` : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** A command that needs the rights of the machine's administrator. */
export function asAdministrator(command: string, { platform, privileged }: Typist): string {
  if (platform === 'win32') return `${command}   # as administrator`;
  return privileged === true ? command : `sudo ${command}`;
}

/** Takes a variable out of the environment of this shell. */
export function unsetVariable(name: string, { platform }: Typist): string {
  return platform === 'win32' ? `Remove-Item Env:${name}` : `unset ${name}`;
}

/** Gives a variable to this shell and what is started from it. */
export function setVariable(name: string, value: string, typist: Typist): string {
  const text = quoted(value, typist);
  if (typist.platform !== 'win32') return `export ${name}=${text}`;
  return `$Env:${name} = ${text.startsWith("'") ? text : `'${text}'`}`;
}
