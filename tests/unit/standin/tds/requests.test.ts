import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PACKET, STATUS } from '../../../../sandbox/src/standin/tds/packets.ts';
import { TsqlError } from '../../../../sandbox/src/standin/types.ts';
import { Loopback } from './loopback.ts';
import { int, RawClient, text } from './raw-client.ts';
import type { Script } from './scripted-sessions.ts';

const DONE = 'fd000000000000000000000000';
const DONE_MORE = 'fd010000000000000000000000';
const DONE_ERROR = 'fd020000000000000000000000';
const DONE_ATTENTION = 'fd200000000000000000000000';
const DONEINPROC = 'ff010000000000000000000000';
const DONEINPROC_INSERT = 'ff1100c3000100000000000000';
const DONEPROC = 'fe000000000000000000000000';
const DONEPROC_MORE = 'fe010000000000000000000000';
const RETURNSTATUS_0 = '7900000000';
const handle = (number: number) =>
  `ac0000000100000000000026040 4${number.toString(16).padStart(2, '0')}000000`.replaceAll(' ', '');

const inserted: Script = ({ sink }) => sink.done('insert', 1);
const silent: Script = ({ sink }) => sink.done('other');

let loopback: Loopback;
let client: RawClient;

beforeEach(async () => {
  loopback = await Loopback.open(silent);
  client = await RawClient.login(loopback.port);
  await client.receive();
});

afterEach(async () => {
  client.destroy();
  await loopback.close();
});

describe('procedure calls by position', () => {
  it('runs, prepares, runs again and gives up a prepared statement', async () => {
    loopback.answer = inserted;
    const list = text('@P0 int,@P1 nvarchar(4000)');
    const insert = text('insert into t values ( @P0 ,  @P1 )');

    client.rpc([10, insert, list, int(1), text('a')]);
    expect(await client.receive()).toBe(DONEINPROC_INSERT + RETURNSTATUS_0 + DONEPROC);
    client.rpc([13, { ...int(null), output: true }, list, insert, int(2), text('b')]);
    expect(await client.receive()).toBe(DONEINPROC_INSERT + RETURNSTATUS_0 + handle(1) + DONEPROC);
    client.rpc([12, int(1), int(3), text('c')]);
    expect(await client.receive()).toBe(DONEINPROC_INSERT + RETURNSTATUS_0 + DONEPROC);
    client.rpc([15, int(1)]);
    expect(await client.receive()).toBe(RETURNSTATUS_0 + DONEPROC);

    expect(loopback.session.calls.map(({ parameters }) => parameters)).toEqual(
      [
        [1, 'a'],
        [2, 'b'],
        [3, 'c'],
      ].map(([id, name]) => [
        { name: '@P0', type: { name: 'int' }, value: id },
        { name: '@P1', type: { name: 'nvarchar', length: 4000 }, value: name },
      ]),
    );
    client.rpc([12, int(1), int(4), text('d')]);
    expect(asText(await client.receive())).toContain('Could not find prepared statement with handle 1.');
  });

  it('replaces the handle that a new preparation brings along', async () => {
    const call = [text('@P0 int'), text('select @P0'), int(1)] as const;
    client.rpc([13, { ...int(0), output: true }, ...call]);
    expect(await client.receive()).toContain(handle(1));
    client.rpc([13, { ...int(1), output: true }, ...call]);
    expect(await client.receive()).toContain(handle(2));
    client.rpc([15, int(1)]);
    expect(asText(await client.receive())).toContain('handle 1');
  });

  it('leaves parameters out that are to take their default', async () => {
    client.rpc(['dbo.p', { ...int(null), name: '@a', useDefault: true }, { ...int(2), name: '@b' }]);
    await client.receive();
    expect(loopback.session.calls.at(-1)?.parameters).toEqual([
      { name: '@b', type: { name: 'int' }, value: 2 },
    ]);
  });

  it('answers several calls in one message, the failing one too', async () => {
    let calls = 0;
    loopback.answer = ({ sink }) => {
      calls += 1;
      if (calls === 2) sink.error(new TsqlError(2627, 'Violation of PRIMARY KEY', 14));
      else sink.done('insert', 1);
    };
    const call = [10, text('insert into t values ( @P0 )'), text('@P0 int'), int(1)] as const;
    client.rpc([...call], [...call], [...call]);
    const answer = await client.receive();
    const first = DONEINPROC_INSERT + RETURNSTATUS_0 + DONEPROC_MORE;
    const last = DONEINPROC_INSERT + RETURNSTATUS_0 + DONEPROC;
    expect(answer.startsWith(`${first}aa`)).toBe(true);
    expect(answer.endsWith(`ff03000000000000000000000079430a0000fe030000000000000000000000${last}`)).toBe(
      true,
    );
  });

  it('returns an output parameter at its position, after the return status', async () => {
    loopback.answer = ({ sink }) => {
      sink.returnValue('@p1', { name: 'int' }, 5);
      sink.done('other');
    };
    client.rpc([
      10,
      text('EXEC x  @P0 ,  @P1 '),
      text('@P0 int,@P1 int output'),
      int(1),
      { ...int(null), output: true },
    ]);
    const value = 'ac030000010000000000002604 0405000000'.replaceAll(' ', '');
    expect(await client.receive()).toBe(DONEINPROC + RETURNSTATUS_0 + value + DONEPROC);
  });

  it.each([
    ['a server cursor', 2, [int(null)], 'no server cursors'],
    ['sp_cursoropen by name', 'sp_cursoropen', [int(null)], 'no server cursors'],
    ['a missing value', 10, [text('select @a'), text('@a int')], "expects the parameter '@a'"],
    ['a value too many', 10, [text('select 1'), text('@a int'), int(1), int(2)], 'too many arguments'],
    [
      'an undeclared name',
      10,
      [text('x'), text('@a int'), { ...int(1), name: '@b' }],
      '@b is not a parameter',
    ],
    ['no statement', 10, [int(1)], "'@statement'"],
    ['no handle', 12, [], "'@handle'"],
  ] as const)('refuses %s and goes on', async (_what, procedure, parameters, message) => {
    client.rpc([procedure, ...parameters]);
    expect(asText(await client.receive())).toContain(message);
    client.batch('set nocount on');
    expect(await client.receive()).toBe(DONE);
  });

  it('prefers the declared type, and keeps the type on the wire where values look different', async () => {
    const list = text('@a bigint,@b decimal(10, 2),@c sysname,@d datetime,@e dbo.custom,@f float(24)');
    const values = [
      int(1),
      int(2),
      text('n'),
      text('2024-01-01'),
      int(3),
      { type: { name: 'real' }, value: 1.5 },
    ];
    client.rpc([10, text('select'), list, ...(values as ReturnType<typeof int>[])]);
    await client.receive();
    expect(loopback.session.calls.at(-1)?.parameters).toEqual([
      { name: '@a', type: { name: 'bigint' }, value: 1n },
      { name: '@b', type: { name: 'decimal', precision: 10, scale: 2 }, value: '2' },
      { name: '@c', type: { name: 'nvarchar', length: 128 }, value: 'n' },
      { name: '@d', type: { name: 'nvarchar', length: 4000 }, value: '2024-01-01' },
      { name: '@e', type: { name: 'int' }, value: 3 },
      { name: '@f', type: { name: 'float', precision: 24 }, value: 1.5 },
    ]);
  });
});

