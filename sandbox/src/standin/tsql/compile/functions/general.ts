import { TsqlError, type TsqlType } from '../../../types.ts';
import { commonType, isText } from '../../type-rules.ts';
import { compareSql } from '../comparison.ts';
import { compileCondition } from '../condition.ts';
import { convert, OPERAND } from '../convert.ts';
import { commonOf } from '../expression.ts';
import { isNullLiteral, type Typed } from '../typed.ts';
import { argument, type Builtin, builtin, type CallSite, INT, sqlArgument } from './site.ts';

/** ISNULL has the type of its first argument: the second is cut to it. */
function isNull(site: CallSite): Typed {
  const [value, instead] = [argument(site, 0), argument(site, 1)];
  if (isNullLiteral(value)) return { ...instead };
  const replaced = convert(instead, value.type, { purpose: 'cast', attempt: false });
  return {
    sql: `COALESCE(${value.sql}, ${replaced.sql})`,
    type: value.type,
    nullable: value.nullable && instead.nullable,
  };
}

function coalesce(site: CallSite): Typed {
  const type = commonOf(site.values);
  if (type === undefined) {
    throw new TsqlError(
      4127,
      'At least one of the arguments to COALESCE must be an expression that is not the NULL constant.',
    );
  }
  const list = site.values.map((value) => convert(value, type, OPERAND).sql);
  return {
    sql: `COALESCE(${list.join(', ')})`,
    type,
    nullable: site.values.every((value) => value.nullable),
  };
}

function nullIf(site: CallSite): Typed {
  const [value, other] = [argument(site, 0), argument(site, 1)];
  if (isNullLiteral(value)) {
    throw new TsqlError(
      4151,
      'The type of the first argument to NULLIF cannot be the NULL constant because the type of the first argument has to be known.',
    );
  }
  const equal = compareSql('=', value, other);
  return { sql: `(CASE WHEN ${equal} THEN NULL ELSE ${value.sql} END)`, type: value.type, nullable: true };
}

function iif(site: CallSite): Typed {
  const [condition, yes, no] = site.call.arguments;
  if (condition === undefined || yes === undefined || no === undefined)
    throw new TsqlError(174, 'The iif function requires 3 argument(s).', 15);
  const test = compileCondition(condition, site.scope, site.compilation);
  const values = [site.compile(yes), site.compile(no)] as const;
  const type = commonOf([...values]);
  if (type === undefined) {
    throw new TsqlError(
      8133,
      'At least one of the result expressions in a CASE specification must be an expression other than the NULL constant.',
    );
  }
  const [then, otherwise] = values.map((value) => convert(value, type, OPERAND).sql);
  return {
    sql: `(CASE WHEN ${test} THEN ${then} ELSE ${otherwise} END)`,
    type,
    nullable: values.some((value) => value.nullable),
  };
}

function choose(site: CallSite): Typed {
  const [index, ...choices] = site.values;
  const type = commonOf(choices) ?? INT;
  const branches = choices.map((choice, at) => `WHEN ${at + 1} THEN ${convert(choice, type, OPERAND).sql}`);
  return {
    sql: `(CASE ${convert(index as Typed, INT, OPERAND).sql} ${branches.join(' ')} END)`,
    type,
    nullable: true,
  };
}

function isNumericValue(site: CallSite): Typed {
  const value = argument(site, 0);
  if (!isText(value.type)) return { sql: '1::int4', type: INT, nullable: false };
  const attempt = { purpose: 'cast', attempt: true } as const;
  const tries = [
    convert(value, { name: 'float' }, attempt).sql,
    convert(value, { name: 'money' }, attempt).sql,
  ];
  const empty = compareSql('=', value, {
    sql: "''::bpchar",
    type: { name: 'varchar', length: 1 },
    nullable: false,
  });
  return {
    sql: `(CASE WHEN ${empty} OR COALESCE(${tries[0]}::numeric, ${tries[1]}) IS NULL THEN 0 ELSE 1 END)`,
    type: INT,
    nullable: false,
  };
}

/** The greatest or least of the arguments; NULLs are passed over. */
function extreme(name: 'GREATEST' | 'LEAST'): Builtin {
  return builtin(1, 254, (site) => {
    const type = site.values
      .map((value) => value.type)
      .reduce((a: TsqlType, b: TsqlType) => commonType(a, b));
    const list = site.values.map((_, index) => sqlArgument(site, index, type));
    return {
      sql: `${name}(${list.join(', ')})`,
      type,
      nullable: site.values.every((value) => value.nullable),
    };
  });
}

export const GENERAL_FUNCTIONS: Record<string, Builtin> = {
  ISNULL: builtin(2, 2, isNull),
  COALESCE: builtin(2, 254, coalesce),
  NULLIF: builtin(2, 2, nullIf),
  IIF: { ...builtin(3, 3, iif), raw: true },
  CHOOSE: builtin(2, 254, choose),
  NEWID: builtin(0, 0, () => ({
    sql: 'gen_random_uuid()',
    type: { name: 'uniqueidentifier' },
    nullable: false,
  })),
  // Sequential GUIDs only promise to be unique and, while a server is up, growing; unique is what callers need.
  NEWSEQUENTIALID: builtin(0, 0, () => ({
    sql: 'gen_random_uuid()',
    type: { name: 'uniqueidentifier' },
    nullable: false,
  })),
  ISNUMERIC: builtin(1, 1, isNumericValue),
  GREATEST: extreme('GREATEST'),
  LEAST: extreme('LEAST'),
};
