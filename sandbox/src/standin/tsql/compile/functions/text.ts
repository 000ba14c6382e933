import type { TsqlType } from '../../../types.ts';
import { familyOf, isWide, textLength } from '../../type-rules.ts';
import { type Typed, textValue } from '../typed.ts';
import {
  anyNullable,
  argument,
  BIGINT,
  type Builtin,
  builtin,
  type CallSite,
  constantOf,
  FLOAT,
  INT,
  sqlArgument,
  textArgument,
  textType,
} from './site.ts';
import { whole } from './text-size.ts';

/** A function of one text that keeps its length. */
function sameLength(sql: (text: string) => string): Builtin {
  return builtin(1, 1, (site) => {
    const { text, type } = textArgument(site, 0);
    return textValue(sql(text), textType(type, type.length ?? -1), anyNullable(site));
  });
}

/** LEFT, RIGHT: a constant count bounds the length of the result. */
function edge(name: 'left_of' | 'right_of'): Builtin {
  return builtin(2, 2, (site) => {
    const { text, type } = textArgument(site, 0);
    const count = constantOf(argument(site, 1));
    const length = type.length ?? -1;
    const result = textType(type, count === undefined || length < 0 ? length : Math.min(length, count));
    return textValue(`tsql.${name}(${text}, ${sqlArgument(site, 1, BIGINT)})`, result, anyNullable(site));
  });
}

function substring(site: CallSite): Typed {
  const value = argument(site, 0);
  const bounds = `${sqlArgument(site, 1, BIGINT)}, ${sqlArgument(site, 2, BIGINT)}`;
  const count = constantOf(argument(site, 2));
  if (familyOf(value.type) === 'bytes') {
    const length = value.type.length ?? (value.type.name === 'rowversion' ? 8 : -1);
    const shorter = count === undefined || length < 0 ? length : Math.min(length, Math.max(1, count));
    return {
      sql: `tsql.substring_of(${value.sql}, ${bounds})`,
      type: { name: 'varbinary', length: shorter },
      nullable: anyNullable(site),
    };
  }
  const { text, type } = textArgument(site, 0);
  const length = type.length ?? -1;
  const result = textType(type, count === undefined || length < 0 ? length : Math.min(length, count));
  return textValue(`tsql.substring_of(${text}, ${bounds})`, result, anyNullable(site));
}

/** The text kind of several arguments together. */
function widest(site: CallSite, indexes: number[]): TsqlType {
  const types = indexes.map((index) => textArgument(site, index).type);
  const unlimited = types.some((type) => (type.length ?? -1) < 0);
  return { name: types.some(isWide) ? 'nvarchar' : 'varchar', length: unlimited ? -1 : 8000 };
}

/** A result whose length is only bounded by the type: cut to it where T-SQL would. */
function bounded(text: string, type: TsqlType, nullable: boolean): Typed {
  const result = textType(type, type.length ?? -1);
  const cut = (result.length ?? -1) < 0 ? text : `tsql.fit(${text}, '${result.name}', ${result.length})`;
  return textValue(cut, result, nullable);
}

function replace(site: CallSite): Typed {
  const [value, from, to] = [0, 1, 2].map((index) => textArgument(site, index).text) as [
    string,
    string,
    string,
  ];
  return bounded(`replace(${value}, ${from}, ${to})`, widest(site, [0, 1, 2]), anyNullable(site));
}

function replicate(site: CallSite): Typed {
  const { text, type } = textArgument(site, 0);
  const times = constantOf(argument(site, 1));
  const sql = `tsql.replicate(${text}, ${sqlArgument(site, 1, BIGINT)})`;
  const length = type.length ?? -1;
  if (times !== undefined && length > 0 && times * length <= (isWide(type) ? 4000 : 8000)) {
    return textValue(sql, textType(type, times * length), true);
  }
  return bounded(sql, { name: isWide(type) ? 'nvarchar' : 'varchar', length: length < 0 ? -1 : 8000 }, true);
}

/** CONCAT: NULL counts as empty, everything converts to text. */
function concat(site: CallSite): Typed {
  const parts = site.values.map((_, index) => textArgument(site, index));
  const lengths = parts.map((part) => part.type.length ?? -1);
  const total = lengths.some((length) => length < 0) ? -1 : lengths.reduce((sum, length) => sum + length, 0);
  const type: TsqlType = {
    name: parts.some((part) => isWide(part.type)) ? 'nvarchar' : 'varchar',
    length: total,
  };
  return bounded(`concat(${parts.map((part) => part.text).join(', ')})`, type, false);
}

function concatWithSeparator(site: CallSite): Typed {
  const parts = site.values.map((_, index) => textArgument(site, index));
  const type: TsqlType = {
    name: parts.some((part) => isWide(part.type)) ? 'nvarchar' : 'varchar',
    length: 8000,
  };
  const [separator, ...rest] = parts.map((part) => part.text);
  return bounded(`concat_ws(coalesce(${separator}, ''), ${rest.join(', ')})`, type, false);
}

