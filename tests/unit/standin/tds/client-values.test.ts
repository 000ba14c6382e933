import fc from 'fast-check';
import sql from 'mssql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TsqlType, TsqlValue } from '../../../../sandbox/src/standin/types.ts';
import { typedValues } from './canonical-values.ts';
import { Loopback } from './loopback.ts';
import { echo, selectRow } from './scripted-sessions.ts';
import { selfSigned } from './self-signed.ts';

describe.each([
  ['without TLS', false],
  ['with TLS', true],
])('values through the mssql client %s', (_name, encrypt) => {
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

  it('reads every type and value', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(typedValues, { minLength: 1, maxLength: 12 }), async (columns) => {
        loopback.answer = selectRow(columns);
        const { recordset } = await pool.request().query('select everything');
        columns.forEach(({ type, value }, index) => {
          expect(recordset[0][`c${index}`]).toEqual(asTediousReads(type, value));
        });
      }),
      { numRuns: 150 },
    );
  });

  it('sends parameters of every type', async () => {
    loopback.answer = echo;
    const long = 'é😀'.repeat(25_000);
    const request = pool
      .request()
      .input('bit', sql.Bit, true)
      .input('tiny', sql.TinyInt, 255)
      .input('small', sql.SmallInt, -32_768)
      .input('int', sql.Int, -2_147_483_648)
      .input('big', sql.BigInt, '9223372036854775807')
      .input('real', sql.Real, 1.5)
      .input('float', sql.Float, 1e300)
      .input('dec', sql.Decimal(38, 2), '-12345.67')
      .input('money', sql.Money, 12.5)
      .input('smallmoney', sql.SmallMoney, 214_748.3647)
      .input('date', sql.Date, new Date('0001-01-01T00:00:00Z'))
      .input('time', sql.Time(3), new Date('1970-01-01T23:59:59.999Z'))
      .input('dt', sql.DateTime, new Date('1753-01-01T00:00:00.003Z'))
      .input('dt2', sql.DateTime2(7), new Date('9999-12-31T23:59:59.999Z'))
      .input('sdt', sql.SmallDateTime, new Date('2079-06-06T23:59:00Z'))
      .input('guid', sql.UniqueIdentifier, '6f9619ff-8b86-d011-b42d-00c04fc964ff')
      .input('nvc', sql.NVarChar(50), 'hé😀')
      .input('vc', sql.VarChar(50), 'hé😀')
      .input('nmax', sql.NVarChar(sql.MAX), long)
      .input('vmax', sql.VarChar(sql.MAX), long)
      .input('vb', sql.VarBinary(8000), Buffer.from([0, 1, 255]))
      .input('bmax', sql.VarBinary(sql.MAX), Buffer.alloc(100_000, 7))
      .input('none', sql.NVarChar(10), null)
      .input('nodate', sql.DateTime2(7), null);
    await request.query('select @everything');
    const { parameters } = loopback.session.calls.at(-1)!;
    expect(Object.fromEntries(parameters.map(({ name, value }) => [name, value]))).toEqual({
      '@bit': true,
      '@tiny': 255,
      '@small': -32_768,
      '@int': -2_147_483_648,
      '@big': 9_223_372_036_854_775_807n,
      '@real': 1.5,
      '@float': 1e300,
      '@dec': '-12345.67',
      '@money': '12.5000',
      '@smallmoney': '214748.3647',
      '@date': '0001-01-01',
      '@time': '23:59:59.999',
      '@dt': '1753-01-01 00:00:00.003',
      '@dt2': '9999-12-31 23:59:59.9990000',
      '@sdt': '2079-06-06 23:59:00',
      '@guid': '6F9619FF-8B86-D011-B42D-00C04FC964FF',
      '@nvc': 'hé😀',
      '@vc': 'hé😀',
      '@nmax': long,
      '@vmax': long,
      '@vb': Buffer.from([0, 1, 255]),
      '@bmax': Buffer.alloc(100_000, 7),
      '@none': null,
      '@nodate': null,
    });
    expect(parameters.find(({ name }) => name === '@dec')?.type).toEqual({
      name: 'decimal',
      precision: 38,
      scale: 2,
    });
    expect(parameters.find(({ name }) => name === '@nvc')?.type).toEqual({ name: 'nvarchar', length: 50 });
  });
});

/** What tedious makes of a canonical value: bigint as text, exact numbers as doubles, times as Dates in UTC. */
function asTediousReads(type: TsqlType, value: TsqlValue): unknown {
  if (value === null) return null;
  switch (type.name) {
    case 'bigint':
      return String(value);
    case 'decimal':
    case 'numeric':
    case 'money':
    case 'smallmoney':
      return closeTo(Number(value));
    case 'date':
      return new Date(`${value}T00:00:00Z`);
    case 'time':
      return sameMoment(`1970-01-01 ${value}`);
    case 'datetime':
    case 'smalldatetime':
    case 'datetime2':
      return sameMoment(String(value));
    case 'datetimeoffset':
      return sameMoment(String(value));
    default:
      return value;
  }
}

function closeTo(expected: number): unknown {
  return {
    asymmetricMatch: (actual: unknown) =>
      typeof actual === 'number' && Math.abs(actual - expected) <= Math.abs(expected) * 1e-12 + 1e-30,
    toString: () => 'closeTo',
    expected,
  };
}

/** Milliseconds as a Date; tedious adds the rest, below a millisecond, as a property that is not compared. */
function sameMoment(text: string): Date {
  const [, date = '', time = '', fraction = '', zone = '+00:00'] =
    /^(\S+) (\d\d:\d\d:\d\d)(?:\.(\d+))?(?: (\S+))?$/.exec(text) ?? [];
  return new Date(`${date}T${time}.${fraction.padEnd(3, '0').slice(0, 3)}${zone}`);
}
