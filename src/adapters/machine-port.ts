/** A program's interface to the network, with its address in CIDR form (`192.168.1.7/24`). */
export type InterfaceView = { name: string; address: string; cidr: string; internal: boolean };

/** One IPv4 route: `10.8.0.0/24` by way of the device `tun0` (on Windows: the address of the interface). */
export type RouteView = { cidr: string; device: string };

/**
 * What the program asks of the machine itself. Everything is read, nothing is changed; an answer that this system does not
 * give, or not to this user, is undefined.
 */
export interface MachinePort {
  readonly platform: NodeJS.Platform;
  readonly hostname: string;

  /** `Ubuntu 24.04 LTS`, the kernel's release, and seconds since the start. */
  system(): Promise<{ name: string; kernel: string; uptimeSeconds: number }>;
  /** `availableBytes`: what a new program could get without swapping. */
  memory(): Promise<{ totalBytes: number; availableBytes: number }>;
  /** `load15`: runnable tasks over 15 minutes; undefined where the system does not count them (Windows). */
  processors(): { count: number; load15: number | undefined };
  /** The file system that holds the path. */
  disk(path: string): Promise<{ totalBytes: number; freeBytes: number } | undefined>;
  fileSize(path: string): Promise<number | undefined>;

  interfaces(): InterfaceView[];
  routes(): Promise<RouteView[] | undefined>;
  /** Rules of the kernel's NAT table as `iptables -S` spells them; needs root. */
  natRules(): Promise<string[] | undefined>;
  /** The program that listens at a TCP port of the loopback address: `java (pid 812)`. */
  portHolder(port: number): Promise<string | undefined>;

  /** `enabled`, `disabled`, `static`, …: systemd's word; `auto`, `demand`, `disabled` on Windows. */
  startsOnBoot(service: string): Promise<string | undefined>;
  /** The same of a service of this user's own systemd. */
  startsWithUser(service: string): Promise<string | undefined>;
  /** Whether Docker Desktop starts when this user signs in, and whether Windows signs somebody in by itself after a start. */
  desktopAutostart(): Promise<{ atSignIn: boolean; signsIn: boolean } | undefined>;
  /** Whether this user's services run while he is not logged in (systemd). */
  lingers(): Promise<boolean | undefined>;
  /** Whether the clock follows a time server. */
  clockSynchronised(): Promise<boolean | undefined>;
  /** Starts of this machine in the last days, and how many came without a shutdown before them. */
  starts(days: number): Promise<{ starts: number; unclean: number } | undefined>;
  /** Names of the running programs, without their arguments. */
  programs(): Promise<string[] | undefined>;
  /** Folders that the system's antivirus leaves alone (Microsoft Defender; needs an administrator). */
  antivirusExclusions(): Promise<string[] | undefined>;
}
