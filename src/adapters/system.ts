import { arch, cpus, freemem, hostname, platform, release, totalmem, uptime, version } from 'node:os';

/** The machine, as far as it helps to understand a bundle. Bytes and seconds. Its name is there to be taken out. */
export interface SystemFacts {
  platform: string;
  release: string;
  version: string;
  arch: string;
  cpus: number;
  memoryBytes: number;
  freeMemoryBytes: number;
  uptimeSeconds: number;
  node: string;
  timeZone: string;
  hostname: string;
}

export function systemFacts(): SystemFacts {
  return {
    platform: platform(),
    release: release(),
    version: version(),
    arch: arch(),
    cpus: cpus().length,
    memoryBytes: totalmem(),
    freeMemoryBytes: freemem(),
    uptimeSeconds: Math.round(uptime()),
    node: process.version,
    timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    hostname: hostname(),
  };
}
