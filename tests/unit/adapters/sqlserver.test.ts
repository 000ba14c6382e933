import net from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { TsqlError } from '../../../sandbox/src/standin/types.ts';
import { sqlServer } from '../../../src/adapters/sqlserver.ts';
import type { SqlServerAccess } from '../../../src/adapters/sqlserver-port.ts';
import { Loopback } from '../standin/tds/loopback.ts';
import type { Script } from '../standin/tds/scripted-sessions.ts';
import { selfSigned } from '../standin/tds/self-signed.ts';

const soon = () => AbortSignal.timeout(10_000);
const cleanup: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of cleanup.splice(0).reverse()) await close();
});

async function server(answer: Script, options?: Parameters<typeof Loopback.open>[1]): Promise<Loopback> {
  const loopback = await Loopback.open(answer, options);
  loopback.factory.script = polite(answer);
  cleanup.push(() => loopback.close());
  return loopback;
}

function client(port: number, changes: Partial<SqlServerAccess> = {}) {
  const port_ = sqlServer({
    host: 'localhost',
    port,
    user: 'cdc',
    password: 'right-password',
    name: 'clinic',
    encrypt: false,
    trustServerCertificate: false,
    ...changes,
  });
  cleanup.push(() => port_.close());
  return port_;
}

/** Answers our questions, which begin with SET, and nods at the driver's own. */
function polite(answer: Script): Script {
  return (request) =>
    /DEADLOCK_PRIORITY LOW/.test(request.text) ? answer(request) : request.sink.done('other');
}

const one: Script = ({ sink }) => {
  sink.columns([
    { name: 'n', type: { name: 'int' }, nullable: true },
    { name: 'big', type: { name: 'bigint' }, nullable: true },
    { name: 'lsn', type: { name: 'binary', length: 10 }, nullable: true },
    { name: 'at', type: { name: 'datetime2', scale: 3 }, nullable: true },
    { name: 'yes', type: { name: 'bit' }, nullable: true },
    { name: 'none', type: { name: 'nvarchar', length: 10 }, nullable: true },
  ]);
  void sink.row([
    7,
    9007199254740993n,
    Buffer.from('0000002700000ac00001', 'hex'),
    '2026-11-24 08:00:00.123',
    true,
    null,
  ]);
  sink.done('select', 1);
};

describe('sqlServer', () => {
  it('hands rows out as plain JSON', async () => {
    const { port } = await server(one);
    expect(await client(port).query('SELECT …', {}, soon())).toEqual({
      ok: true,
      value: [
        {
          n: 7,
          big: '9007199254740993',
          lsn: '0x0000002700000AC00001',
          at: '2026-11-24T08:00:00.123Z',
          yes: true,
          none: null,
        },
      ],
    });
  });

  it('is polite before every statement, and says who it is', async () => {
    const loopback = await server(one);
    const sql = client(loopback.port);
    await sql.query('SELECT @name', { name: 'x' }, soon());
    await sql.query('SELECT 2', {}, soon());
    const asked = loopback.session.calls.map(({ text }) => text).filter((text) => /SELECT/.test(text));
    expect(asked).toHaveLength(2);
    for (const text of asked) {
      expect(text).toContain(
        'SET LOCK_TIMEOUT 5000; SET DEADLOCK_PRIORITY LOW; SET TRANSACTION ISOLATION LEVEL READ COMMITTED;',
      );
    }
    expect(loopback.factory.logins.at(-1)).toMatchObject({
      application: 'clinicmaster-cdc',
      database: 'clinic',
    });
  });

  it('tells a wrong password by its number, after one attempt', async () => {
    const loopback = await server(one);
    const answer = await client(loopback.port, { password: 'wrong' }).open(soon());
    expect(answer).toMatchObject({ ok: false, failure: { kind: 'sql', number: 18456 } });
    expect(loopback.factory.logins).toHaveLength(1);
  });

  it('tells an unknown database by its number, after one attempt', async () => {
    const loopback = await server(one);
    let attempts = 0;
    loopback.factory.login = async () => {
      attempts += 1;
      throw new TsqlError(
        4060,
        'Cannot open database "clinic" requested by the login. The login failed.',
        11,
      );
    };
    expect(await client(loopback.port).open(soon())).toMatchObject({
      ok: false,
      failure: { kind: 'sql', number: 4060 },
    });
    expect(attempts).toBe(1);
  });

  it('tells a refused question by its number, and goes on', async () => {
    const loopback = await server(({ sink }) =>
      sink.error(new TsqlError(229, 'The SELECT permission was denied.', 14, 5)),
    );
    const sql = client(loopback.port);
    expect(await sql.query('SELECT 1 FROM cdc.change_tables', {}, soon())).toMatchObject({
      ok: false,
      failure: { kind: 'sql', number: 229, numbers: [229] },
    });
    loopback.factory.script = polite(one);
    expect(await sql.query('SELECT …', {}, soon())).toMatchObject({ ok: true });
  });

  it('ends a question when its signal aborts', async () => {
    const { port } = await server(
      ({ signal }) => new Promise((settle) => signal.addEventListener('abort', () => settle(undefined))),
    );
    const sql = client(port);
    await sql.open(soon());
    const started = performance.now();
    expect(await sql.query('SELECT 1 FROM slow', {}, AbortSignal.timeout(100))).toMatchObject({
      ok: false,
      failure: { kind: 'timeout' },
    });
    expect(performance.now() - started).toBeLessThan(2000);
  });

  it('tells a port where nobody is', async () => {
    const loopback = await Loopback.open(one);
    await loopback.close();
    expect(await client(loopback.port).open(soon())).toMatchObject({
      ok: false,
      failure: { kind: 'unreachable', code: 'ECONNREFUSED' },
    });
  });

  describe('over TLS', () => {
    const pair = selfSigned();
    it('accepts a certificate by its CA, or unseen when told to', async () => {
      const { port } = await server(one, { encryption: 'required', tls: pair });
      expect(await client(port, { encrypt: true, ca: pair.cert }).open(soon())).toEqual({
        ok: true,
        value: [],
      });
      expect(await client(port, { encrypt: true, trustServerCertificate: true }).open(soon())).toEqual({
        ok: true,
        value: [],
      });
    });
    it('tells a certificate that it does not know', async () => {
      const { port } = await server(one, { encryption: 'required', tls: pair });
      expect(await client(port, { encrypt: true }).open(soon())).toMatchObject({
        ok: false,
        failure: { kind: 'tls', code: 'DEPTH_ZERO_SELF_SIGNED_CERT' },
      });
    });
    it('tells a server that insists on TLS, and one that has none', async () => {
      const strict = await server(one, { encryption: 'required', tls: pair });
      expect(await client(strict.port, { encrypt: false }).open(soon())).toMatchObject({
        ok: false,
        failure: { kind: 'tls', code: 'EENCRYPT' },
      });
      const plain = await server(one, { encryption: 'off' });
      expect(await client(plain.port, { encrypt: true }).open(soon())).toMatchObject({
        ok: false,
        failure: { kind: 'tls', code: 'ENOENCRYPT' },
      });
      expect(plain.factory.logins, 'the password went over a plain line').toEqual([]);
    });

    it('tells a port that is not SQL Server', async () => {
      const web = net.createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
      await new Promise<void>((settle) => web.listen(0, '127.0.0.1', settle));
      cleanup.push(async () => void web.close());
      const { port } = web.address() as net.AddressInfo;
      expect(await client(port, { host: '127.0.0.1', encrypt: true }).open(soon())).toMatchObject({
        ok: false,
        failure: { code: 'ENOTTDS' },
      });
    });
  });
});
