import { TsqlError, type TsqlType, type TsqlTypeName } from '../../types.ts';
import { unsupported } from '../refusal.ts';
import type { Cursor } from './cursor.ts';

const SYNONYMS: Record<string, TsqlTypeName> = {
  integer: 'int',
  dec: 'decimal',
  character: 'char',
  timestamp: 'rowversion',
};

const PLAIN: ReadonlySet<string> = new Set([
  'bigint',
  'int',
  'smallint',
  'tinyint',
  'bit',
  'money',
  'smallmoney',
  'real',
  'date',
  'datetime',
  'smalldatetime',
  'text',
  'ntext',
  'image',
  'uniqueidentifier',
  'xml',
  'rowversion',
]);
const SIZED: Record<string, number> = {
  char: 8000,
  varchar: 8000,
  nchar: 4000,
  nvarchar: 4000,
  binary: 8000,
  varbinary: 8000,
};
const SCALED: ReadonlySet<string> = new Set(['time', 'datetime2', 'datetimeoffset']);
const KNOWN_BUT_REFUSED: ReadonlySet<string> = new Set([
  'sql_variant',
  'geography',
  'geometry',
  'hierarchyid',
  'cursor',
  'table',
  'vector',
  'json',
]);

/**
 * Reads a data type. `defaultLength` is what `varchar` without a length means here: 1 in a declaration, 30 in CAST.
 * Throws TsqlError 2715 (unknown type), 131 (too long), 1001 (bad length), 2750/2751 (bad precision or scale).
 */
export function parseDataType(cursor: Cursor, defaultLength: 1 | 30): TsqlType {
  const word = typeWord(cursor);
  const name = (SYNONYMS[word] ?? word) as TsqlTypeName;
  if (word === 'sysname') return { name: 'nvarchar', length: 128 };
  if (PLAIN.has(name)) return { name };
  if (name === 'float') return floatType(cursor);
  if (name === 'decimal' || name === 'numeric') return decimalType(cursor, name);
  if (SCALED.has(name)) {
    const scale = cursor.isSymbol('(') ? sizes(cursor)[0] : 7;
    if (scale === undefined || scale < 0 || scale > 7)
      throw badSize(1002, `Line 1: Specified scale ${scale} is invalid.`);
    return { name, scale };
  }
  if (SIZED[name] !== undefined) return sizedType(cursor, name, SIZED[name], defaultLength);
  if (KNOWN_BUT_REFUSED.has(word)) throw unsupported(word);
  throw new TsqlError(2715, `Column, parameter, or variable #1: Cannot find data type ${word}.`, 16, 6);
}

/** The type's name in lower case, words of a long name joined: `national character varying` → `nvarchar`. */
function typeWord(cursor: Cursor): string {
  if (cursor.accept('DOUBLE')) {
    cursor.expect('PRECISION');
    return 'float';
  }
  const national = cursor.accept('NATIONAL');
  let word = cursor.identifier().toLowerCase();
  if (word === 'sys' && cursor.acceptSymbol('.')) word = cursor.identifier().toLowerCase();
  if (word === 'character' || word === 'char') {
    const kind = cursor.accept('VARYING') ? 'varchar' : 'char';
    return national ? `n${kind}` : kind;
  }
  if (word === 'nchar' && cursor.accept('VARYING')) return 'nvarchar';
  if (word === 'binary' && cursor.accept('VARYING')) return 'varbinary';
  if (national && word === 'text') return 'ntext';
  return word;
}

function sizes(cursor: Cursor): number[] {
  return cursor.parenthesized(() => (cursor.accept('MAX') ? -1 : cursor.integer()));
}

function floatType(cursor: Cursor): TsqlType {
  const bits = cursor.isSymbol('(') ? (sizes(cursor)[0] ?? 53) : 53;
  if (bits < 1 || bits > 53)
    throw badSize(2717, `The size (${bits}) given to the type 'float' exceeds the maximum (53).`);
  return { name: bits <= 24 ? 'real' : 'float' };
}

function decimalType(cursor: Cursor, name: 'decimal' | 'numeric'): TsqlType {
  const [precision = 18, scale = 0] = cursor.isSymbol('(') ? sizes(cursor) : [];
  if (precision < 1 || precision > 38) {
    throw badSize(
      2750,
      `Column or parameter #1: Specified column precision ${precision} is greater than the maximum precision of 38.`,
    );
  }
  if (scale < 0 || scale > precision) {
    throw badSize(
      2751,
      `Column or parameter #1: Specified column scale ${scale} is greater than the specified precision of ${precision}.`,
    );
  }
  return { name, precision, scale };
}

function sizedType(cursor: Cursor, name: TsqlTypeName, maximum: number, defaultLength: number): TsqlType {
  if (!cursor.isSymbol('(')) return { name, length: defaultLength };
  const [length = 0] = sizes(cursor);
  if (length === -1 && name.includes('var')) return { name, length };
  if (length < 1) throw badSize(1001, `Line 1: Length or precision specification ${length} is invalid.`);
  if (length > maximum) {
    throw badSize(
      131,
      `The size (${length}) given to the type '${name}' exceeds the maximum allowed for any data type (${maximum}).`,
    );
  }
  return { name, length };
}

function badSize(number: number, message: string): TsqlError {
  return new TsqlError(number, message, 15);
}
