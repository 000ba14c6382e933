import { CliError, type Who } from '../errors.ts';

/** Why an image did not come from a registry, or did not go there. */
export type TransferFailure =
  | 'no-space'
  | 'read-only'
  | 'rate-limit'
  | 'not-found'
  | 'denied'
  | 'platform'
  | 'certificate'
  | 'not-tls'
  | 'name'
  | 'proxy'
  | 'timeout'
  | 'cut'
  | 'refused'
  | 'unreachable'
  | 'server'
  | 'damaged'
  | 'other';

interface Explanation {
  kind: TransferFailure;
  /** What the Engine or the registry says; the first that matches counts. */
  pattern: RegExp;
  needed: string;
  who: Who;
  commands?: (registry: string, reference: string) => string[];
}

const LOGIN = (registry: string) => [`docker login ${registry}`];
/** The Engine has no error codes for these; its words have been the same since 1.13. Order matters: causes before effects. */
const EXPLANATIONS: readonly Explanation[] = [
  {
    kind: 'no-space',
    pattern: /no space left on device|disk quota exceeded|not enough space/i,
    needed: "Room on the disk of Docker's data folder: about three times the size of the image.",
    who: 'you',
    commands: () => ["docker info --format '{{.DockerRootDir}}'", 'docker system df', 'df -h'],
  },
  {
    kind: 'read-only',
    pattern: /read-only file system/i,
    needed:
      "Docker's data folder on a disk that can be written; a disk that fails turns read-only by itself.",
    who: 'you',
    commands: () => ["docker info --format '{{.DockerRootDir}}'", 'dmesg | tail -50'],
  },
  {
    kind: 'rate-limit',
    pattern: /toomanyrequests|too many requests|\b429\b|rate limit/i,
    needed: 'Patience, or a login: a registry counts pulls without one by the address of the whole site.',
    who: 'you',
    commands: LOGIN,
  },
  {
    kind: 'denied',
    pattern:
      /denied|unauthorized|authentication required|no basic auth credentials|incorrect username or password|\b40[13]\b/i,
    needed:
      'A login that may read this image; a registry says the same of a name that it does not know or does not show.',
    who: 'central-team',
    commands: LOGIN,
  },
  {
    kind: 'platform',
    pattern: /no matching manifest|does not match the specified platform|no match for platform/i,
    needed: "An image for this machine's kind of processor under that name.",
    who: 'central-team',
  },
  {
    kind: 'not-found',
    pattern: /manifest unknown|manifest for \S+ not found|name unknown|not found|does not exist/i,
    needed: 'The name and version as the central team publishes them (IMAGE in .env, --image).',
    who: 'central-team',
  },
  {
    kind: 'certificate',
    pattern: /x509|certificate (?:signed|has expired|is not valid)|tls: (?!handshake timeout)/i,
    needed:
      "A certificate that Docker trusts: the CA of the registry, or of the proxy that inspects TLS, in Docker's own folder.",
    who: 'network-admin',
    commands: (registry) => [`ls /etc/docker/certs.d/${registry}/ca.crt`, 'sudo systemctl restart docker'],
  },
  {
    kind: 'not-tls',
    pattern: /server gave HTTP response to HTTPS client/i,
    needed: 'A registry with TLS, or its address in insecure-registries of /etc/docker/daemon.json.',
    who: 'central-team',
  },
  {
    kind: 'proxy',
    pattern: /proxyconnect|proxy authentication|\b407\b/i,
    needed:
      "A proxy for the Docker service that lets the registry through; the shell's own proxy does not count.",
    who: 'network-admin',
    commands: () => ["docker info --format '{{.HTTPProxy}} {{.HTTPSProxy}} {{.NoProxy}}'"],
  },
  {
    kind: 'name',
    pattern: /no such host|server misbehaving|name resolution|lookup \S+ on /i,
    needed: 'A DNS server that knows the registry, as seen by the Docker service.',
    who: 'network-admin',
    commands: (registry) => [`getent hosts ${registry.replace(/:\d+$/, '')}`],
  },
  {
    kind: 'timeout',
    pattern:
      /TLS handshake timeout|i\/o timeout|timed? ?out|deadline exceeded|Client\.Timeout|request canceled while waiting/i,
    needed: 'A line on which the registry answers in time.',
    who: 'network-admin',
  },
  {
    kind: 'refused',
    pattern: /connection refused/i,
    needed: 'A registry that listens there; a firewall may also answer so.',
    who: 'network-admin',
  },
  {
    kind: 'unreachable',
    pattern: /network is unreachable|no route to host|host is down/i,
    needed: 'A way to the registry from this machine.',
    who: 'network-admin',
  },
  {
    kind: 'server',
    pattern: /\b50[0234]\b|bad gateway|service unavailable|internal server error/i,
    needed: 'A registry that is well.',
    who: 'central-team',
  },
  {
    kind: 'damaged',
    pattern: /verification failed|did not match|digest mismatch|unexpected commit digest|invalid checksum/i,
    needed:
      'The same bytes that the registry promised: something on the way changes them (proxy, virus scanner).',
    who: 'network-admin',
  },
  {
    kind: 'cut',
    pattern:
      /connection reset|unexpected EOF|\bEOF\b|broken pipe|use of closed network|ECONNRESET|aborted|socket hang up/i,
    needed: 'A line that holds for as long as the largest layer takes.',
    who: 'network-admin',
  },
];

const UNKNOWN: Omit<Explanation, 'pattern'> = {
  kind: 'other',
  needed: 'A registry that this machine reaches and may read.',
  who: 'you',
};

/**
 * The error of a pull or a push, by what the Engine said: `docker.pull-<kind>`, `docker.push-<kind>`.
 * @param text the Engine's own words, from its answer or from inside its stream
 */
export function transferError(
  direction: 'pull' | 'push',
  reference: string,
  text: string,
  cause: unknown,
): CliError {
  const { kind, needed, who, commands } = EXPLANATIONS.find(({ pattern }) => pattern.test(text)) ?? UNKNOWN;
  const own = commands?.(registryHost(reference), reference) ?? [];
  return new CliError(
    `docker.${direction}-${kind}`,
    `The image ${reference} could not be ${direction === 'pull' ? 'pulled' : 'pushed'}.`,
    { seen: text, needed, who, commands: [...own, `docker ${direction} ${reference}`], cause },
  );
}

/** The host that a reference names; Docker Hub's where it names none. */
export function registryHost(reference: string): string {
  const [first = '', ...rest] = reference.split('/');
  return rest.length > 0 && (/[.:]/.test(first) || first === 'localhost') ? first : 'docker.io';
}
