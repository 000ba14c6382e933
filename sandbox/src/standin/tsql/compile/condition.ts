import { TsqlError } from '../../types.ts';
import type { Expression, Query } from '../ast/query.ts';
import { unsupported } from '../refusal.ts';
import { commonType, isText, isWide } from '../type-rules.ts';
import { comparable, compareSql, isWhole } from './comparison.ts';
import type { Compilation } from './compilation.ts';
import { convert, OPERAND } from './convert.ts';
import { compileScalar } from './expression.ts';
import { compileSubquery } from './query.ts';
import type { Scope } from './scope.ts';
import { asText, type Typed } from './typed.ts';

/** A condition as a PostgreSQL boolean. Throws TsqlError 4145 where a value stands instead. */
export function compileCondition(expression: Expression, scope: Scope, compilation: Compilation): string {
  const value = (part: Expression): Typed => compileScalar(part, scope, compilation);
  switch (expression.kind) {
    case 'and':
    case 'or': {
      const [left, right] = [expression.left, expression.right].map((side) =>
        compileCondition(side, scope, compilation),
      );
      return `(${left} ${expression.kind.toUpperCase()} ${right})`;
    }
    case 'not':
      return `(NOT ${compileCondition(expression.operand, scope, compilation)})`;
    case 'comparison':
      return compareSql(expression.operator, value(expression.left), value(expression.right));
    case 'is-null':
      return `(${value(expression.operand).sql} IS ${expression.negated ? 'NOT ' : ''}NULL)`;
    case 'between': {
      const operand = value(expression.operand);
      const low = compareSql('>=', operand, value(expression.low));
      const high = compareSql('<=', operand, value(expression.high));
      return negate(`(${low} AND ${high})`, expression.negated);
    }
    case 'in':
      return negate(
        compileIn(value(expression.operand), expression.list, scope, compilation),
        expression.negated,
      );
    case 'like':
      return negate(compileLike(expression, value), expression.negated);
    case 'exists':
      return `EXISTS (${compileSubquery(expression.query, scope, compilation, true).sql})`;
    case 'quantified': {
      const query = compileSubquery(expression.query, scope, compilation);
      const [left, right] = comparable(value(expression.left), query.value, expression.operator);
      const alias = query.alias;
      return `(${left} ${expression.operator} ${expression.all ? 'ALL' : 'ANY'} (SELECT ${right} FROM (${query.sql}) AS ${alias}(c1)))`;
    }
    default:
      throw new TsqlError(
        4145,
        `An expression of non-boolean type specified in a context where a condition is expected, near '${describe(expression)}'.`,
        15,
      );
  }
}

function negate(condition: string, negated: boolean): string {
  return negated ? `(NOT ${condition})` : condition;
}

/** The list is brought to one type together with the operand, as T-SQL does. */
function compileIn(
  operand: Typed,
  list: Expression[] | Query,
  scope: Scope,
  compilation: Compilation,
): string {
  if (!Array.isArray(list)) {
    const query = compileSubquery(list, scope, compilation);
    const [left, right] = comparable(operand, query.value);
    return `(${left} IN (SELECT ${right} FROM (${query.sql}) AS ${query.alias}(c1)))`;
  }
  const items = list.map((item) => compileScalar(item, scope, compilation));
  const type = items
    .filter((item) => item.literal?.literal !== 'null')
    .reduce((common, item) => commonType(common, item.type), operand.type);
  // Text compares with text, and whole numbers with whole numbers, as they are.
  const asTheyAre = isText(type) || [operand, ...items].every(isWhole);
  const brought = (value: Typed): Typed =>
    asTheyAre && (isText(value.type) || isWhole(value)) ? value : convert(value, type, OPERAND);
  const left = items.some((item) => item.caseInsensitive)
    ? { ...brought(operand), caseInsensitive: true }
    : brought(operand);
  const pairs = items.map((item) => comparable(left, brought(item)));
  return `(${pairs[0]?.[0]} IN (${pairs.map(([, right]) => right).join(', ')}))`;
}

function compileLike(
  like: Extract<Expression, { kind: 'like' }>,
  value: (part: Expression) => Typed,
): string {
  const [operand, pattern] = [value(like.operand), value(like.pattern)].map(toTextOperand) as [Typed, Typed];
  const escapeSql = like.escape === undefined ? 'NULL' : asText(toTextOperand(value(like.escape)));
  // Blanks at the end of the value are ignored, but not when the pattern or the value is Unicode.
  const trailing = !isWide(operand.type) && !isWide(pattern.type);
  const fold = operand.caseInsensitive
    ? (sql: string) => `lower(${sql} COLLATE "default")`
    : (sql: string) => sql;
  return `(${fold(asText(operand))} ~ tsql.like_regex(${fold(asText(pattern))}, ${escapeSql}, ${trailing}))`;
}

function toTextOperand(operand: Typed): Typed {
  if (isText(operand.type)) return operand;
  if (operand.type.name === 'image') throw unsupported('LIKE on image');
  return convert(operand, { name: 'varchar', length: 8000 }, { purpose: 'cast', attempt: false });
}

/** The word that SQL Server's message would name: good enough to find the place. */
function describe(expression: Expression): string {
  if (expression.kind === 'column') return expression.name.at(-1) as string;
  if (expression.kind === 'literal') return expression.value;
  if (expression.kind === 'variable') return expression.name;
  return ')';
}
