import type { TsqlType, TsqlTypeName } from '../types.ts';

/** One entry of the type list of sp_executesql, such as `@P0 nvarchar(4000)`. */
export interface Declaration {
  name: string;
  /** Undefined where the stand-in does not know the type: then the type on the wire counts. */
  type: TsqlType | undefined;
}

const DECLARATION = /^(@[\w@$#]+)\s+(?:as\s+)?\[?([a-z]\w*)\]?\s*(?:\(([^)]*)\))?\s*(?:out(?:put)?)?$/i;

type Builder = (name: TsqlTypeName, numbers: number[]) => TsqlType;

const plain: Builder = (name) => ({ name });
const counted: Builder = (name, [length = 1]) => ({ name, length });
const exact: Builder = (name, [precision = 18, scale = 0]) => ({ name, precision, scale });
const timed: Builder = (name, [scale = 7]) => ({ name, scale });
const floating: Builder = (name, [precision = 53]) => ({ name, precision });

const BUILDERS: Record<TsqlTypeName, Builder> = {
  bigint: plain,
  int: plain,
  smallint: plain,
  tinyint: plain,
  bit: plain,
  decimal: exact,
  numeric: exact,
  money: plain,
  smallmoney: plain,
  float: floating,
  real: plain,
  date: plain,
  time: timed,
  datetime2: timed,
  datetimeoffset: timed,
  datetime: plain,
  smalldatetime: plain,
  char: counted,
  varchar: counted,
  nchar: counted,
  nvarchar: counted,
  text: plain,
  ntext: plain,
  binary: counted,
  varbinary: counted,
  image: plain,
  uniqueidentifier: plain,
  xml: plain,
  rowversion: plain,
};

const SYNONYMS: Record<string, TsqlType | undefined> = {
  sysname: { name: 'nvarchar', length: 128 },
  integer: { name: 'int' },
  timestamp: { name: 'rowversion' },
};

/** Parses the type list of sp_executesql, sp_prepare and sp_prepexec. */
export function parseDeclarations(list: string): Declaration[] {
  return splitTopLevel(list)
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '')
    .map(parseDeclaration);
}

function parseDeclaration(entry: string): Declaration {
  const match = DECLARATION.exec(entry);
  if (!match) return { name: entry.split(/\s/, 1)[0] ?? entry, type: undefined };
  const [, name = '', typeName = '', numbers] = match;
  return { name, type: parseType(typeName.toLowerCase(), numbers) };
}

function parseType(name: string, numbers: string | undefined): TsqlType | undefined {
  const synonym = SYNONYMS[name];
  if (synonym) return synonym;
  if (!isKnown(name)) return undefined;
  const given = numbers?.split(',').map((text) => (text.trim().toLowerCase() === 'max' ? -1 : Number(text)));
  return BUILDERS[name](name, given ?? []);
}

function isKnown(name: string): name is TsqlTypeName {
  return Object.hasOwn(BUILDERS, name);
}

/** Splits at commas outside parentheses. */
function splitTopLevel(list: string): string[] {
  return list.split(/,(?![^(]*\))/);
}
