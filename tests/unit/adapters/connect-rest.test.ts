import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connectRest } from '../../../src/adapters/connect-rest.ts';
import { type ConnectServer, connectServer } from '../../fakes/connect-server.ts';

const CONFIG = { 'connector.class': 'io.debezium.X', 'database.hostname': 'h' };

let worker: ConnectServer;
beforeEach(async () => {
  worker = await connectServer();
});
afterEach(() => worker.close());
const connect = () => connectRest(`http://127.0.0.1:${worker.port}`);

describe('a Connect worker', () => {
  it('tells starting, healthy and absent apart', async () => {
    expect((await connect().health()).state).toBe('healthy');
    worker.healthy = false;
    expect(await connect().health()).toEqual({ state: 'starting', message: 'Worker is still starting up.' });
    const port = worker.port;
    await worker.close();
    expect((await connectRest(`http://127.0.0.1:${port}`).health()).state).toBe('unreachable');
    expect(await connectRest(`http://127.0.0.1:${port}`).root()).toBeUndefined();
    worker = await connectServer();
  });

  it('answers undefined for a connector that is not there', async () => {
    expect([
      await connect().config('no'),
      await connect().status('no'),
      await connect().offsets('no'),
    ]).toEqual([undefined, undefined, undefined]);
  });

  it('registers, reads back and reports states', async () => {
    await connect().putConfig('cdc-a', CONFIG);
    expect(await connect().connectors()).toEqual(['cdc-a']);
    expect(await connect().config('cdc-a')).toEqual({ ...CONFIG, name: 'cdc-a' });
    expect(await connect().status('cdc-a')).toEqual({
      name: 'cdc-a',
      type: 'source',
      connector: { state: 'RUNNING', workerId: '127.0.0.1:8083' },
      tasks: [{ id: 0, state: 'RUNNING', workerId: '127.0.0.1:8083' }],
    });
  });

  it('passes reasons of a refused configuration on, and skips entries without a value', async () => {
    worker.refuses = { 'database.hostname': ['Unable to connect.'] };
    expect(await connect().validate(CONFIG)).toEqual([
      { setting: 'database.hostname', errors: ['Unable to connect.'] },
    ]);
    expect(worker.calls).toEqual(['PUT /connector-plugins/io.debezium.X/config/validate']);
  });

  it('waits out a rebalance', async () => {
    worker.conflicts = 1;
    await connect().putConfig('cdc-a', CONFIG);
    expect(worker.calls).toEqual(['PUT /connectors/cdc-a/config', 'PUT /connectors/cdc-a/config']);
  });

  it('says what it refused, with status and message', async () => {
    worker.refuses = { x: ['y'] };
    await expect(connect().putConfig('cdc-a', CONFIG)).rejects.toMatchObject({
      code: 'connect.refused',
      seen: 'HTTP 500 NullPointerException',
    });
  });

  it('alters and resets the offsets of a connector that is stopped, and of no other', async () => {
    const partition = { server: 's', database: 'Clinic' };
    const offset = { commit_lsn: '00000027:00000ac0:0003', change_lsn: null, event_serial_no: 0 };
    await connect().putConfig('cdc-a', CONFIG);
    await expect(connect().alterOffsets('cdc-a', [{ partition, offset }])).rejects.toMatchObject({
      code: 'connect.refused',
      seen: expect.stringContaining('HTTP 400 Connectors must be in the STOPPED state'),
    });
    await connect().stop('cdc-a');
    await connect().alterOffsets('cdc-a', [{ partition, offset }]);
    expect(await connect().offsets('cdc-a')).toEqual([{ partition, offset }]);
    await connect().resetOffsets('cdc-a');
    expect(await connect().offsets('cdc-a')).toEqual([]);
    expect(worker.calls.slice(-4)).toEqual([
      'PATCH /connectors/cdc-a/offsets',
      'GET /connectors/cdc-a/offsets',
      'DELETE /connectors/cdc-a/offsets',
      'GET /connectors/cdc-a/offsets',
    ]);
  });

  it('spells a name so that it stays one', async () => {
    await connect().config('a/b?c');
    expect(worker.calls).toEqual(['GET /connectors/a%2Fb%3Fc/config']);
  });

  it('says that it does not answer', async () => {
    await expect(connectRest('http://127.0.0.1:1').connectors()).rejects.toMatchObject({
      code: 'connect.unreachable',
      seen: expect.stringContaining('ECONNREFUSED'),
    });
  });
});
