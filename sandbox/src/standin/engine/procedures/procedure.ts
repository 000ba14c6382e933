import type { ResultColumn, TsqlType, TsqlValue } from '../../types.ts';
import type { Database } from '../catalogue/model.ts';
import type { Batch } from '../session/batch.ts';
import { typeOf } from '../views/define.ts';

/** One run of a stored procedure. */
export interface ProcedureCall {
  batch: Batch;
  /** The database it was called in: `EXEC [db].sys.…`, else the session's. */
  database: Database;
  /** Values by folded parameter name, with its @; a parameter that was left out is absent. */
  values: ReadonlyMap<string, TsqlValue>;
}

export interface ProcedureParameter {
  name: string;
  type: TsqlType;
  optional: boolean;
}

/** A system procedure. Resolves with its return status; errors are thrown as TsqlError. */
export interface Procedure {
  parameters: readonly ProcedureParameter[];
  run(call: ProcedureCall): Promise<number>;
}

/** Reads `@name type, @other type?`; a `?` marks an optional parameter. */
export function parametersOf(text: string): ProcedureParameter[] {
  return text
    .split(';')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part) => {
      const [name = '', type = ''] = part.split(' ');
      const optional = type.endsWith('?');
      return { name, type: typeOf(optional ? type.slice(0, -1) : type), optional };
    });
}

/** Reads `NAME type; OTHER type` as result columns, all of them nullable. */
export function columnsOf(text: string): ResultColumn[] {
  return text.split(';').map((part) => {
    const [name = '', type = ''] = part.trim().split(' ');
    return { name, type: typeOf(type), nullable: true };
  });
}

/** A text parameter; undefined when NULL or left out. */
export function textOf(call: ProcedureCall, name: string): string | undefined {
  const value = call.values.get(name.toLowerCase());
  return value === null || value === undefined ? undefined : String(value).trimEnd();
}

/** A number or bit parameter; undefined when NULL or left out. */
export function numberOf(call: ProcedureCall, name: string): number | undefined {
  const value = call.values.get(name.toLowerCase());
  return value === null || value === undefined ? undefined : Number(value);
}

/** Sends a result set. */
export async function sendRows(
  call: ProcedureCall,
  columns: ResultColumn[],
  rows: Iterable<TsqlValue[]>,
): Promise<void> {
  const { sink, context } = call.batch;
  sink.columns(columns);
  let count = 0;
  for (const row of rows) {
    await sink.row(row);
    count += 1;
  }
  context.lastRowCount = count;
  sink.done('select', context.options.noCount ? undefined : count);
}
