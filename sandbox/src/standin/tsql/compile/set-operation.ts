import { TsqlError, type TsqlType } from '../../types.ts';
import type { QueryBody } from '../ast/query.ts';
import { commonType, familyOf, sameType } from '../type-rules.ts';
import type { Compilation } from './compilation.ts';
import { convert, OPERAND } from './convert.ts';
import { refuseUngroupable } from './groupable.ts';
import { type CompiledSelect, compileSpecification } from './query.ts';
import type { Scope, SourceColumn } from './scope.ts';
import { isNullLiteral, withoutLiteral } from './typed.ts';

type SetOperation = Extract<QueryBody, { kind: 'set-operation' }>;

/**
 * UNION, INTERSECT, EXCEPT: column by column the sides are brought to one type; names come from the left. Throws
 * TsqlError 205 (unlike numbers of columns), 206 (types that do not go together).
 */
export function compileSetOperation(
  body: SetOperation,
  outer: Scope | undefined,
  compilation: Compilation,
): CompiledSelect {
  const left = compileBody(body.left, outer, compilation);
  const right = compileBody(body.right, outer, compilation);
  if (left.columns.length !== right.columns.length) {
    throw new TsqlError(
      205,
      'All queries combined using a UNION, INTERSECT or EXCEPT operator must have an equal number of expressions in their target lists.',
    );
  }
  const columns = left.columns.map((column, index) => merged(column, right.columns[index] as SourceColumn));
  const types = columns.map((column) => column.type);
  if (body.operator !== 'union all') {
    for (const type of types) refuseUngroupable(type, body.operator.toUpperCase());
  }
  const sides = [left, right].map((side) => `(${brought(side, types, compilation)})`);
  return { sql: sides.join(` ${body.operator.toUpperCase()} `), columns };
}

function compileBody(body: QueryBody, outer: Scope | undefined, compilation: Compilation): CompiledSelect {
  if (body.kind === 'set-operation') return compileSetOperation(body, outer, compilation);
  return compileSpecification(body, [], '', outer, compilation);
}

function merged(left: SourceColumn, right: SourceColumn): SourceColumn {
  const type = isNullLiteral(left)
    ? right.type
    : isNullLiteral(right)
      ? left.type
      : commonType(left.type, right.type);
  return { ...withoutLiteral(left), type, nullable: left.nullable || right.nullable };
}

/** The side with each column converted to the common type; left alone where nothing changes in PostgreSQL. */
function brought(side: CompiledSelect, types: TsqlType[], compilation: Compilation): string {
  const same = side.columns.every((column, index) => {
    const type = types[index] as TsqlType;
    const padded = type.name === 'char' || type.name === 'nchar';
    return (
      sameType(column.type, type) ||
      (!padded && familyOf(type) === 'text' && familyOf(column.type) === 'text')
    );
  });
  if (same) return side.sql;
  const alias = compilation.alias();
  const columns = side.columns.map((column, index) => {
    const source = isNullLiteral(column)
      ? column
      : { ...withoutLiteral(column), sql: `${alias}.${column.sql}` };
    return `${convert(source, types[index] as TsqlType, OPERAND).sql} AS c${index + 1}`;
  });
  return `SELECT ${columns.join(', ')} FROM (${side.sql}) AS ${alias}`;
}
