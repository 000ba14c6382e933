import { type Parameter, TsqlError, type TsqlType, type TsqlTypeName, type TsqlValue } from '../types.ts';
import type { Declaration } from './declarations.ts';
import type { Output } from './response.ts';
import type { RpcParameter } from './rpc-request.ts';

/** Parameters as a session takes them, and what the call has to send back. */
export interface Bound {
  parameters: Parameter[];
  outputs: Output[];
}

/**
 * Gives values their declared names and types: by name where the client sends names (tedious), else by position
 * (mssql-jdbc). `skipped`: parameters of the call that precede the values, such as the handle and the statement.
 */
export function bindDeclared(
  values: RpcParameter[],
  declarations: Declaration[],
  skipped: number,
  statement: string,
): Bound {
  const bound: Bound = { parameters: [], outputs: [] };
  const missing = new Map(declarations.map((declaration) => [declaration.name.toLowerCase(), declaration]));
  values.forEach((value, index) => {
    const wanted = value.name === '' ? declarations[index]?.name : value.name;
    if (wanted === undefined) {
      throw new TsqlError(8144, 'Procedure or function has too many arguments specified.', 16, 2);
    }
    const declaration = missing.get(wanted.toLowerCase());
    if (!declaration) throw new TsqlError(8145, `${wanted} is not a parameter of the statement.`, 16, 2);
    missing.delete(wanted.toLowerCase());
    add(bound, value, declaration.name, index + skipped, declaration.type);
  });
  const [absent] = missing.values();
  if (absent) throw notSupplied(declarations, statement, absent.name);
  return bound;
}

/** Parameters of a procedure called by name, or of a statement without a type list. */
export function bindUndeclared(values: RpcParameter[], skipped = 0): Bound {
  const bound: Bound = { parameters: [], outputs: [] };
  values.forEach((value, index) => {
    add(bound, value, value.name || `@P${index}`, index + skipped, undefined);
  });
  return bound;
}

function add(
  bound: Bound,
  given: RpcParameter,
  boundName: string,
  ordinal: number,
  declared: TsqlType | undefined,
): void {
  const { type, value } = asDeclared(given, declared);
  bound.parameters.push({ name: boundName, type, value, ...(given.output && { output: true }) });
  if (given.output) bound.outputs.push({ ordinal, name: given.name, boundName, type, value });
}

/** The declared type counts, as in T-SQL, unless its values look different from those of the type on the wire. */
function asDeclared(
  given: RpcParameter,
  declared: TsqlType | undefined,
): { type: TsqlType; value: TsqlValue } {
  const { type, value } = given;
  if (!declared) return { type, value };
  const from = FORM[type.name];
  const to = FORM[declared.name];
  if (value === null || from === to) return { type: declared, value };
  if (from === 'integer' && to === 'big integer') return { type: declared, value: BigInt(Number(value)) };
  if ((from === 'integer' || from === 'big integer') && to === 'decimal') {
    return { type: declared, value: String(value) };
  }
  return { type, value };
}

const FORM: Record<TsqlTypeName, string> = {
  bit: 'boolean',
  tinyint: 'integer',
  smallint: 'integer',
  int: 'integer',
  bigint: 'big integer',
  decimal: 'decimal',
  numeric: 'decimal',
  money: 'decimal',
  smallmoney: 'decimal',
  float: 'float',
  real: 'float',
  date: 'date',
  time: 'time',
  datetime: 'date and time',
  datetime2: 'date and time',
  smalldatetime: 'date and time',
  datetimeoffset: 'date and time with offset',
  char: 'text',
  varchar: 'text',
  nchar: 'text',
  nvarchar: 'text',
  text: 'text',
  ntext: 'text',
  xml: 'text',
  binary: 'binary',
  varbinary: 'binary',
  image: 'binary',
  rowversion: 'binary',
  uniqueidentifier: 'uniqueidentifier',
};

function notSupplied(declarations: Declaration[], statement: string, name: string): TsqlError {
  const list = declarations.map((declaration) => declaration.name).join(',');
  return new TsqlError(
    8178,
    `The parameterized query '(${list})${statement.slice(0, 200)}' expects the parameter '${name}', which was not supplied.`,
    16,
    1,
  );
}
