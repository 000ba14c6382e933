import type { TsqlType } from '../../types.ts';

/** A column's type as ODBC metadata describes it (sp_columns_100). */
export interface OdbcType {
  typeName: string;
  dataType: number;
  precision: number;
  length: number;
  scale: number | null;
  radix: number | null;
  /** Code of the type for clients older than ODBC. */
  ssDataType: number;
  /** SQL_DATA_TYPE and SQL_DATETIME_SUB: the verbose codes of date and time types. */
  sqlDataType: number;
  datetimeSub: number | null;
  octetLength: number | null;
}

type Fixed = readonly [
  dataType: number,
  precision: number,
  length: number,
  scale: number | null,
  radix: number | null,
  nullable: number,
  notNull: number,
];

/** Types whose description does not depend on the declaration. Last two: the code for a NULL and a NOT NULL column. */
const FIXED: Readonly<Record<string, Fixed>> = {
  bigint: [-5, 19, 8, 0, 10, 108, 63],
  int: [4, 10, 4, 0, 10, 38, 56],
  smallint: [5, 5, 2, 0, 10, 38, 52],
  tinyint: [-6, 3, 1, 0, 10, 38, 48],
  bit: [-7, 1, 1, null, null, 50, 50],
  money: [3, 19, 21, 4, 10, 110, 60],
  smallmoney: [3, 10, 12, 4, 10, 110, 122],
  float: [6, 53, 8, null, 2, 109, 62],
  real: [7, 24, 4, null, 2, 109, 59],
  date: [91, 10, 6, 0, null, 0, 0],
  datetime: [93, 23, 16, 3, null, 111, 61],
  smalldatetime: [93, 16, 16, 0, null, 111, 58],
  text: [-1, 2_147_483_647, 2_147_483_647, null, null, 35, 35],
  ntext: [-10, 1_073_741_823, 2_147_483_646, null, null, 35, 35],
  image: [-4, 2_147_483_647, 2_147_483_647, null, null, 34, 34],
  uniqueidentifier: [-11, 36, 16, null, null, 37, 37],
  xml: [-152, 0, 0, null, null, 0, 0],
  rowversion: [-2, 8, 8, null, null, 45, 45],
};

const CHARACTER: Readonly<Record<string, readonly [dataType: number, bytesPerUnit: number, code: number]>> = {
  char: [1, 1, 39],
  varchar: [12, 1, 39],
  nchar: [-8, 2, 39],
  nvarchar: [-9, 2, 39],
  binary: [-2, 1, 37],
  varbinary: [-3, 1, 37],
};

/** Precision of a fractional time: its text's length. */
const withFraction = (whole: number, scale: number) => (scale === 0 ? whole : whole + 1 + scale);

const DATETIME = 9;
const SUB_DATE = 1;
const SUB_TIMESTAMP = 3;

function parts(type: TsqlType, nullable: boolean): Fixed {
  const scale = type.scale ?? 7;
  switch (type.name) {
    case 'decimal':
    case 'numeric': {
      const precision = type.precision ?? 18;
      const [code, plain] = type.name === 'decimal' ? [3, 106] : [2, 108];
      return [code, precision, precision + 2, type.scale ?? 0, 10, plain, plain];
    }
    case 'time':
      return [-154, withFraction(8, scale), 12, scale, null, 0, 0];
    case 'datetime2':
      return [93, withFraction(19, scale), 16, scale, null, 0, 0];
    case 'datetimeoffset':
      return [-155, withFraction(26, scale), 20, scale, null, 0, 0];
    default: {
      const character = CHARACTER[type.name];
      if (character) {
        const [dataType, bytes, code] = character;
        const length = Math.max(0, type.length ?? 1);
        return [dataType, length, length * bytes, null, null, code, code];
      }
      const fixed = FIXED[type.name];
      if (!fixed) throw new Error(`no ODBC description of ${type.name}, nullable ${nullable}`);
      return fixed;
    }
  }
}

/** Describes a column's type. */
export function odbcType(type: TsqlType, nullable: boolean, identity: boolean): OdbcType {
  const [dataType, precision, length, scale, radix, nullCode, notNullCode] = parts(type, nullable);
  const name = type.name === 'rowversion' ? 'timestamp' : type.name;
  const isTimestamp = dataType === 93;
  const isDate = dataType === 91;
  return {
    typeName: identity ? `${name} identity` : name,
    dataType,
    precision,
    length,
    scale,
    radix,
    ssDataType: nullable ? nullCode : notNullCode,
    sqlDataType: isTimestamp || isDate ? DATETIME : dataType,
    datetimeSub: isTimestamp ? SUB_TIMESTAMP : isDate ? SUB_DATE : null,
    octetLength: type.name in CHARACTER || ['text', 'ntext', 'image'].includes(type.name) ? length : null,
  };
}
