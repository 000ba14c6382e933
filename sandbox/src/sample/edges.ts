import type { TsqlType, TsqlValue } from '../standin/types.ts';
import { scaleOf } from './makers.ts';

/** About 100 KB in UTF-8, with characters of one, two, three and four bytes. */
const LONG_TEXT = 'Ebbaluwa ennene: ünïcode, አማርኛ, 👩🏾‍⚕️ and "quotes". '.repeat(1_640);

/** Texts that something on the way could trim, unescape, resolve or refuse. No NUL: PostgreSQL text cannot hold one. */
const anyText = [
  '',
  ' ',
  'trailing blanks   ',
  '  leading',
  '\ttab\r\nand lines\n',
  `O'Brien "x" \\ ; -- /* $1 & %s %_[^a]`,
  '${env:HOME}',
  'NULL',
  'null',
  '0x00',
  "'; DROP TABLE x; --",
];
const unicodeText = [
  '😷🩺',
  '👩🏾‍⚕️',
  'ünïcode Ŋŋ',
  'አማርኛ',
  '\u200fעברית',
  'e\u0301 is not é',
  '\ufeffbom',
  '￿',
];

const days = [
  '0001-01-01',
  '9999-12-31',
  '1582-10-04',
  '1582-10-15',
  '1677-09-20',
  '2262-04-12',
  '1969-12-31',
  '1970-01-01',
  '2000-02-29',
];

const integers: Partial<Record<TsqlType['name'], TsqlValue[]>> = {
  tinyint: [0, 255],
  smallint: [-32_768, 32_767, 0],
  int: [-2_147_483_648, 2_147_483_647, 0],
  bigint: [-9_223_372_036_854_775_808n, 9_223_372_036_854_775_807n, 0n, 9_007_199_254_740_993n],
};

/** `text` with the digits after the point cut or filled to `scale`. */
function withScale(text: string, scale: number): string {
  const [whole, fraction = ''] = text.split('.');
  return scale === 0 ? `${whole}` : `${whole}.${fraction.padEnd(scale, '0').slice(0, scale)}`;
}

function decimals(precision: number, scale: number): TsqlValue[] {
  const nines = '9'.repeat(precision);
  const greatest = withScale(`${nines.slice(0, precision - scale) || '0'}.${'9'.repeat(scale)}`, scale);
  const smallest = scale === 0 ? '1' : `0.${'1'.padStart(scale, '0')}`;
  return [greatest, `-${greatest}`, smallest, `-${smallest}`, withScale('0', scale)];
}

function texts(type: TsqlType, unicode: boolean): TsqlValue[] {
  const limit = type.length === undefined || type.length < 0 ? Number.POSITIVE_INFINITY : type.length;
  const candidates = unicode ? [...anyText, ...unicodeText, LONG_TEXT] : [...anyText, 'x'.repeat(100_000)];
  const fitting = candidates.filter((text) => text.length <= limit);
  const full = Number.isFinite(limit) ? ['Z'.repeat(limit)] : [];
  return [...fitting, ...full];
}

function binaries(type: TsqlType): TsqlValue[] {
  const limit = type.length === undefined || type.length < 0 ? 70_000 : type.length;
  const all = Buffer.from(Array.from({ length: 256 }, (_, i) => i));
  const candidates = [
    Buffer.alloc(0),
    Buffer.from([0]),
    Buffer.from([0, 0, 255]),
    all,
    Buffer.alloc(limit, 0xff),
  ];
  const fitting = candidates.filter((bytes) => bytes.length <= limit);
  return type.name === 'binary' ? [Buffer.alloc(limit), Buffer.alloc(limit, 0xff)] : fitting;
}

/** Values at the limits of a type: what most often does not survive a journey. All of them fit the declared type. */
export function edgesOf(type: TsqlType): TsqlValue[] {
  const scale = scaleOf(type);
  const cut = (texts: string[]): TsqlValue[] => texts.map((text) => withScale(text, scale));
  switch (type.name) {
    case 'tinyint':
    case 'smallint':
    case 'int':
    case 'bigint':
      return integers[type.name] ?? [];
    case 'bit':
      return [true, false];
    case 'decimal':
    case 'numeric':
      return decimals(type.precision ?? 18, scale);
    case 'money':
      return ['-922337203685477.5808', '922337203685477.5807', '0.0000', '0.0001'];
    case 'smallmoney':
      return ['-214748.3648', '214748.3647', '0.0000', '-0.0001'];
    case 'float':
      return [
        Number.MAX_VALUE,
        -Number.MAX_VALUE,
        2.2250738585072014e-308,
        0.1,
        1 / 3,
        0,
        1e21,
        9_007_199_254_740_991,
      ];
    case 'real':
      return [3.4028234663852886e38, 1.1754943508222875e-38, 0.1, -1 / 3, 0, 16_777_217].map(Math.fround);
    case 'date':
      return days;
    case 'time':
      return cut(['00:00:00.0', '23:59:59.9999999', '12:00:00.0000001', '03:00:00.1234567']);
    case 'datetime':
      return [
        '1753-01-01 00:00:00.000',
        '9999-12-31 23:59:59.997',
        '1899-12-31 23:59:59.993',
        '2024-02-29 00:00:00.003',
      ];
    case 'smalldatetime':
      return ['1900-01-01 00:00:00', '2079-06-06 23:59:00', '2024-02-29 00:00:00'];
    case 'datetime2':
      return [
        ...cut(days.map((day) => `${day} 00:00:00.0`)),
        ...cut(['9999-12-31 23:59:59.9999999', '1969-12-31 23:59:59.9999999', '2024-03-31 02:30:00.1234567']),
      ];
    case 'datetimeoffset':
      return [
        ['0001-01-01 14:00:00.0', '+14:00'],
        ['9999-12-31 09:59:59.9999999', '-14:00'],
        ['2024-01-01 00:00:00.0', '+03:00'],
        ['2024-01-01 02:59:59.9999999', '+03:00'],
        ['1969-12-31 23:59:59.9999999', '+00:00'],
        ['2024-02-29 12:34:56.1234567', '-09:30'],
      ].map(([local = '', offset]) => `${withScale(local, scale)} ${offset}`);
    case 'char':
    case 'varchar':
    case 'text':
      return texts(type, false);
    case 'nchar':
    case 'nvarchar':
    case 'ntext':
      return texts(type, true);
    case 'xml':
      return ['<a/>', '<a b="&quot;x&quot;">&lt;é😷&gt;</a>', `<long>${'text '.repeat(4_000)}</long>`];
    case 'binary':
    case 'varbinary':
    case 'image':
      return binaries(type);
    case 'uniqueidentifier':
      return ['00000000-0000-0000-0000-000000000000', 'FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF'];
    case 'rowversion':
      return [];
  }
}