describe('batches', () => {
  it('gives up handles in a list of sp_unprepare', async () => {
    const prepare = [11, { ...int(null), output: true }, text(''), text('select 1')] as const;
    client.rpc([...prepare]);
    expect(await client.receive()).toBe(RETURNSTATUS_0 + handle(1) + DONEPROC);
    client.rpc([...prepare]);
    expect(await client.receive()).toBe(RETURNSTATUS_0 + handle(2) + DONEPROC);
    client.batch('EXEC sp_unprepare 1;EXEC sp_unprepare 2;');
    expect(await client.receive()).toBe(DONE_MORE + DONE);
    client.batch('EXEC sp_unprepare 2');
    expect(asText(await client.receive())).toContain('handle 2');
    expect(loopback.session.calls).toEqual([]);
  });

  it('ends an empty batch', async () => {
    loopback.answer = () => {};
    client.batch('-- nothing');
    expect(await client.receive()).toBe(DONE);
  });

  it('announces a changed database and transactions where they happen', async () => {
    loopback.answer = ({ sink }) => {
      sink.transaction('begin', 1n);
      sink.databaseChanged('b', 'a');
      sink.done('other');
      sink.transaction('rollback', 1n);
    };
    client.batch('use b');
    const answer = await client.receive();
    expect(
      answer.startsWith('e30b0008080100000000000000 00e307000101620001 6100ab'.replaceAll(' ', '')),
    ).toBe(true);
    expect(answer.endsWith(`${DONE_MORE}e30b000a00080100000000000000${DONE}`)).toBe(true);
  });

  it('resets the session when the packet says so', async () => {
    client.rpc([11, { ...int(null), output: true }, text(''), text('select 1')]);
    expect(await client.receive()).toContain(handle(1));
    client.batch('set nocount on', STATUS.reset);
    expect(await client.receive()).toBe(`e3030012 0000${DONE}`.replace(' ', ''));
    expect(loopback.session.resets).toBe(1);
    client.rpc([15, int(1)]);
    expect(asText(await client.receive())).toContain('handle 1');
  });

  it('answers a request that the client gave up while sending', async () => {
    client.batch('half a batch', STATUS.ignore);
    expect(await client.receive()).toBe(DONE);
    expect(loopback.session.calls).toEqual([]);
  });

  it('refuses a reset that keeps the transaction', async () => {
    client.batch('select', STATUS.resetKeepTransaction);
    expect(asText(await client.receive())).toContain('keep its transaction');
    expect(loopback.session.calls).toEqual([]);
  });

  it('refuses bulk data whose announcement failed', async () => {
    loopback.factory.script = ({ sink }) => sink.error(new TsqlError(208, "Invalid object name 't'."));
    client.batch('insert bulk t(a int)');
    await client.receive();
    client.send(PACKET.bulk, Buffer.from(DONE, 'hex'));
    expect(asText(await client.receive())).toContain('without an INSERT BULK');
    expect(loopback.session.bulkLoads).toEqual([]);
  });

  it('refuses bulk data that no batch announced', async () => {
    client.send(PACKET.bulk, Buffer.from(DONE, 'hex'));
    expect(asText(await client.receive())).toContain('without an INSERT BULK');
  });

  it('ends the connection after a fatal error', async () => {
    loopback.answer = ({ sink }) => sink.error(new TsqlError(596, 'Session is in the kill state.', 21));
    client.batch('select');
    expect(asText(await client.receive())).toContain('kill state');
    await client.closed;
  });
});

