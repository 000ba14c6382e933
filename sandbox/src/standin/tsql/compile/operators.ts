import { TsqlError, type TsqlType } from '../../types.ts';
import type { ArithmeticOperator } from '../ast/query.ts';
import { pgType } from '../storage.ts';
import { commonType, digitsOf, familyOf, isLarge, isNumeric, isText } from '../type-rules.ts';
import { arithmeticType } from './arithmetic-type.ts';
import { convert, OPERAND } from './convert.ts';
import { asDecimalOperand } from './literal.ts';
import { asText, isNullLiteral, type Typed, textValue } from './typed.ts';

const OPERATOR_WORDS: Record<ArithmeticOperator, string> = {
  '+': 'add',
  '-': 'subtract',
  '*': 'multiply',
  '/': 'divide',
  '%': 'modulo',
  '&': "'&'",
  '|': "'|'",
  '^': "'^'",
};

/** A binary arithmetic, bit or concatenation operator. Throws TsqlError 402, 8117, 206 for types it does not take. */
export function compileBinary(operator: ArithmeticOperator, left: Typed, right: Typed): Typed {
  if (isNullLiteral(left)) left = { ...convert(left, right.type, OPERAND) };
  if (isNullLiteral(right)) right = { ...convert(right, left.type, OPERAND) };
  const [a, b] = [familyOf(left.type), familyOf(right.type)];
  if (operator === '+' && a === 'text' && b === 'text') return concatenate(left, right);
  if (operator === '+' && a === 'bytes' && b === 'bytes') return concatenateBytes(left, right);
  if (a === 'moment' || b === 'moment') return momentArithmetic(operator, left, right);
  if (!isNumeric(left.type) && !isText(left.type)) throw incompatible(operator, left, right);
  if (!isNumeric(right.type) && !isText(right.type)) throw incompatible(operator, left, right);
  if (isText(left.type) && isText(right.type)) throw incompatible(operator, left, right);
  if (isText(left.type)) left = convert(left, right.type, OPERAND);
  if (isText(right.type)) right = convert(right, left.type, OPERAND);
  return numeric(operator, left, right);
}

function numeric(operator: ArithmeticOperator, left: Typed, right: Typed): Typed {
  const nullable = left.nullable || right.nullable;
  const common = commonType(left.type, right.type);
  if ('&|^'.includes(operator)) return bitwise(operator, left, right, common);
  if (common.name === 'bit') throw incompatible(operator, left, right);
  switch (familyOf(common)) {
    case 'decimal':
      return decimal(operator, left, right);
    case 'money': {
      const [l, r] = [convert(left, common, OPERAND), convert(right, common, OPERAND)];
      const result =
        operator === '/' ? `tsql.quotient(${l.sql}, ${r.sql}, 4)` : `${l.sql} ${operator} ${r.sql}`;
      return { sql: `tsql.money_fit(${result}, '${common.name}', false)`, type: common, nullable };
    }
    case 'float': {
      if (operator === '%') throw incompatible(operator, left, right);
      const [l, r] = [convert(left, common, OPERAND), convert(right, common, OPERAND)];
      return { sql: `(${l.sql} ${operator} ${r.sql})`, type: common, nullable };
    }
    default: {
      const sql = `(${convert(left, common, OPERAND).sql} ${operator} ${convert(right, common, OPERAND).sql})`;
      if (common.name !== 'tinyint') return { sql, type: common, nullable };
      return { sql: `tsql.int_from_number(${sql}, 'tinyint', false)::int2`, type: common, nullable };
    }
  }
}

function decimal(operator: ArithmeticOperator, left: Typed, right: Typed): Typed {
  const type = arithmeticType(operator, asDecimalOperand(left), asDecimalOperand(right));
  const nullable = left.nullable || right.nullable;
  const [l, r] = [`${left.sql}::numeric`, `${right.sql}::numeric`];
  const result =
    operator === '/' ? `tsql.quotient(${l}, ${r}, ${digitsOf(type)[1]})` : `(${l} ${operator} ${r})`;
  return { sql: `${result}::${pgType(type)}`, type, nullable };
}

function bitwise(operator: ArithmeticOperator, left: Typed, right: Typed, common: TsqlType): Typed {
  const family = familyOf(common);
  if (family !== 'integer' && family !== 'bit') throw incompatible(operator, left, right);
  const [l, r] = [convert(left, common, OPERAND), convert(right, common, OPERAND)];
  // PostgreSQL's ^ is a power.
  const sql = `(${l.sql} ${operator === '^' ? '#' : operator} ${r.sql})`;
  return { sql, type: common, nullable: left.nullable || right.nullable };
}

