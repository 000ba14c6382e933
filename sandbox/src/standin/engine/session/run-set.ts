import type { SetStatement } from '../../tsql/ast/control.ts';
import { unsupported } from '../../tsql/refusal.ts';
import { TsqlError } from '../../types.ts';
import type { Batch } from './batch.ts';
import { evaluate, evaluateCompound } from './evaluate.ts';

/** Options that change nothing here: drivers and tools set them to the values that the stand-in has anyway. */
const IGNORED = new Set([
  'ANSI_DEFAULTS',
  'ANSI_NULLS',
  'ANSI_NULL_DFLT_OFF',
  'ANSI_NULL_DFLT_ON',
  'ANSI_PADDING',
  'ANSI_WARNINGS',
  'ARITHABORT',
  'CONCAT_NULL_YIELDS_NULL',
  'CONTEXT_INFO',
  'CURSOR_CLOSE_ON_COMMIT',
  'DATEFIRST',
  'DATEFORMAT',
  'DEADLOCK_PRIORITY',
  'FMTONLY',
  'LANGUAGE',
  'NUMERIC_ROUNDABORT',
  'QUERY_GOVERNOR_COST_LIMIT',
  'QUOTED_IDENTIFIER',
  'TEXTSIZE',
]);

/** Values of ignored options that would change the meaning of statements. */
const REFUSED: Readonly<Record<string, string>> = {
  ANSI_NULLS: 'OFF',
  ANSI_PADDING: 'OFF',
  ANSI_WARNINGS: 'OFF',
  CONCAT_NULL_YIELDS_NULL: 'OFF',
  QUOTED_IDENTIFIER: 'OFF',
  FMTONLY: 'ON',
};

/** SET in all its forms. */
export async function runSet(batch: Batch, statement: SetStatement): Promise<void> {
  const { context, sink } = batch;
  switch (statement.kind) {
    case 'set-variable':
      await setVariable(batch, statement);
      return;
    case 'set-isolation':
      context.transaction.isolation = statement.isolation;
      break;
    case 'set-identity-insert':
      setIdentityInsert(batch, statement);
      break;
    case 'set-option':
      for (const option of statement.options) setOption(batch, option, statement.value);
  }
  sink.done('other');
}

async function setVariable(
  { context, variables }: Batch,
  { name, operator, value }: Extract<SetStatement, { kind: 'set-variable' }>,
): Promise<void> {
  const variable = variables.get(name.toLowerCase());
  if (!variable) throw new TsqlError(137, `Must declare the scalar variable "${name}".`, 15, 2);
  variable.value =
    operator === '='
      ? await evaluate(context, value, variable.type, variables)
      : await evaluateCompound(context, { name, operator, value }, variable.type, variables);
}

function setIdentityInsert(
  { context, variables }: Batch,
  { table: name, on }: Extract<SetStatement, { kind: 'set-identity-insert' }>,
): void {
  const table = context.resolver(variables).findTable(name);
  if (!table) {
    throw new TsqlError(
      1088,
      `Cannot find the object "${name.join('.')}" because it does not exist or you do not have permissions.`,
      16,
      11,
    );
  }
  if (!table.columns.some((column) => column.identity)) {
    throw new TsqlError(
      8106,
      `Table '${name.join('.')}' does not have the identity property. Cannot perform SET operation.`,
    );
  }
  if (on && context.identityInsert !== undefined && context.identityInsert !== table.id) {
    const other = context.catalogue.tableById(context.identityInsert);
    throw new TsqlError(
      8107,
      `IDENTITY_INSERT is already ON for table '${context.database.name}.${other?.schema.name}.${other?.name}'. Cannot perform SET operation for table '${name.join('.')}'.`,
    );
  }
  if (on) context.identityInsert = table.id;
  else if (context.identityInsert === table.id) context.identityInsert = undefined;
}

function setOption({ context }: Batch, option: string, value: string): void {
  const { options } = context;
  switch (option) {
    case 'IMPLICIT_TRANSACTIONS':
      options.implicitTransactions = value === 'ON';
      return;
    case 'NOCOUNT':
      options.noCount = value === 'ON';
      return;
    case 'XACT_ABORT':
      options.xactAbort = value === 'ON';
      return;
    case 'LOCK_TIMEOUT':
      options.lockTimeout = Number.parseInt(value, 10);
      return;
    case 'ROWCOUNT':
      options.rowCount = Number.parseInt(value, 10);
      return;
  }
  if (option.startsWith('STATISTICS ') && value === 'OFF') return;
  if (REFUSED[option] === value || !IGNORED.has(option)) throw unsupported(`SET ${option} ${value}`);
  if (option === 'LANGUAGE' && !/^(us_english|english)$/i.test(value))
    throw unsupported(`SET LANGUAGE ${value}`);
  if (option === 'DATEFIRST' && value !== '7') throw unsupported(`SET DATEFIRST ${value}`);
  if (option === 'DATEFORMAT' && value.toLowerCase() !== 'mdy') throw unsupported(`SET DATEFORMAT ${value}`);
}
