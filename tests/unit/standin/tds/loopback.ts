import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sql from 'mssql';
import {
  createTdsServer,
  type TdsServer,
  type TdsServerOptions,
} from '../../../../sandbox/src/standin/tds/server.ts';
import { type Script, ScriptedSessions, script } from './scripted-sessions.ts';

/** A self-signed certificate for localhost, made afresh. */
export function selfSigned(): { key: string; cert: string } {
  const folder = mkdtempSync(join(tmpdir(), 'tds-'));
  const key = join(folder, 'key.pem');
  const cert = join(folder, 'cert.pem');
  const request = 'req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost'.split(' ');
  execFileSync('openssl', [...request, '-keyout', key, '-out', cert], { stdio: 'pipe' });
  const pair = { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
  rmSync(folder, { recursive: true });
  return pair;
}

/** A server over scripted sessions on a free port of 127.0.0.1. */
export class Loopback {
  readonly factory: ScriptedSessions;
  readonly reports: unknown[] = [];
  readonly server: TdsServer;
  port = 0;
  #pools: sql.ConnectionPool[] = [];

  private constructor(answer: Script, options: Pick<TdsServerOptions, 'encryption' | 'tls'>) {
    this.factory = new ScriptedSessions(script(answer));
    this.server = createTdsServer(this.factory, { ...options, report: (error) => this.reports.push(error) });
  }

  static async open(
    answer: Script,
    options: Pick<TdsServerOptions, 'encryption' | 'tls'> = { encryption: 'off' },
  ): Promise<Loopback> {
    const loopback = new Loopback(answer, options);
    loopback.port = await loopback.server.listen(0, '127.0.0.1');
    return loopback;
  }

  set answer(answer: Script) {
    this.factory.script = script(answer);
  }

  /** The session that served the last login. */
  get session() {
    return this.factory.sessions.at(-1)!;
  }

  /** A pool of one connection by the real client. */
  async client(options: sql.IOptions = {}, rest: Partial<sql.config> = {}): Promise<sql.ConnectionPool> {
    const pool = new sql.ConnectionPool({
      server: 'localhost',
      port: this.port,
      user: 'sa',
      password: 'pä$$wörd',
      database: 'clinic',
      pool: { max: 1 },
      ...rest,
      options: { encrypt: false, trustServerCertificate: true, ...options },
    });
    this.#pools.push(pool);
    return pool.connect();
  }

  async close(): Promise<void> {
    await Promise.all(this.#pools.map((pool) => pool.close()));
    await this.server.close();
  }
}
