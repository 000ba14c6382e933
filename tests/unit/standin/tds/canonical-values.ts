import fc from 'fast-check';
import type { TsqlType, TsqlValue } from '../../../../sandbox/src/standin/types.ts';

const pad = (value: number, width: number): string => String(value).padStart(width, '0');

const dates = fc
  .date({ min: new Date('0001-01-01T00:00:00Z'), max: new Date('9999-12-31T23:59:59Z'), noInvalidDate: true })
  .map((date) => date.toISOString().slice(0, 10));

/** Dates that datetime and smalldatetime can hold. */
function datesBetween(min: string, max: string): fc.Arbitrary<string> {
  return fc
    .date({ min: new Date(min), max: new Date(max), noInvalidDate: true })
    .map((date) => date.toISOString().slice(0, 10));
}

function times(scale: number): fc.Arbitrary<string> {
  return fc
    .tuple(fc.integer({ min: 0, max: 86_399 }), fc.integer({ min: 0, max: 10 ** scale - 1 }))
    .map(([second, fraction]) => {
      const clock = `${pad(Math.floor(second / 3600), 2)}:${pad(Math.floor(second / 60) % 60, 2)}:${pad(second % 60, 2)}`;
      return scale === 0 ? clock : `${clock}.${pad(fraction, scale)}`;
    });
}

const offsets = fc.integer({ min: -14 * 60, max: 14 * 60 }).map((minutes) => {
  const absolute = Math.abs(minutes);
  return `${minutes < 0 ? '-' : '+'}${pad(Math.floor(absolute / 60), 2)}:${pad(absolute % 60, 2)}`;
});

function decimals(precision: number, scale: number): fc.Arbitrary<string> {
  const limit = 10n ** BigInt(precision) - 1n;
  return fc.bigInt({ min: -limit, max: limit }).map((units) => decimal(units, scale));
}

function decimal(units: bigint, scale: number): string {
  const digits = (units < 0n ? -units : units).toString().padStart(scale + 1, '0');
  const point = digits.length - scale;
  const text = scale === 0 ? digits : `${digits.slice(0, point)}.${digits.slice(point)}`;
  return units < 0n ? `-${text}` : text;
}

const binary = (maxLength: number): fc.Arbitrary<Buffer> =>
  fc.uint8Array({ maxLength }).map((bytes) => Buffer.from(bytes));

/** Well-formed text with emoji, controls and quotes, at most `maxLength` UTF-8 bytes. */
const text = (maxLength: number): fc.Arbitrary<string> =>
  fc.string({ unit: 'binary', maxLength: Math.floor(maxLength / 4) });

/** Every type that travels, with its values in canonical form; NULLs and extremes included. */
export const typedValues: fc.Arbitrary<{ type: TsqlType; value: TsqlValue }> = fc.oneof(
  ...(
    [
      [{ name: 'bigint' }, fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })],
      [{ name: 'int' }, fc.integer()],
      [{ name: 'smallint' }, fc.integer({ min: -32_768, max: 32_767 })],
      [{ name: 'tinyint' }, fc.integer({ min: 0, max: 255 })],
      [{ name: 'bit' }, fc.boolean()],
      [{ name: 'decimal', precision: 38, scale: 0 }, decimals(38, 0)],
      [{ name: 'decimal', precision: 38, scale: 38 }, decimals(38, 38)],
      [{ name: 'numeric', precision: 28, scale: 6 }, decimals(28, 6)],
      [{ name: 'decimal', precision: 19, scale: 4 }, decimals(19, 4)],
      [{ name: 'numeric', precision: 9, scale: 2 }, decimals(9, 2)],
      [
        { name: 'money' },
        fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((units) => decimal(units, 4)),
      ],
      [{ name: 'smallmoney' }, fc.integer().map((units) => decimal(BigInt(units), 4))],
      [{ name: 'float' }, fc.double({ noNaN: true, noDefaultInfinity: true })],
      [{ name: 'real' }, fc.float({ noNaN: true, noDefaultInfinity: true })],
      [{ name: 'date' }, dates],
      ...[0, 2, 3, 4, 7].flatMap((scale) => [
        [{ name: 'time', scale }, times(scale)],
        [{ name: 'datetime2', scale }, fc.tuple(dates, times(scale)).map((parts) => parts.join(' '))],
        [
          { name: 'datetimeoffset', scale },
          fc
            .tuple(datesBetween('0001-01-02', '9999-12-30'), times(scale), offsets)
            .map((parts) => parts.join(' ')),
        ],
      ]),
      [
        { name: 'datetime' },
        fc
          .tuple(datesBetween('1753-01-01', '9999-12-31'), times(2), fc.constantFrom('0', '3', '7'))
          .map(([date, time, thousandths]) => `${date} ${time}${thousandths}`),
      ],
      [
        { name: 'smalldatetime' },
        fc
          .tuple(datesBetween('1900-01-01', '2079-06-06'), times(0))
          .map(([date, time]) => `${date} ${time.slice(0, 6)}00`),
      ],
      [{ name: 'char', length: 8000 }, text(8000)],
      [{ name: 'varchar', length: 100 }, text(100)],
      [{ name: 'varchar', length: -1 }, text(40_000)],
      [{ name: 'nchar', length: 4000 }, text(4000)],
      [{ name: 'nvarchar', length: 128 }, text(128)],
      [{ name: 'nvarchar', length: -1 }, text(40_000)],
      [{ name: 'text' }, text(1000)],
      [{ name: 'ntext' }, text(1000)],
      [{ name: 'xml' }, text(1000).map((inner) => `<a>${inner}</a>`)],
      [{ name: 'binary', length: 10 }, binary(10)],
      [{ name: 'varbinary', length: 8000 }, binary(8000)],
      [{ name: 'varbinary', length: -1 }, binary(40_000)],
      [{ name: 'image' }, binary(1000)],
      [{ name: 'uniqueidentifier' }, fc.uuid().map((uuid) => uuid.toUpperCase())],
    ] as [TsqlType, fc.Arbitrary<TsqlValue>][]
  ).map(([type, values]) => fc.record({ type: fc.constant(type), value: fc.option(values, { freq: 10 }) })),
);
