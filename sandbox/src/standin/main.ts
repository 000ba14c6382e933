import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { complain, say } from '../output.ts';
import { EDITIONS, type Edition, RELEASES, type Release } from './engine/product.ts';
import { StandinEngine } from './engine/standin-engine.ts';
import { createTdsServer } from './tds/server.ts';

const USAGE = `usage: main.ts --name NAME --port PORT --pg URL [--hosts A,B] [--timezone +03:00]
              [--release 2017|2019|2022] [--edition developer|standard|enterprise|express]
              [--encryption off|supported|required --tls-key FILE --tls-cert FILE]
environment: STANDIN_SA_PASSWORD (login sa), STANDIN_PG_PASSWORD (of the user in URL)`;

/** The line by which whoever started the process knows that clients may come. */
const READY = 'stand-in ready';

interface Options {
  name: string;
  port: number;
  hosts: string[];
  postgres: URL;
  timeZone: string;
  release: Release;
  edition: Edition;
  encryption: 'off' | 'supported' | 'required';
  tls: { key: string; cert: string } | undefined;
}

async function readOptions(): Promise<Options> {
  const { values } = parseArgs({
    options: {
      name: { type: 'string' },
      port: { type: 'string' },
      pg: { type: 'string' },
      hosts: { type: 'string', default: '127.0.0.1' },
      timezone: { type: 'string', default: '+00:00' },
      release: { type: 'string', default: '2022' },
      edition: { type: 'string', default: 'developer' },
      encryption: { type: 'string', default: 'supported' },
      'tls-key': { type: 'string' },
      'tls-cert': { type: 'string' },
    },
  });
  const { name, port, pg, encryption } = values;
  const release = RELEASES.find((one) => one === values.release);
  const edition = EDITIONS.find((one) => one === values.edition);
  if (release === undefined || edition === undefined) throw new Error(USAGE);
  const key = values['tls-key'];
  const cert = values['tls-cert'];
  if (!name || !pg || !/^\d+$/.test(port ?? '')) throw new Error(USAGE);
  if (encryption !== 'off' && encryption !== 'supported' && encryption !== 'required') throw new Error(USAGE);
  if (encryption !== 'off' && !(key && cert)) {
    throw new Error(`--encryption ${encryption} needs --tls-key and --tls-cert\n${USAGE}`);
  }
  if (!/^[+-]\d{2}:\d{2}$/.test(values.timezone)) {
    throw new Error(`--timezone is an offset such as +03:00, not ${values.timezone}`);
  }
  return {
    name,
    port: Number(port),
    hosts: values.hosts.split(','),
    postgres: new URL(pg),
    timeZone: values.timezone,
    release,
    edition,
    encryption,
    tls: key && cert ? { key: await readFile(key, 'utf8'), cert: await readFile(cert, 'utf8') } : undefined,
  };
}

function secret(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`the environment lacks ${name}`);
  // Not for the processes that this one may start, nor for a dump of its environment.
  delete process.env[name];
  return value;
}

const describe = (error: unknown) =>
  error instanceof Error ? (error.stack ?? error.message) : String(error);

async function main(): Promise<void> {
  const options = await readOptions();
  const report = (error: unknown) => complain(`${new Date().toISOString()} ${describe(error)}`);
  const engine = await StandinEngine.open(
    {
      postgres: {
        host: options.postgres.hostname,
        port: Number(options.postgres.port || 5432),
        database: decodeURIComponent(options.postgres.pathname.slice(1)),
        user: decodeURIComponent(options.postgres.username),
        password: secret('STANDIN_PG_PASSWORD'),
      },
      serverName: options.name,
      saPassword: secret('STANDIN_SA_PASSWORD'),
      timeZone: options.timeZone,
      release: options.release,
      edition: options.edition,
    },
    {
      report,
      lost: () => {
        complain('the connection to PostgreSQL is lost; the stand-in ends');
        process.exit(1);
      },
    },
  );
  const server = createTdsServer(engine, {
    encryption: options.encryption,
    report,
    ...(options.tls ? { tls: options.tls } : {}),
  });
  let port = options.port;
  for (const host of options.hosts) port = await server.listen(port, host);
  say(`${READY} on ${options.hosts.map((host) => `${host}:${port}`).join(', ')}`);

  const stop = async () => {
    await server.close();
    await engine.close();
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(
      signal,
      () =>
        void stop().then(
          () => process.exit(0),
          (error) => {
            report(error);
            process.exit(1);
          },
        ),
    );
  }
}

main().catch((error: unknown) => {
  complain(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
});
