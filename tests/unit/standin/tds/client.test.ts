import sql from 'mssql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TsqlError } from '../../../../sandbox/src/standin/types.ts';
import { Loopback } from './loopback.ts';
import { echo, type Script, selectRow } from './scripted-sessions.ts';
import { selfSigned } from './self-signed.ts';

describe.each([
  ['without TLS', false],
  ['with TLS', true],
])('the mssql client %s', (_name, encrypt) => {
  let loopback: Loopback;
  let pool: sql.ConnectionPool;

  beforeAll(async () => {
    loopback = await Loopback.open(echo, { encryption: 'supported', tls: selfSigned() });
    pool = await loopback.client({ encrypt });
  });

  afterAll(async () => {
    await loopback.close();
    expect(loopback.reports).toEqual([]);
  });

  it('logs in with its user, password and database', () => {
    expect(loopback.factory.logins.at(-1)).toMatchObject({
      user: 'sa',
      password: 'pä$$wörd',
      database: 'clinic',
      application: 'node-mssql',
      readOnlyIntent: false,
    });
  });

  it('calls procedures, with output parameters and a return status', async () => {
    loopback.answer = ({ sink }) => {
      sink.returnValue('@total', { name: 'int' }, 42);
      return 7;
    };
    const result = await pool
      .request()
      .input('a', sql.Int, 1)
      .output('total', sql.Int)
      .output('untouched', sql.NVarChar(10), 'kept')
      .execute('dbo.count_visits');
    expect(result.returnValue).toBe(7);
    expect(result.output).toEqual({ total: 42, untouched: 'kept' });
    expect(loopback.session.calls.at(-1)).toMatchObject({ kind: 'procedure', text: 'dbo.count_visits' });
  });

  it('counts the rows of several statements and reads several results', async () => {
    loopback.answer = ({ sink }) => {
      sink.columns([{ name: 'a', type: { name: 'int' }, nullable: false }]);
      void sink.row([1]);
      sink.done('select', 1);
      sink.done('update', 5);
      sink.columns([{ name: 'b', type: { name: 'int' }, nullable: false }]);
      sink.done('select', 0);
    };
    const result = await pool.request().batch('three statements');
    expect(result.rowsAffected).toEqual([1, 5, 0]);
    expect(result.recordsets).toEqual([[{ a: 1 }], []]);
  });

  it.each([
    ['batch', (request: sql.Request) => request.batch('boom')],
    ['statement', (request: sql.Request) => request.query('boom')],
    ['procedure', (request: sql.Request) => request.execute('boom')],
  ])('reports the error of a %s and goes on', async (_kind, run) => {
    loopback.answer = ({ sink }) => sink.error(new TsqlError(208, "Invalid object name 'boom'.", 16, 1));
    await expect(run(pool.request())).rejects.toMatchObject({
      number: 208,
      class: 16,
      state: 1,
      message: "Invalid object name 'boom'.",
    });
    await pool.request().query('select 1');
  });

  it('hears of messages', async () => {
    loopback.answer = ({ sink }) => {
      sink.info(0, 'printed');
      sink.done('other');
    };
    const messages: string[] = [];
    const request = pool.request();
    request.on('info', ({ message }) => messages.push(message));
    await request.batch('print');
    expect(messages).toEqual(['printed']);
  });

  it('commits and rolls back transactions', async () => {
    loopback.answer = echo;
    const transaction = new sql.Transaction(pool);
    await transaction.begin(sql.ISOLATION_LEVEL.SNAPSHOT);
    await transaction.request().query('select 1');
    await transaction.commit();
    await transaction.begin(sql.ISOLATION_LEVEL.READ_COMMITTED);
    await transaction.rollback();
    const kinds = loopback.session.calls.map(({ kind, text }) => `${kind} ${text}`.trim());
    expect(kinds.filter((kind) => /^(begin|commit|rollback)/.test(kind))).toEqual([
      'begin snapshot',
      'commit',
      'begin read committed',
      'rollback',
    ]);
  });

  it('prepares, executes again and unprepares', async () => {
    loopback.answer = echo;
    const prepared = new sql.PreparedStatement(pool);
    prepared.input('id', sql.Int).input('name', sql.NVarChar(20));
    await prepared.prepare('select @id, @name');
    for (const id of [1, 2, 3]) {
      const { recordset } = await prepared.execute({ id, name: `n${id}` });
      expect(recordset).toEqual([{ id, name: `n${id}` }]);
    }
    await prepared.unprepare();
  });

  it('loads in bulk', async () => {
    const table = new sql.Table('dbo.visits');
    table.columns.add('id', sql.Int, { nullable: false });
    table.columns.add('name', sql.NVarChar(50), { nullable: true });
    table.columns.add('code', sql.VarChar(50), { nullable: true });
    table.columns.add('long', sql.NVarChar(sql.MAX), { nullable: true });
    table.columns.add('amount', sql.Decimal(18, 2), { nullable: true });
    table.columns.add('at', sql.DateTime2(3), { nullable: true });
    table.columns.add('photo', sql.VarBinary(sql.MAX), { nullable: true });
    const at = new Date('2024-02-29T12:34:56.789Z');
    for (let id = 0; id < 500; id++) {
      table.rows.add(id, `né😀${id}`, 'é😀', 'x'.repeat(id), 1.25, at, Buffer.alloc(id, 1));
    }
    table.rows.add(500, null, null, null, null, null, null);
    const result = await pool.request().bulk(table);
    expect(result.rowsAffected).toBe(501);
    const { columns, rows } = loopback.session.bulkLoads.at(-1)!;
    expect(columns.map(({ name, type }) => [name, type.name, type.length])).toEqual([
      ['id', 'int', undefined],
      ['name', 'nvarchar', 50],
      ['code', 'varchar', 50],
      ['long', 'nvarchar', -1],
      ['amount', 'decimal', undefined],
      ['at', 'datetime2', undefined],
      ['photo', 'varbinary', -1],
    ]);
    expect(rows[3]).toEqual([
      3,
      'né😀3',
      'é😀',
      'xxx',
      '1.25',
      '2024-02-29 12:34:56.789',
      Buffer.alloc(3, 1),
    ]);
    expect(rows[500]).toEqual([500, null, null, null, null, null, null]);
    expect(rows).toHaveLength(501);
  });

  it('cancels a running request and goes on', async () => {
    loopback.answer = untilAborted;
    const request = pool.request();
    const outcome = expect(request.query('wait')).rejects.toMatchObject({ code: 'ECANCEL' });
    await new Promise((resolve) => setTimeout(resolve, 50));
    request.cancel();
    await outcome;
    await pool.request().query('select 1');
  });

  it('gives a request up after its timeout and goes on', async () => {
    const hasty = await loopback.client({ encrypt }, { requestTimeout: 100 });
    loopback.answer = untilAborted;
    await expect(hasty.request().query('wait')).rejects.toMatchObject({ code: 'ETIMEOUT' });
    await hasty.request().query('select 1');
  });

  it('stops a result in the middle', async () => {
    let sent = 0;
    loopback.answer = async ({ sink, signal }) => {
      sink.columns([{ name: 'i', type: { name: 'int' }, nullable: false }]);
      for (sent = 0; sent < 5_000_000 && !signal.aborted; sent++) await sink.row([sent]);
      sink.done('select', sent);
    };
    const request = pool.request();
    request.stream = true;
    const seen = new Promise((resolve) => request.once('row', resolve));
    const finished = new Promise((resolve) => request.once('error', resolve));
    request.query('many');
    await seen;
    request.cancel();
    expect(await finished).toMatchObject({ code: 'ECANCEL' });
    expect(sent).toBeLessThan(5_000_000);
    await pool.request().query('select 1');
  });

  it('streams 20,000 rows through packets of 512 bytes', async () => {
    const small = await loopback.client({ encrypt, packetSize: 512 } as sql.IOptions);
    loopback.answer = async ({ sink }) => {
      sink.columns([
        { name: 'i', type: { name: 'int' }, nullable: false },
        { name: 's', type: { name: 'nvarchar', length: -1 }, nullable: false },
      ]);
      for (let i = 0; i < 20_000; i++) await sink.row([i, i % 1000 === 0 ? 'é'.repeat(20_000) : 'z']);
      sink.done('select', 20_000);
    };
    const request = small.request();
    request.stream = true;
    let next = 0;
    let length = 0;
    request.on('row', (row) => {
      expect(row.i).toBe(next++);
      length += row.s.length;
    });
    const finished = new Promise((resolve, reject) => request.once('done', resolve).once('error', reject));
    request.query('many');
    await finished;
    expect([next, length]).toEqual([20_000, 20 * 20_000 + 19_980]);
  });

  it('keeps working after a session failed unexpectedly', async () => {
    loopback.answer = () => {
      throw new Error('bug');
    };
    await expect(pool.request().query('fails')).rejects.toThrow(/bug/);
    expect(loopback.reports.splice(0)).toMatchObject([{ message: 'bug' }]);
    loopback.answer = selectRow([{ type: { name: 'int' }, value: 'no number' }]);
    await expect(pool.request().query('fails')).rejects.toThrow(/needs a number/);
    expect(loopback.reports.splice(0)).toHaveLength(1);
    await pool.request().query('select 1');
  });
});

const untilAborted: Script = ({ signal }) =>
  new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
