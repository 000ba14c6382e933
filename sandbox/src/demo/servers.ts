import type { Sandbox } from '../load.ts';
import { SandboxError } from '../sandbox-error.ts';
import type { SourceServer } from './source.ts';

/** The SQL Servers of the two hospitals, and whether they are stand-ins. */
export interface DemoServers {
  servers: [SourceServer, SourceServer];
  standIns: boolean;
}

/**
 * Real servers where `SANDBOX_SQLSERVER` names them (`host:port,host:port`: two, since both hospitals call their database the
 * same) with `SANDBOX_SQLSERVER_USER` and `SANDBOX_SQLSERVER_PASS`, the login of a sysadmin; else the two stand-ins.
 * @param administrator login of the stand-ins
 * @throws SandboxError when the variables do not make sense
 */
export function demoServers(
  environment: NodeJS.ProcessEnv,
  standin: Sandbox['standin'],
  administrator: { user: string; password: string },
): DemoServers {
  const named = environment.SANDBOX_SQLSERVER?.trim() ?? '';
  if (named === '') {
    const server = (n: number): SourceServer => ({
      host: standin.host,
      port: standin.port(n),
      ...administrator,
    });
    return { servers: [server(1), server(2)], standIns: true };
  }
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
  return { servers: [first, second], standIns: false };
}
