import type sql from 'mssql';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { PACKET } from '../../../../sandbox/src/standin/tds/packets.ts';
import { ENCRYPTION } from '../../../../sandbox/src/standin/tds/prelogin.ts';
import { createTdsServer } from '../../../../sandbox/src/standin/tds/server.ts';
import { Loopback } from './loopback.ts';
import { prelogin, RawClient, type RawLogin } from './raw-client.ts';
import { type Script, ScriptedSessions } from './scripted-sessions.ts';
import { selfSigned } from './self-signed.ts';

const silent: Script = ({ sink }) => sink.done('other');

let tls: { key: string; cert: string };
let loopback: Loopback;

beforeAll(() => {
  tls = selfSigned();
});

afterEach(() => loopback.close());

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}

describe('encryption', () => {
  it.each([
    ['off', 'off', 2],
    ['off', 'on', 2],
    ['supported', 'off', 2],
    ['supported', 'notSupported', 2],
    ['supported', 'on', 1],
    ['supported', 'required', 1],
    ['required', 'off', 3],
    ['required', 'notSupported', 3],
    ['required', 'on', 1],
  ] as const)('%s answers a client that says %s with %i', async (encryption, client, answer) => {
    loopback = await Loopback.open(silent, { encryption, tls });
    const raw = RawClient.connect(loopback.port);
    raw.send(PACKET.prelogin, prelogin(ENCRYPTION[client]));
    const body = Buffer.from(await raw.receive(), 'hex');
    expect([body[0], body[body.readUInt16BE(1)], body[5], body[body.readUInt16BE(6)]]).toEqual([
      0,
      16,
      1,
      answer,
    ]);
    raw.destroy();
  });

  it('required refuses a client that cannot', async () => {
    loopback = await Loopback.open(silent, { encryption: 'required', tls });
    await expect(loopback.client({ encrypt: false })).rejects.toThrow(/requires encryption/);
    const pool = await loopback.client({ encrypt: true });
    await pool.request().query('select 1');
  });

  it('lets the client check the certificate', async () => {
    loopback = await Loopback.open(silent, { encryption: 'required', tls });
    const strict = { encrypt: true, trustServerCertificate: false };
    await expect(loopback.client(strict)).rejects.toThrow(/self-signed certificate/);
    const trusting = { ...strict, cryptoCredentialsDetails: { ca: tls.cert } } as sql.IOptions;
    await (await loopback.client(trusting)).request().query('select 1');
  });

  it('without a certificate is refused at once', async () => {
    loopback = await Loopback.open(silent);
    const factory = new ScriptedSessions(silent);
    expect(() => createTdsServer(factory, { encryption: 'supported' })).toThrow(/certificate/);
  });
});

describe('login', () => {
  it.each([false, true])('that fails says why and closes (TLS %s)', async (encrypt) => {
    loopback = await Loopback.open(silent, { encryption: 'supported', tls });
    const login = loopback.client({ encrypt }, { password: 'wrong' });
    await expect(login).rejects.toMatchObject({ code: 'ELOGIN', message: "Login failed for user 'sa'." });
    await until(() => loopback.server.connectionCount === 0);
    expect(loopback.reports).toEqual([]);
  });

  it('passes the read-only intent on', async () => {
    loopback = await Loopback.open(silent);
    await loopback.client({ readOnlyIntent: true });
    expect(loopback.factory.logins.at(-1)?.readOnlyIntent).toBe(true);
  });

  it('of an older protocol is refused', async () => {
    loopback = await Loopback.open(silent);
    const client = await RawClient.login(loopback.port, { tdsVersion: 0x730b0003 });
    expect(
      Buffer.from(await client.receive(), 'hex')
        .toString('latin1')
        .replaceAll('\0', ''),
    ).toContain('TDS 7.4 only');
    await client.closed;
    expect(loopback.factory.logins).toEqual([]);
  });
});

