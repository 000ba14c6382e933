import type { TsqlType } from '../../types.ts';
import {
  bigintColumn,
  bitColumn,
  decimalColumn,
  floatColumn,
  intColumn,
  moneyColumn,
  realColumn,
  smallintColumn,
  smallmoneyColumn,
  tinyintColumn,
} from './encode-numbers.ts';
import {
  guidColumn,
  imageColumn,
  ntextColumn,
  nvarcharColumn,
  rowversionColumn,
  textColumn,
  varbinaryColumn,
  varcharColumn,
  xmlColumn,
} from './encode-strings.ts';
import {
  dateColumn,
  datetime2Column,
  datetimeColumn,
  datetimeOffsetColumn,
  smalldatetimeColumn,
  timeColumn,
} from './encode-temporal.ts';
import type { WireColumn } from './wire-column.ts';
import { WIRE } from './wire-types.ts';

/** What a type without length, precision or scale stands for in a result: the widest that is not `max`. */
const WIDEST_BYTES = 8000;
const WIDEST_CHARACTERS = 4000;
/** float(1)–float(24) is a real. */
const REAL_PRECISION = 24;

/** How values of `type` travel to a client. */
export function wireColumn(type: TsqlType): WireColumn {
  switch (type.name) {
    case 'bit':
      return bitColumn;
    case 'tinyint':
      return tinyintColumn;
    case 'smallint':
      return smallintColumn;
    case 'int':
      return intColumn;
    case 'bigint':
      return bigintColumn;
    case 'decimal':
      return decimalColumn(WIRE.decimalN, type.precision ?? 18, type.scale ?? 0);
    case 'numeric':
      return decimalColumn(WIRE.numericN, type.precision ?? 18, type.scale ?? 0);
    case 'money':
      return moneyColumn;
    case 'smallmoney':
      return smallmoneyColumn;
    case 'float':
      return (type.precision ?? 53) <= REAL_PRECISION ? realColumn : floatColumn;
    case 'real':
      return realColumn;
    case 'date':
      return dateColumn;
    case 'time':
      return timeColumn(type.scale ?? 7);
    case 'datetime2':
      return datetime2Column(type.scale ?? 7);
    case 'datetimeoffset':
      return datetimeOffsetColumn(type.scale ?? 7);
    case 'datetime':
      return datetimeColumn;
    case 'smalldatetime':
      return smalldatetimeColumn;
    case 'char':
      return varcharColumn(WIRE.char, type.length ?? WIDEST_BYTES);
    case 'varchar':
      return varcharColumn(WIRE.varchar, type.length ?? WIDEST_BYTES);
    case 'nchar':
      return nvarcharColumn(WIRE.nchar, type.length ?? WIDEST_CHARACTERS);
    case 'nvarchar':
      return nvarcharColumn(WIRE.nvarchar, type.length ?? WIDEST_CHARACTERS);
    case 'binary':
      return varbinaryColumn(WIRE.binary, type.length ?? WIDEST_BYTES);
    case 'varbinary':
      return varbinaryColumn(WIRE.varbinary, type.length ?? WIDEST_BYTES);
    case 'rowversion':
      return rowversionColumn;
    case 'text':
      return textColumn;
    case 'ntext':
      return ntextColumn;
    case 'image':
      return imageColumn;
    case 'xml':
      return xmlColumn;
    case 'uniqueidentifier':
      return guidColumn;
  }
}
