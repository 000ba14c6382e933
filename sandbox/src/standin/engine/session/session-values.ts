import type { TsqlValue } from '../../types.ts';
import type { SessionContext } from './context.ts';

/** SQL Server's @@OPTIONS of a fresh connection: ANSI settings and QUOTED_IDENTIFIER on. */
const DEFAULT_OPTIONS = 5496;
const NOCOUNT_BIT = 512;
const IMPLICIT_TRANSACTIONS_BIT = 2;
const XACT_ABORT_BIT = 16384;

/** A version as @@MICROSOFTVERSION packs it. */
function packed([major, minor, build]: readonly [number, number, number]): number {
  return major * 0x1000000 + minor * 0x10000 + build;
}

function options({ options: set }: SessionContext): number {
  return (
    DEFAULT_OPTIONS |
    (set.noCount ? NOCOUNT_BIT : 0) |
    (set.implicitTransactions ? IMPLICIT_TRANSACTIONS_BIT : 0) |
    (set.xactAbort ? XACT_ABORT_BIT : 0)
  );
}

const VALUES: Readonly<Record<string, (context: SessionContext) => TsqlValue>> = {
  '@@TRANCOUNT': (context) => context.transaction.count,
  'XACT_STATE()': (context) => (context.transaction.count > 0 ? 1 : 0),
  '@@ROWCOUNT': (context) => context.lastRowCount,
  'ROWCOUNT_BIG()': (context) => BigInt(context.lastRowCount),
  '@@ERROR': (context) => context.lastError,
  'SCOPE_IDENTITY()': (context) => context.scopeIdentity?.toString() ?? null,
  '@@IDENTITY': (context) => context.scopeIdentity?.toString() ?? null,
  '@@SPID': (context) => context.spid,
  '@@SERVERNAME': (context) => context.engine.settings.serverName,
  '@@SERVICENAME': () => 'MSSQLSERVER',
  '@@VERSION': (context) => context.engine.product.banner,
  '@@LANGUAGE': () => 'us_english',
  '@@LANGID': () => 0,
  '@@DATEFIRST': () => 7,
  '@@LOCK_TIMEOUT': (context) => context.options.lockTimeout,
  '@@NESTLEVEL': () => 0,
  '@@OPTIONS': options,
  '@@TEXTSIZE': () => 2_147_483_647,
  '@@MAX_PRECISION': () => 38,
  '@@MICROSOFTVERSION': ({ engine }) => packed(engine.product.numbers),
  '@@PROCID': () => 0,
  '@@DBTS': () => null,
};

/** Value of one of the compiler's SESSION_VALUES; undefined for another name. */
export function sessionValue(context: SessionContext, name: string): TsqlValue | undefined {
  return VALUES[name.toUpperCase()]?.(context);
}
