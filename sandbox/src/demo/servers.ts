import { SandboxError } from '../sandbox-error.ts';
import type { SourceServer } from './source.ts';

/** The SQL Servers of the two hospitals. */
export interface DemoServers {
  servers: [SourceServer, SourceServer];
  /** False: real ones. */
  standIns: boolean;
}

/**
 * The real servers that `SANDBOX_SQLSERVER` names (`host:port,host:port`: two, since both hospitals call their database the
 * same), with `SANDBOX_SQLSERVER_USER` and `SANDBOX_SQLSERVER_PASS`, the login of a sysadmin.
 * @returns undefined when none are named
 * @throws SandboxError when the variables do not make sense
 */
export function realServers(environment: NodeJS.ProcessEnv): [SourceServer, SourceServer] | undefined {
  const named = environment.SANDBOX_SQLSERVER?.trim() ?? '';
  if (named === '') return undefined;
  const { SANDBOX_SQLSERVER_USER: user, SANDBOX_SQLSERVER_PASS: password } = environment;
  const servers = named.split(',').map((entry): SourceServer => {
    const match = /^([^:\s]+):(\d{1,5})$/.exec(entry.trim());
    if (match === null) {
      throw new SandboxError(`SANDBOX_SQLSERVER holds "${entry.trim()}". Needed: host:port,host:port.`);
    }
    return { host: match[1] ?? '', port: Number(match[2]), user: user ?? '', password: password ?? '' };
  });
  const [first, second, ...more] = servers;
  if (first === undefined || second === undefined || more.length > 0) {
    throw new SandboxError(
      `SANDBOX_SQLSERVER names ${servers.length} server(s). Needed: two, because both hospitals call their database the same.`,
    );
  }
  if (!user || !password) {
    throw new SandboxError(
      'SANDBOX_SQLSERVER is set. Needed too: SANDBOX_SQLSERVER_USER and SANDBOX_SQLSERVER_PASS.',
    );
  }
  return [first, second];
}
