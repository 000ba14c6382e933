import { CliError } from '../errors.ts';
import { asAdministrator, type Typist, unsetVariable } from '../shell.ts';
import type { Choice, Endpoint } from './docker-endpoints.ts';
import { installable, installGuide, startGuide } from './docker-guide.ts';
import type { HostFacts } from './host.ts';
import type { HostSystem } from './host-system.ts';

export type RefusalKind =
  | 'not-there'
  | 'forbidden'
  | 'not-listening'
  | 'no-answer'
  | 'unreachable'
  | 'tls'
  | 'not-docker'
  | 'fault';

/** Why one endpoint did not answer. */
export interface Refusal {
  endpoint: Endpoint;
  kind: RefusalKind;
  /** Without the endpoint: `not there`. */
  reason: string;
}

const TIMED_OUT = new Set(['ETIMEDOUT', 'ENOANSWER', 'UND_ERR_CONNECT_TIMEOUT']);
const UNREACHABLE: Record<string, string> = {
  ENOTFOUND: 'no such host',
  EAI_AGAIN: 'its name cannot be looked up',
  EHOSTUNREACH: 'no route to that host',
  ENETUNREACH: 'no route to that network',
};

/** What an error of a connection means for an endpoint. */
export function explainRefusal(endpoint: Endpoint, cause: unknown): Refusal {
  const message = cause instanceof Error ? cause.message : String(cause);
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  const because = (kind: RefusalKind, reason: string): Refusal => ({ endpoint, kind, reason });
  if (endpoint.fault !== undefined) return because('fault', endpoint.fault);
  if (code === 'EACCES' || code === 'EPERM') return because('forbidden', 'this user may not use Docker');
  if (code === 'ENOENT' || code === 'ENOTDIR') return because('not-there', 'not there');
  if (code === 'ECONNREFUSED')
    return because('not-listening', 'nothing listens there; the service is stopped');
  if (code === 'ENOTDOCKER' || /^HPE_/.test(code) || code === 'ENOTSOCK')
    return because('not-docker', 'something answers there, and it is not Docker');
  if (TIMED_OUT.has(code)) return because('no-answer', message);
  const unreachable = UNREACHABLE[code];
  if (unreachable !== undefined) return because('unreachable', unreachable);
  if (/HTTP request to an HTTPS server/i.test(message))
    return because('tls', 'it wants TLS: set DOCKER_TLS_VERIFY and DOCKER_CERT_PATH');
  if (/CERT|SSL|TLS|SELF_SIGNED|UNABLE_TO_VERIFY|EPROTO/.test(code) || /\bSSL\b|certificate/i.test(message))
    return because('tls', `TLS does not come about: ${message}`);
  return because('fault', message);
}

/** `unix:///var/run/docker.sock (default socket): not there` */
export function refusalLine({ endpoint: { url, origin }, reason }: Refusal): string {
  return `${url} (${origin}): ${reason}`;
}

/** What was found where nobody had chosen to look. */
export interface Aside {
  /** An Engine that answers beside the one that was chosen. */
  elsewhere?: Endpoint | undefined;
  podman?: Endpoint | undefined;
}

/** The error when no Engine answers: each endpoint with its reason, and what to run on this system. */
export function noDocker(
  refusals: readonly Refusal[],
  { elsewhere, podman }: Aside,
  system: HostSystem,
  host: HostFacts,
): CliError {
  const chosen = refusals[0]?.endpoint.chosen;
  const seen = refusals.map(refusalLine);
  if (elsewhere !== undefined)
    seen.push(`${elsewhere.url} (${elsewhere.origin}): answers, but was not chosen`);
  if (podman !== undefined)
    seen.push(`${podman.url} (Podman): answers, but this program needs Docker Engine`);
  const forbidden = refusals.find(({ kind }) => kind === 'forbidden');
  if (chosen !== undefined) return chosenIsDead(chosen, refusals[0], seen, host);
  if (forbidden !== undefined) {
    return new CliError('docker.forbidden', 'This user may not use Docker.', {
      seen: seen.join('\n'),
      needed: 'A running Docker Engine (20.10 or newer) that this user may use.',
      commands: permission(host),
    });
  }
  // Something is there, or its program is: it only has to be started.
  const installed = system.installed || refusals.some(({ kind }) => kind !== 'not-there');
  const { needed, commands } = installed ? startGuide(system, host) : installGuide(system, host);
  const absent = !installed && installable(system);
  return new CliError(
    absent ? 'docker.absent' : 'docker.unreachable',
    installed
      ? 'No Docker Engine answers on this machine.'
      : `There is no Docker on this ${shortName(system)}.`,
    { seen: seen.join('\n'), needed, commands },
  );
}

function chosenIsDead(
  choice: Choice,
  refusal: Refusal | undefined,
  seen: readonly string[],
  host: HostFacts,
): CliError {
  const forbidden = refusal?.kind === 'forbidden';
  const what =
    choice.by === 'DOCKER_HOST'
      ? 'DOCKER_HOST names a Docker Engine'
      : choice.by === 'DOCKER_CONTEXT'
        ? `DOCKER_CONTEXT chooses the Docker context "${choice.context}"`
        : `The Docker context "${choice.context}" was chosen (docker context use)`;
  return new CliError(
    forbidden ? 'docker.forbidden' : 'docker.unreachable',
    `${what}, and ${forbidden ? 'this user may not use it' : 'no Engine answers there'}.`,
    {
      seen: seen.join('\n'),
      needed: `That Engine, running; or no choice: then the Engine of this machine is used. Nothing else is tried while one is chosen.`,
      commands: [
        ...(forbidden ? permission(host) : []),
        choice.by === 'docker context use' ? 'docker context use default' : unsetVariable(choice.by, host),
      ],
    },
  );
}

function permission(host: HostFacts): string[] {
  const typist: Typist = host;
  return host.platform === 'win32'
    ? [
        // A quoted string of PowerShell: `$Env:…` in double quotes is its value.
        asAdministrator(
          'net localgroup docker-users "$Env:USERDOMAIN\\$Env:USERNAME" /add; then log in again',
          typist,
        ),
      ]
    : [asAdministrator('usermod -aG docker "$USER"', { ...typist, privileged: false }), 'newgrp docker'];
}

function shortName({ family, name }: HostSystem): string {
  return family === 'linux' && name === 'Linux' ? 'Linux' : `machine (${name})`;
}
