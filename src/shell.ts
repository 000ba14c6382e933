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

/** The plain tools of a network that remedies name, with what Windows has in their place. */
const TOOLS_OF_WINDOWS: readonly [RegExp, string][] = [
  [/^nc -vz -w \d+ (\S+) (\d+)/, 'Test-NetConnection $1 -Port $2'],
  [/^ping -M do -s (\d+) -c (\d+) (\S+)/, 'ping -f -l $1 -n $2 $3'],
  [/^ip route get (\S+)/, 'tracert -d -h 5 $1'],
  [
    /^sudo ip link set dev \S+ mtu (\d+)/,
    'netsh interface ipv4 set subinterface "VPN" mtu=$1 store=persistent   # as administrator',
  ],
];

/** A command of a remedy, which names the tools of Linux, as it is typed on this machine. */
export function spelledFor({ platform }: Typist, command: string): string {
  if (platform !== 'win32') return command;
  const [linux, windows] = TOOLS_OF_WINDOWS.find(([pattern]) => pattern.test(command)) ?? [];
  return linux === undefined || windows === undefined ? command : command.replace(linux, windows);
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
