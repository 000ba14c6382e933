import { TsqlError, type TsqlType } from '../../types.ts';

const NAME: TsqlType = { name: 'nvarchar', length: 128 };
const INT: TsqlType = { name: 'int' };

/**
 * Values that only the session knows. A compiled statement asks for them as parameters of these names; the engine binds
 * `toPg(type, value)`. Functions are named with their parentheses.
 */
export const SESSION_VALUES: ReadonlyMap<string, TsqlType> = new Map<string, TsqlType>([
  ['@@TRANCOUNT', INT],
  ['@@ROWCOUNT', INT],
  ['@@ERROR', INT],
  ['@@IDENTITY', { name: 'decimal', precision: 38, scale: 0 }],
  ['SCOPE_IDENTITY()', { name: 'decimal', precision: 38, scale: 0 }],
  ['@@SPID', { name: 'smallint' }],
  ['@@VERSION', { name: 'nvarchar', length: 300 }],
  ['@@SERVERNAME', NAME],
  ['@@SERVICENAME', NAME],
  ['@@LANGUAGE', NAME],
  ['@@LANGID', { name: 'smallint' }],
  ['@@DATEFIRST', { name: 'tinyint' }],
  ['@@LOCK_TIMEOUT', INT],
  ['@@NESTLEVEL', INT],
  ['@@OPTIONS', INT],
  ['@@TEXTSIZE', INT],
  ['@@MAX_PRECISION', { name: 'tinyint' }],
  ['@@MICROSOFTVERSION', INT],
  ['@@PROCID', INT],
  ['@@DBTS', { name: 'varbinary', length: 8 }],
  ['XACT_STATE()', { name: 'smallint' }],
  ['ROWCOUNT_BIG()', { name: 'bigint' }],
]);

/** Type of `@@NAME` or `NAME()`. Throws TsqlError 137 for an unknown `@@` name. */
export function sessionValueType(name: string): TsqlType {
  const type = SESSION_VALUES.get(name.toUpperCase());
  if (type === undefined) throw new TsqlError(137, `Must declare the scalar variable "${name}".`, 15, 2);
  return type;
}
