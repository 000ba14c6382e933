import sql from 'mssql';
import {
  createTdsServer,
  type TdsServer,
  type TdsServerOptions,
} from '../../../../sandbox/src/standin/tds/server.ts';
import { type Script, ScriptedSessions, script } from './scripted-sessions.ts';

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
