import { describe, expect, it } from 'vitest';
import { parseBatch } from '../../../../sandbox/src/standin/tsql/parse/batch.ts';
import { CHANGE_PARAMETERS, DB, DEBEZIUM_QUERIES, E21 } from './samples-debezium.ts';
import { compile, shape, typeOf } from './support.ts';

describe('the statements of Debezium', () => {
  it.each(DEBEZIUM_QUERIES)('%s compiles', (_id, text, parameters, columns) => {
    const compiled = compile(text, parameters);
    expect(shape(compiled)).toEqual(columns);
    const bound = compiled.parameters.filter((parameter) => !parameter.name.startsWith('@@'));
    expect(bound).toHaveLength(parameters.length);
    expect(compiled.text).not.toMatch(/@P\d/);
  });

  it('E6 returns no rows and says that the table is to be locked', () => {
    const compiled = compile(`SELECT TOP(0) * FROM ${DB}.[dbo].[signals] WITH (TABLOCKX)`);
    expect(compiled.text).toContain('LIMIT 0');
    expect(compiled.tables.map((use) => [use.table.name, use.hints])).toEqual([['signals', ['TABLOCKX']]]);
  });

  it.each([
    ['date', 'date'],
    ['datetime', 'datetime'],
    ['datetime2', 'datetime2(7)'],
    ['datetimeoffset', 'datetimeoffset(7)'],
    ['smalldatetime', 'smalldatetime'],
    ['time', 'time(7)'],
  ])('E11 parses a %s', (name, type) => {
    expect(typeOf(`PARSE( @P0 AS ${name})`, { '@P0': { name: 'nvarchar', length: 4000 } })).toBe(`${type}?`);
  });

  it('E19 and E21 compare an LSN column with a parameter without touching the column, so that its index serves', () => {
    const { text } = compile(E21, [...CHANGE_PARAMETERS]);
    expect(text).toContain('(t1."__$start_lsn" > tsql.bytes_for($6::bytea, 10))');
    expect(text).toContain('t2."start_lsn" = t1."__$start_lsn"');
  });

  it('E20 takes every column of the change tables in place', () => {
    const compiled = compile(`SELECT * FROM ${DB}.cdc.change_tables WHERE start_lsn BETWEEN  @P0 AND  @P1 `, [
      'bytes',
      'bytes',
    ]);
    expect(shape(compiled).slice(0, 5)).toEqual([
      'object_id int?',
      'version int?',
      'source_object_id int?',
      'capture_instance nvarchar(128)?',
      'start_lsn binary(10)?',
    ]);
    expect(shape(compiled)).toHaveLength(13);
  });

  it('I1 inserts into all columns in place, I2 deletes', () => {
    const insert = compile(`INSERT INTO ${DB}.[dbo].[signals] VALUES ( @P0 ,  @P1 ,  @P2 )`, [
      'string',
      'string',
      'string',
    ]);
    expect(insert.text).toContain('("id", "type", "data") VALUES');
    expect(insert.kind).toBe('insert');
    expect(compile(`DELETE FROM ${DB}.[dbo].[signals] WHERE id =  @P0 `, ['string']).kind).toBe('delete');
  });

  it('numbers a parameter once however often it stands in the text', () => {
    const compiled = compile('SELECT 1 FROM dbo.signals WHERE id = @P0 OR type = @P0', ['string']);
    expect(compiled.parameters.map((parameter) => parameter.name)).toEqual(['@P0']);
  });

  it.each([
    ['set implicit_transactions on ', ['set-option']],
    ['set implicit_transactions off IF @@TRANCOUNT > 0 COMMIT TRAN ', ['set-option', 'if']],
    ['IF @@TRANCOUNT > 0 ROLLBACK TRAN', ['if']],
    ['set transaction isolation level  snapshot ', ['set-isolation']],
    [
      'IF @@TRANCOUNT = 0 BEGIN BEGIN TRAN IF @@TRANCOUNT = 2 COMMIT TRAN END SAVE TRAN [dbz_schema_snapshot]',
      ['if', 'transaction'],
    ],
    ['IF @@TRANCOUNT > 0 ROLLBACK TRAN [dbz_schema_snapshot]', ['if']],
    [`use ${DB}`, ['use']],
    ['SET LOCK_TIMEOUT 10000', ['set-option']],
    ['SET LOCK_TIMEOUT -1', ['set-option']],
    ['SET ROWCOUNT 5', ['set-option']],
    [`EXEC ${DB}.sys.sp_cdc_help_change_data_capture`, ['execute']],
    ['EXEC sys.sp_cdc_help_jobs', ['execute']],
    ['EXEC sp_tables  @P0 ,  @P1 ,  @P2 ,  @P3 ', ['execute']],
    ['EXEC sp_unprepare 1;EXEC sp_unprepare 2;', ['execute', 'execute']],
    ['insert bulk [t]([a] int, [b] nvarchar(50))', ['insert-bulk']],
  ])('parses %s', (text, kinds) => {
    expect(parseBatch(text).map((statement) => statement.kind)).toEqual(kinds);
  });

  it('parses the metadata call of three statements', () => {
    const text = `DECLARE @mssqljdbc_temp_sp_columns_result TABLE(TABLE_QUALIFIER SYSNAME, DATA_TYPE SMALLINT, SS_UDT_ASSEMBLY_TYPE_NAME NVARCHAR(max));INSERT
INTO @mssqljdbc_temp_sp_columns_result EXEC sp_columns_100  @P0 , @P1 , @P2 , @P3 , @P4 , @P5 ;SELECT TABLE_QUALIFIER AS TABLE_CAT,
NULL AS SCOPE_CATALOG, CASE SS_IS_IDENTITY WHEN 0 THEN 'NO' WHEN 1 THEN 'YES' WHEN '' THEN '' END AS IS_AUTOINCREMENT FROM
@mssqljdbc_temp_sp_columns_result ORDER BY TABLE_CAT;`;
    expect(parseBatch(text).map((statement) => statement.kind)).toEqual([
      'declare-table',
      'insert',
      'select',
    ]);
  });

  it('parses the first batch of tedious', () => {
    const names = ['ansi_nulls', 'ansi_null_dflt_on', 'quoted_identifier', 'xact_abort'];
    const text = [
      ...names.map((name) => `set ${name} on`),
      'set datefirst 7',
      'set dateformat mdy',
      'set language us_english',
      'set textsize 2147483647',
      'set transaction isolation level read committed',
    ].join('\n');
    expect(parseBatch(text)).toHaveLength(9);
  });
});
