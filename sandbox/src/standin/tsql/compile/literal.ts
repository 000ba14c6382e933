import { TsqlError, type TsqlType } from '../../types.ts';
import type { LiteralExpression } from '../ast/query.ts';
import { quote, type Typed, textValue } from './typed.ts';

/** A constant with the type that T-SQL gives it: whole numbers beyond int are decimal, 1.50 is decimal(3,2). */
export function compileLiteral(literal: LiteralExpression): Typed {
  return { ...literalValue(literal), literal };
}

function literalValue({ literal, value }: LiteralExpression): Typed {
  switch (literal) {
    case 'null':
      return { sql: 'NULL::int4', type: { name: 'int' }, nullable: true };
    case 'string':
      return textLiteral(value, 'varchar', Buffer.byteLength(value), 8000);
    case 'nstring':
      return textLiteral(value, 'nvarchar', value.length, 4000);
    case 'binary': {
      const digits = value.length % 2 === 1 ? `0${value}` : value;
      const length = Math.max(1, digits.length / 2);
      return constant(`'\\x${digits}'::bytea`, { name: 'varbinary', length: length > 8000 ? -1 : length });
    }
    case 'float':
      return constant(`'${/[eE][+-]?$/.test(value) ? `${value}0` : value}'::float8`, { name: 'float' });
    case 'money':
      return constant(`tsql.money_fit(${value || '0'}::numeric, 'money', false)`, { name: 'money' });
    case 'integer': {
      const digits = value.replace(/^0+(?=\d)/, '');
      if (BigInt(digits) <= 2_147_483_647n) return constant(`${digits}::int4`, { name: 'int' });
      return decimalLiteral(digits, '');
    }
    default: {
      const [whole = '', fraction = ''] = value.split('.');
      return decimalLiteral(whole.replace(/^0+/, ''), fraction);
    }
  }
}

function constant(sql: string, type: TsqlType): Typed {
  return { sql, type, nullable: false };
}

function textLiteral(value: string, name: 'varchar' | 'nvarchar', length: number, maximum: number): Typed {
  return textValue(
    `${quote(value)}::text`,
    { name, length: length > maximum ? -1 : Math.max(1, length) },
    false,
  );
}

function decimalLiteral(whole: string, fraction: string): Typed {
  const precision = Math.max(1, whole.length + fraction.length);
  if (precision > 38) {
    const number = `${whole}${fraction === '' ? '' : `.${fraction}`}`;
    throw new TsqlError(
      1007,
      `The number '${number}' is out of the range for numeric representation (maximum precision 38).`,
      15,
    );
  }
  const digits = `${whole === '' ? '0' : whole}${fraction === '' ? '' : `.${fraction}`}`;
  return constant(`${digits}::numeric(${precision},${fraction.length})`, {
    name: 'decimal',
    precision,
    scale: fraction.length,
  });
}

/** Digits of a whole-number constant: in decimal arithmetic `2` counts as decimal(1,0), not as decimal(10,0). */
export function asDecimalOperand(value: Typed): TsqlType {
  if (value.literal?.literal === 'integer' && value.type.name === 'int') {
    return { name: 'decimal', precision: value.literal.value.replace(/^-?0*(?=\d)/, '').length, scale: 0 };
  }
  return value.type;
}
