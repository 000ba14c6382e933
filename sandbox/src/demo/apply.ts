import sql from 'mssql';
import { quote } from '../sample/ddl.ts';
import { insertSql, keyCondition, literal } from '../sample/literals.ts';
import type { TsqlType, TsqlValue } from '../standin/types.ts';
import type { Operation } from './operations.ts';
import { SourceError } from './source.ts';

/**
 * Sends one change. Updates go with parameters where the driver carries the type without loss and with literals
 * elsewhere; the others with literals.
 * @throws SourceError when SQL Server refuses it, or reports another number of rows than the ledger counts on
 */
export async function apply(operation: Operation, request: sql.Request): Promise<void> {
  const { text, rows } = statement(operation, request);
  let affected: number | undefined;
  try {
    affected = (await request.query(text)).rowsAffected.at(-1);
  } catch (error) {
    throw new SourceError(text, error);
  }
  if (affected !== rows)
    throw new SourceError(text, `${affected} rows changed, the ledger counts on ${rows}`);
}

function statement(operation: Operation, request: sql.Request): { text: string; rows: number } {
  const { table } = operation;
  const name = `[dbo].${quote(table.name)}`;
  switch (operation.kind) {
    case 'insert':
      return { text: insertSql(table, operation.columns, operation.rows), rows: operation.rows.length };
    case 'delete':
      return { text: `DELETE FROM ${name} WHERE ${keyCondition(table, operation.row)}`, rows: 1 };
    case 'update':
    case 'move': {
      const assignments = operation.columns.map((i) => {
        const column = table.columns[i];
        if (column === undefined) throw new RangeError(`${table.name} has no column ${i}.`);
        return `${quote(column.name)} = ${parameterOrLiteral(request, `v${i}`, column.type, operation.after[i] ?? null)}`;
      });
      return {
        text: `UPDATE ${name} SET ${assignments.join(', ')} WHERE ${keyCondition(table, operation.before)}`,
        rows: 1,
      };
    }
  }
}

function parameterOrLiteral(request: sql.Request, name: string, type: TsqlType, value: TsqlValue): string {
  const driverType = exactParameter(type);
  if (driverType === undefined) return literal(type, value);
  request.input(name, driverType, value);
  return `@${name}`;
}

/** Types whose values tedious carries without loss in the shapes that the generator makes. */
function exactParameter(type: TsqlType): sql.ISqlType | undefined {
  switch (type.name) {
    case 'int':
      return sql.Int();
    case 'smallint':
      return sql.SmallInt();
    case 'tinyint':
      return sql.TinyInt();
    case 'bit':
      return sql.Bit();
    case 'float':
      return sql.Float();
    case 'real':
      return sql.Real();
    case 'nvarchar':
    case 'nchar':
      return sql.NVarChar(sql.MAX);
    case 'varbinary':
      return sql.VarBinary(sql.MAX);
    case 'uniqueidentifier':
      return sql.UniqueIdentifier();
    default:
      return undefined;
  }
}
