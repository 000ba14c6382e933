import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TsqlError } from '../../../../sandbox/src/standin/types.ts';
import {
  asText,
  DONE,
  DONEINPROC,
  DONEINPROC_INSERT,
  DONEPROC,
  DONEPROC_MORE,
  handle,
  RETURNSTATUS_0,
} from './answers.ts';
import { Loopback } from './loopback.ts';
import { int, RawClient, text } from './raw-client.ts';
import type { Script } from './scripted-sessions.ts';

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