describe('login answer', () => {
  const answer = async (login: RawLogin): Promise<string> => {
    loopback = await Loopback.open(silent);
    const client = await RawClient.login(loopback.port, login);
    return client.receive();
  };
  const packetSize = (size: string): string =>
    `04${size.length.toString(16).padStart(2, '0')}${Buffer.from(size, 'utf16le').toString('hex')}04`;

  it.each([
    [0, '4096'],
    [100, '512'],
    [8000, '8000'],
    [60_000, '32767'],
  ])('to a wish for packets of %i bytes is %s', async (wish, size) => {
    expect(await answer({ packetSize: wish })).toContain(packetSize(size));
  });

  it('acknowledges UTF-8 and nothing else', async () => {
    expect(await answer({ features: [4, 9, 0x0a, 0x0b, 1] })).toMatch(/ae0a0100000001fffd0{24}$/);
  });

  it('acknowledges nothing to a client that announces nothing', async () => {
    expect(await answer({ features: [4] })).not.toMatch(/ae0a0100000001ff/);
  });

  it('refuses Windows authentication', async () => {
    const refusal = Buffer.from(await answer({ optionFlags2: 0x80 }), 'hex').toString('latin1');
    expect(refusal.replaceAll('\0', '')).toContain('no Windows authentication');
    expect(loopback.factory.logins).toEqual([]);
  });

  it('puts the negotiated packet size into force', async () => {
    loopback = await Loopback.open(({ sink }) => {
      sink.columns([{ name: 's', type: { name: 'varchar', length: -1 }, nullable: false }]);
      void sink.row(['x'.repeat(5040 - 50)]);
      sink.done('select', 1);
    });
    const client = await RawClient.login(loopback.port, { packetSize: 512 });
    await client.receive();
    const before = client.bytesReceived;
    client.batch('select');
    const body = (await client.receive()).length / 2;
    expect(body).toBe(5040);
    expect(client.bytesReceived - before).toBe(body + 10 * 8);
  });
});

describe('a connection', () => {
  it.each(['destroy', 'reset'] as const)(
    'that breaks (%s) during a request cancels it and closes the session',
    async (how) => {
      let aborted = false;
      loopback = await Loopback.open(
        ({ signal }) =>
          new Promise<void>((resolve) =>
            signal.addEventListener('abort', () => {
              aborted = true;
              resolve();
            }),
          ),
      );
      const client = await RawClient.login(loopback.port);
      await client.receive();
      client.batch('wait');
      await until(() => loopback.session.calls.length === 1);
      expect(loopback.server.connectionCount).toBe(1);
      client[how]();
      await until(() => loopback.session.closed);
      expect(aborted).toBe(true);
      await until(() => loopback.server.connectionCount === 0);
    },
  );

  it('whose client does not read holds the rows back', async () => {
    let sent = 0;
    loopback = await Loopback.open(async ({ sink, signal }) => {
      sink.columns([{ name: 's', type: { name: 'varchar', length: 8000 }, nullable: false }]);
      for (; sent < 100_000 && !signal.aborted; sent++) await sink.row(['x'.repeat(8000)]);
    });
    const client = await RawClient.login(loopback.port);
    await client.receive();
    client.pause();
    client.batch('much');
    await until(() => sent > 0);
    let before = -1;
    await until(() => {
      const still = sent === before;
      before = sent;
      return still;
    });
    expect(sent).toBeLessThan(100_000);
    client.destroy();
    await until(() => loopback.session.closed);
  });

  it.each([
    ['HTTP', Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n')],
    ['TLS first (TDS 8)', Buffer.from('160301020001000001fc0303', 'hex')],
    ['a packet shorter than its header', Buffer.from('1201000400000000', 'hex')],
    ['PRELOGIN without options', Buffer.from('1201000900000100ff', 'hex')],
  ])('that begins with %s is dropped', async (_what, bytes) => {
    loopback = await Loopback.open(silent);
    const client = RawClient.connect(loopback.port);
    client.write(bytes);
    if (bytes[0] === 0x16 || bytes[0] === 0x47) client.write(Buffer.alloc(70_000));
    await client.closed;
    expect(loopback.reports).toHaveLength(1);
  });

  it('that sends nonsense after login is dropped', async () => {
    loopback = await Loopback.open(silent);
    const client = await RawClient.login(loopback.port);
    await client.receive();
    client.send(PACKET.batch, Buffer.from([200, 0, 0, 0]));
    await client.closed;
    expect(loopback.reports).toHaveLength(1);
    await until(() => loopback.session.closed);
  });

  it('is dropped by closing the server, its session closed', async () => {
    loopback = await Loopback.open(silent, { encryption: 'supported', tls });
    await loopback.client({ encrypt: true });
    const { session } = loopback;
    await loopback.server.close();
    expect(session.closed).toBe(true);
    expect(loopback.server.connectionCount).toBe(0);
  });
});
