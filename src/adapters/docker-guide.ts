import { asAdministrator } from '../shell.ts';
import type { HostFacts } from './host.ts';
import type { Family, HostSystem } from './host-system.ts';

/** How a machine gets a Docker that runs. */
export interface DockerGuide {
  /** What is needed on this system, and why in this way. */
  needed: string;
  /** In the order in which they are typed. */
  commands: readonly string[];
}

interface Way {
  needed: string;
  /** As an administrator of the machine. */
  admin: readonly string[];
  /** As they are, after those. */
  after?: readonly string[];
}

const ENABLE = 'systemctl enable --now docker';
const APT = ['apt-get update', 'apt-get install -y docker.io'];
const DESKTOP_AT_LOGIN =
  'In Docker Desktop: Settings > General > "Start Docker Desktop when you sign in to your computer".';

/**
 * What to run on a system without Docker. The distribution's own package is taken where it has one: it needs no other
 * repository, and gets the system's security updates.
 */
const WAYS: Record<Family, Way> = {
  ubuntu: {
    needed: "Docker Engine; Ubuntu's own package docker.io (of its part universe) is enough.",
    admin: [...APT, ENABLE],
  },
  debian: {
    needed: "Docker Engine; Debian's own package docker.io is enough.",
    admin: [...APT, ENABLE],
  },
  fedora: {
    needed: "Docker Engine; Fedora's own package moby-engine is enough.",
    admin: ['dnf install -y moby-engine', ENABLE],
  },
  rhel: {
    needed:
      "Docker Engine from Docker's own package repository: this family's repositories hold Podman alone. How to add it: https://docs.docker.com/engine/install/ (RHEL; for Rocky, Alma and Oracle Linux too).",
    admin: [
      'dnf install -y --allowerasing docker-ce docker-ce-cli containerd.io docker-compose-plugin',
      ENABLE,
    ],
  },
  suse: {
    needed: 'Docker Engine; the package docker (on SLES of its module Containers) is enough.',
    admin: ['zypper --non-interactive install docker', ENABLE],
  },
  linux: {
    needed:
      'Docker Engine 20.10 or newer, from the package docker (or docker.io, moby-engine) of this distribution, started at boot.',
    admin: [ENABLE],
  },
  windows: {
    needed: `Docker Desktop with WSL 2; afterwards restart the machine and start Docker Desktop once. ${DESKTOP_AT_LOGIN}`,
    admin: ['wsl --install --no-distribution', 'winget install --exact --id Docker.DockerDesktop'],
  },
  'windows-server-wsl2': {
    needed:
      'A Linux with Docker Engine in WSL 2: Windows Server runs no Linux containers itself, and Docker Desktop is not made for it. Install this program in that Linux too, and run it there.',
    admin: ['wsl --install --distribution Ubuntu'],
    after: [
      'wsl --distribution Ubuntu --user root -- apt-get update',
      'wsl --distribution Ubuntu --user root -- apt-get install -y docker.io nodejs npm',
      'wsl --distribution Ubuntu --user root -- npx clinicmaster-cdc init',
    ],
  },
  'windows-server-old': {
    needed:
      'A small Linux virtual machine with Docker Engine (2 CPUs, 2 GB, 20 GB), started with this server: before Windows Server 2022 there is no WSL 2, and Docker Desktop is not made for servers. Run this program in that Linux.',
    admin: ['Install-WindowsFeature -Name Hyper-V -IncludeManagementTools -Restart'],
  },
  macos: {
    needed: `Docker Desktop. ${DESKTOP_AT_LOGIN}`,
    admin: [],
    after: ['brew install --cask docker-desktop', 'open -a Docker'],
  },
};

/** Families on which this program can install Docker by itself. */
export function installable({ family, wsl }: HostSystem): boolean {
  return (family === 'ubuntu' || family === 'debian') && !wsl;
}

/** From no Docker at all to one that runs. */
export function installGuide(system: HostSystem, host: HostFacts): DockerGuide {
  const { needed, admin, after = [] } = WAYS[system.family];
  const own = installable(system) ? ['clinicmaster-cdc init --install-docker'] : [];
  const steps = system.systemd || system.id === '' ? admin : admin.map(withoutSystemd);
  const desktop = system.wsl
    ? ' This Linux runs in WSL: with Docker Desktop on Windows, switch it on for this distribution instead (Settings > Resources > WSL integration).'
    : '';
  return {
    needed: `${needed}${desktop}`,
    commands: [...[...own, ...steps].map((command) => asAdministrator(command, host)), ...after],
  };
}

/** From a Docker that is installed to one that runs. */
export function startGuide(system: HostSystem, host: HostFacts): DockerGuide {
  if (system.family === 'windows' || system.family.startsWith('windows-server')) {
    return {
      needed: `Docker Desktop, running, with Linux containers. ${DESKTOP_AT_LOGIN}`,
      commands: ['& "$Env:ProgramFiles\\Docker\\Docker\\Docker Desktop.exe"'],
    };
  }
  if (system.family === 'macos')
    return { needed: `Docker Desktop, running. ${DESKTOP_AT_LOGIN}`, commands: ['open -a Docker'] };
  const command = system.systemd ? ENABLE : withoutSystemd(ENABLE);
  return {
    needed: system.systemd
      ? 'Docker Engine, running and started at boot.'
      : 'Docker Engine, running. systemd does not run here: see that whatever starts the services of this machine starts it.',
    commands: [asAdministrator(command, host)],
  };
}

/** Without systemd the package's init script starts it. */
function withoutSystemd(command: string): string {
  return command === ENABLE ? 'service docker start' : command;
}
