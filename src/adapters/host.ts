/** What the program knows of the machine and the user that started it. */
export interface HostFacts {
  platform: NodeJS.Platform;
  /** Effective user is root. Always false on Windows, where it decides nothing. */
  privileged: boolean;
  /** Number of the effective user; undefined on Windows. */
  uid?: number;
  home: string;
  cwd: string;
  env: Readonly<Record<string, string | undefined>>;
}