/** LTRIM, RTRIM, TRIM: blanks unless characters are given. */
function trim(sql: 'ltrim' | 'rtrim' | 'btrim'): Builtin {
  return builtin(1, 2, (site) => {
    const { text, type } = textArgument(site, 0);
    const characters = site.values.length > 1 ? textArgument(site, 1).text : "' '";
    return textValue(`${sql}(${text}, ${characters})`, textType(type, type.length ?? -1), anyNullable(site));
  });
}

/** CHAR(0–255) is one varchar character, NCHAR one nvarchar character. */
function character(name: 'varchar' | 'nvarchar', maximum: number): Builtin {
  return builtin(1, 1, (site) =>
    textValue(
      `tsql.character(${sqlArgument(site, 0, INT)}, ${maximum})`,
      { name, length: name === 'varchar' ? 2 : 1 },
      true,
    ),
  );
}

function str(site: CallSite): Typed {
  const length = site.values.length > 1 ? sqlArgument(site, 1, INT) : '10';
  const decimals = site.values.length > 2 ? sqlArgument(site, 2, INT) : '0';
  const constant = site.values.length > 1 ? constantOf(argument(site, 1)) : 10;
  return textValue(
    `tsql.str(${sqlArgument(site, 0, FLOAT)}, ${length}, ${decimals})`,
    { name: 'varchar', length: constant ?? 8000 },
    anyNullable(site),
  );
}

// Columns are COLLATE "C", under which PostgreSQL only knows the letters of ASCII; the database's own knows all.
export const TEXT_FUNCTIONS: Record<string, Builtin> = {
  LEFT: edge('left_of'),
  RIGHT: edge('right_of'),
  SUBSTRING: builtin(3, 3, substring),
  CHARINDEX: builtin(2, 3, (site) => {
    const start = site.values.length > 2 ? sqlArgument(site, 2, BIGINT) : '1::int8';
    return whole(
      `tsql.charindex(${textArgument(site, 0).text}, ${textArgument(site, 1).text}, ${start})`,
      site,
    );
  }),
  PATINDEX: builtin(2, 2, (site) =>
    whole(`tsql.patindex(${textArgument(site, 0).text}, ${textArgument(site, 1).text})`, site),
  ),
  REPLACE: builtin(3, 3, replace),
  TRANSLATE: builtin(3, 3, (site) => {
    const [value, from, to] = [0, 1, 2].map((index) => textArgument(site, index).text) as [
      string,
      string,
      string,
    ];
    return textValue(
      `translate(${value}, ${from}, ${to})`,
      textType(textArgument(site, 0).type, textLength(textArgument(site, 0).type)),
      anyNullable(site),
    );
  }),
  UPPER: sameLength((text) => `upper(${text} COLLATE "default")`),
  LOWER: sameLength((text) => `lower(${text} COLLATE "default")`),
  REVERSE: sameLength((text) => `reverse(${text})`),
  LTRIM: trim('ltrim'),
  RTRIM: trim('rtrim'),
  TRIM: trim('btrim'),
  REPLICATE: builtin(2, 2, replicate),
  SPACE: builtin(1, 1, (site) =>
    textValue(
      `tsql.fit(tsql.replicate(' ', ${sqlArgument(site, 0, BIGINT)}), 'varchar', 8000)`,
      { name: 'varchar', length: 8000 },
      true,
    ),
  ),
  STUFF: builtin(4, 4, (site) => {
    const [value, put] = [textArgument(site, 0), textArgument(site, 3)];
    const sql = `tsql.stuff(${value.text}, ${sqlArgument(site, 1, BIGINT)}, ${sqlArgument(site, 2, BIGINT)}, ${put.text})`;
    return bounded(sql, widest(site, [0, 3]), true);
  }),
  CONCAT: builtin(2, 254, concat),
  CONCAT_WS: builtin(3, 254, concatWithSeparator),
  QUOTENAME: builtin(1, 2, (site) => {
    const quote = site.values.length > 1 ? textArgument(site, 1).text : "'['";
    return textValue(
      `tsql.quotename(${textArgument(site, 0).text}, ${quote})`,
      { name: 'nvarchar', length: 258 },
      true,
    );
  }),
  CHAR: character('varchar', 255),
  NCHAR: character('nvarchar', 65535),
  ASCII: builtin(1, 1, (site) => ({
    ...whole(`tsql.code_of(${textArgument(site, 0).text})`, site),
    nullable: true,
  })),
  UNICODE: builtin(1, 1, (site) => ({
    ...whole(`tsql.code_of(${textArgument(site, 0).text})`, site),
    nullable: true,
  })),
  STR: builtin(1, 3, str),
};
