import type { InsertStatement } from '../../tsql/ast/change.ts';
import type { Expression } from '../../tsql/ast/query.ts';
import { type ResultColumn, TsqlError, type TsqlValue } from '../../types.ts';
import { inTransaction } from '../postgres/connect.ts';
import type { SessionContext, Variables } from './context.ts';
import { runQuery } from './run-query.ts';
import { SILENT_SINK } from './silent-sink.ts';

/** PostgreSQL binds at most 65 535 values to a statement; shorter ones are planned faster. */
const VALUES_PER_STATEMENT = 4000;

/** Stores the rows of a bulk load announced by INSERT BULK, all or none. Resolves with their number. */
export async function loadBulk(
  context: SessionContext,
  columns: ResultColumn[],
  rows: TsqlValue[][],
): Promise<number> {
  const announced = context.announcedBulk;
  if (!announced) throw new TsqlError(4022, 'Bulk load data came without an INSERT BULK statement.');
  context.announcedBulk = undefined;
  const names = announced.columns.map((column) => column.name);
  const perStatement = Math.max(1, Math.floor(VALUES_PER_STATEMENT / Math.max(1, columns.length)));
  const insert = async () => {
    for (let start = 0; start < rows.length; start += perStatement) {
      const variables: Variables = new Map();
      const values = rows.slice(start, start + perStatement).map((row, r) =>
        row.map((value, c): Expression => {
          const name = `@b${r}_${c}`;
          variables.set(name, { type: columns[c]!.type, value });
          return { kind: 'variable', name };
        }),
      );
      const statement: InsertStatement = {
        kind: 'insert',
        text: '',
        line: 1,
        with: [],
        target: announced.table,
        columns: names,
        output: [],
        source: { kind: 'values', rows: values },
      };
      await runQuery(context, statement, variables, SILENT_SINK);
    }
  };
  if (context.transaction.count > 0) await insert();
  else await inTransaction(context.client, insert);
  return rows.length;
}
