import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PACKET, STATUS } from '../../../../sandbox/src/standin/tds/packets.ts';
import { TsqlError } from '../../../../sandbox/src/standin/types.ts';
import {
  asText,
  DONE,
  DONE_ATTENTION,
  DONE_ERROR,
  DONE_MORE,
  DONEPROC,
  handle,
  RETURNSTATUS_0,
} from './answers.ts';
import { Loopback } from './loopback.ts';
import { int, RawClient, text } from './raw-client.ts';
import type { Script } from './scripted-sessions.ts';

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