function concatenate(left: Typed, right: Typed): Typed {
  const common = commonType(left.type, right.type);
  if (isLarge(common)) throw incompatible('+', left, right);
  const maximum = common.name.startsWith('n') ? 4000 : 8000;
  const [x, y] = [left.type.length ?? -1, right.type.length ?? -1];
  const name = common.name.startsWith('n') ? 'nvarchar' : 'varchar';
  const nullable = left.nullable || right.nullable;
  const text = `(${asText(left)} || ${asText(right)})`;
  if (x < 0 || y < 0) return textValue(text, { name, length: -1 }, nullable);
  if (x + y <= maximum) return textValue(text, { name, length: x + y }, nullable);
  // Beyond its maximum a result that is not (max) is cut.
  return textValue(`tsql.fit(${text}, '${name}', ${maximum})`, { name, length: maximum }, nullable);
}

function concatenateBytes(left: Typed, right: Typed): Typed {
  const [x, y] = [left.type.length ?? -1, right.type.length ?? -1];
  const length = x < 0 || y < 0 ? -1 : Math.min(8000, x + y);
  const sql = `(${left.sql} || ${right.sql})`;
  return {
    sql: length < 0 || x + y <= 8000 ? sql : `tsql.fit_bytes(${sql}, false, 8000)`,
    type: { name: 'varbinary', length },
    nullable: left.nullable || right.nullable,
  };
}

/** datetime and smalldatetime take + and − with days or each other, as if both were counts of days since 1900. */
function momentArithmetic(operator: ArithmeticOperator, left: Typed, right: Typed): Typed {
  const type = familyOf(left.type) === 'moment' ? left.type : right.type;
  const other = type === left.type ? right : left;
  const fits = familyOf(other.type) === 'moment' || isNumeric(other.type) || isText(other.type);
  if (
    (operator !== '+' && operator !== '-') ||
    type.name === 'datetime2' ||
    other.type.name === 'datetime2' ||
    !fits
  ) {
    throw incompatible(operator, left, right);
  }
  const result: TsqlType = familyOf(other.type) === 'moment' ? commonType(left.type, right.type) : type;
  const [l, r] = [convert(left, result, OPERAND), convert(right, result, OPERAND)];
  const ticks =
    operator === '+'
      ? `(${l.sql} + ${r.sql} - 599266080000000000)`
      : `(${l.sql} - ${r.sql} + 599266080000000000)`;
  return {
    sql: `tsql.fit_ticks(${ticks}, '${result.name}', 7, '${result.name}', false)`,
    type: result,
    nullable: left.nullable || right.nullable,
  };
}

/** Unary minus, plus (which changes nothing) and bitwise not. */
export function compileUnary(operator: '-' | '+' | '~', operand: Typed): Typed {
  const { type, nullable } = operand;
  if (operator === '+') return operand;
  if (!isNumeric(type) || (operator === '-' && type.name === 'bit')) {
    throw new TsqlError(
      8117,
      `Operand data type ${type.name} is invalid for ${operator === '-' ? 'minus' : "'~'"} operator.`,
    );
  }
  if (operator === '~') {
    const family = familyOf(type);
    if (family !== 'integer' && family !== 'bit') {
      throw new TsqlError(8117, `Operand data type ${type.name} is invalid for '~' operator.`);
    }
    if (type.name === 'bit') return { sql: `(1 - ${operand.sql})::int2`, type, nullable };
    if (type.name === 'tinyint') return { sql: `(255 - ${operand.sql})::int2`, type, nullable };
    return { sql: `(~ ${operand.sql})`, type, nullable };
  }
  const negated: Typed = { sql: `(- ${operand.sql})`, type, nullable };
  if (operand.literal !== undefined && !operand.literal.value.startsWith('-')) {
    negated.literal = { ...operand.literal, value: `-${operand.literal.value}` };
  }
  if (type.name !== 'tinyint') return negated;
  return { ...negated, sql: `tsql.int_from_number(- ${operand.sql}, 'tinyint', false)::int2` };
}

function incompatible(operator: ArithmeticOperator, left: Typed, right: Typed): TsqlError {
  return new TsqlError(
    402,
    `The data types ${left.type.name} and ${right.type.name} are incompatible in the ${OPERATOR_WORDS[operator]} operator.`,
  );
}
