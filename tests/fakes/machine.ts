import type { MachinePort } from '../../src/adapters/machine-port.ts';

/** A well-kept Linux server; a test changes what it is about. */
export function fakeMachine(changes: Partial<MachinePort> = {}): MachinePort {
  return {
    platform: 'linux',
    hostname: 'hospital-server',
    system: async () => ({ name: 'Ubuntu 24.04 LTS', kernel: '6.8.0', uptimeSeconds: 12 * 86_400 }),
    memory: async () => ({ totalBytes: 8 * 2 ** 30, availableBytes: 5 * 2 ** 30 }),
    processors: () => ({ count: 4, load15: 0.4 }),
    disk: async () => ({ totalBytes: 200e9, freeBytes: 80e9 }),
    fileSize: async () => 3_000_000,
    interfaces: () => [
      { name: 'lo', address: '127.0.0.1', cidr: '127.0.0.1/8', internal: true },
      { name: 'eth0', address: '192.168.1.7', cidr: '192.168.1.7/24', internal: false },
      { name: 'docker0', address: '172.17.0.1', cidr: '172.17.0.1/16', internal: false },
    ],
    routes: async () => [
      { device: 'eth0', cidr: '192.168.1.0/24' },
      { device: 'docker0', cidr: '172.17.0.0/16' },
    ],
    natRules: async () => ['-N DOCKER', '-A POSTROUTING -s 172.17.0.0/16 ! -o docker0 -j MASQUERADE'],
    portHolder: async () => undefined,
    startsOnBoot: async (service) => (service === 'docker.service' ? 'enabled' : undefined),
    startsWithUser: async () => undefined,
    desktopAutostart: async () => undefined,
    lingers: async () => undefined,
    clockSynchronised: async () => true,
    starts: async () => ({ starts: 1, unclean: 0 }),
    programs: async () => ['systemd', 'dockerd'],
    antivirusExclusions: async () => undefined,
    ...changes,
  };
}
