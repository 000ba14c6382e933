import type { TsqlType, TsqlTypeName } from '../../types.ts';

/** What a catalogue view may show to whom. All parts are SQL text. */
export interface ViewScope {
  /** The T-SQL database whose view is asked, as a number literal. */
  databaseId: number;
  databaseName: string;
  /** Predicate on an object id: the caller may know of it. */
  visible(objectId: string): string;
  /** Predicate on the id of a user or role of the database: the caller may know of it. */
  principal(id: string): string;
  /** Predicate on the id of a login or server role. */
  login(id: string): string;
  /** A relation with `source_object_id`: `cdc.change_tables` of the database, or an empty one without CDC. */
  changeTables: string;
}

/** Column name, T-SQL type as text, PostgreSQL expression, and the first version that has it where not all do. */
export type ViewColumn = readonly [name: string, type: string, expression: string, sinceMajor?: number];

export interface SystemView {
  /** Only in this database (msdb); else in every one. */
  database?: string;
  schema: string;
  name: string;
  /** State permission that a DMV asks for. */
  requires?:
    | 'VIEW SERVER SECURITY STATE'
    | 'VIEW SERVER PERFORMANCE STATE'
    | 'VIEW DATABASE PERFORMANCE STATE';
  /** Stands for the view in grants: a table of msdb needs SELECT, which nobody has unless it is granted. */
  grantId?: number;
  columns: readonly ViewColumn[];
  /** FROM … WHERE … */
  from(scope: ViewScope): string;
}

const SYSNAME: TsqlType = { name: 'nvarchar', length: 128 };

/** Reads a type such as `nvarchar(60)`, `decimal(10,2)`, `datetime2(7)` or `sysname`. */
export function typeOf(text: string): TsqlType {
  if (text === 'sysname') return SYSNAME;
  const match = /^(\w+)(?:\((max|\d+)(?:,(\d+))?\))?$/.exec(text);
  if (!match) throw new Error(`not a type: ${text}`);
  const type: TsqlType = { name: match[1] as TsqlTypeName };
  if (match[2] === undefined) return type;
  const size = match[2] === 'max' ? -1 : Number(match[2]);
  if (type.name === 'decimal' || type.name === 'numeric') {
    type.precision = size;
    type.scale = Number(match[3] ?? 0);
  } else if (['time', 'datetime2', 'datetimeoffset'].includes(type.name)) type.scale = size;
  else type.length = size;
  return type;
}