describe('transaction manager requests', () => {
  const kinds = () => loopback.session.calls.map(({ kind, text: detail }) => `${kind} ${detail}`.trim());

  it('begin, save, roll back to a savepoint, commit and begin again', async () => {
    client.transactionRequest(5, 5, 0);
    expect(await client.receive()).toBe(`e30b0008080100000003000000 00${DONE}`.replace(' ', ''));
    client.transactionRequest(9, 1, 0x73, 0);
    expect(await client.receive()).toBe(DONE);
    client.transactionRequest(8, 1, 0x73, 0, 0);
    expect(await client.receive()).toBe(DONE);
    client.transactionRequest(7, 0, 1, 2, 0);
    expect(await client.receive()).toMatch(/^e30b000900.*e30b000808.*fd/);
    expect(kinds()).toEqual(['begin snapshot', 'save s', 'rollback to s', 'commit', 'begin read committed']);
  });

  it('that fail leave the connection usable', async () => {
    client.transactionRequest(7, 0, 0);
    expect(asText(await client.receive())).toContain('no corresponding BEGIN');
    client.transactionRequest(0, 0);
    expect(asText(await client.receive())).toContain('no transaction manager request 0');
    client.transactionRequest(5, 9, 0);
    expect(asText(await client.receive())).toContain('no isolation level 9');
    client.batch('select');
    expect(await client.receive()).toBe(DONE);
  });
});

describe('attention', () => {
  it('ends the running request and is acknowledged in a message of its own', async () => {
    let started: () => void = () => {};
    const running = new Promise<void>((resolve) => {
      started = resolve;
    });
    loopback.answer = ({ sink, signal }) => {
      sink.columns([{ name: 'a', type: { name: 'int' }, nullable: false }]);
      started();
      return new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve())).then(() =>
        sink.done('select', 0),
      );
    };
    client.batch('wait');
    await running;
    client.send(PACKET.attention, Buffer.alloc(0));
    expect(await client.receive()).toMatch(new RegExp(`^8101.*${DONE_ERROR}$`));
    expect(await client.receive()).toBe(DONE_ATTENTION);
    loopback.answer = silent;
    client.batch('next');
    expect(await client.receive()).toBe(DONE);
  });

  it('frees a session whose rows the client does not read', async () => {
    let sent = 0;
    let stopped = false;
    loopback.answer = async ({ sink, signal }) => {
      sink.columns([{ name: 's', type: { name: 'varchar', length: 8000 }, nullable: false }]);
      for (; !signal.aborted; sent++) await sink.row(['x'.repeat(8000)]);
      stopped = true;
    };
    client.pause();
    client.batch('much');
    for (let before = -1; sent !== before || sent === 0; ) {
      before = sent;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    client.send(PACKET.attention, Buffer.alloc(0));
    while (!stopped) await new Promise((resolve) => setTimeout(resolve, 5));
    client.resume();
    expect((await client.receive()).endsWith(DONE_ERROR)).toBe(true);
    expect(await client.receive()).toBe(DONE_ATTENTION);
  });

  it('that comes too late is acknowledged alone', async () => {
    client.batch('quick');
    expect(await client.receive()).toBe(DONE);
    client.send(PACKET.attention, Buffer.alloc(0));
    expect(await client.receive()).toBe(DONE_ATTENTION);
  });
});

function asText(hex: string): string {
  return Buffer.from(hex, 'hex').toString('latin1').replaceAll('\0', '');
}
