import type { TsqlType, TsqlValue } from '../standin/types.ts';
import type { Random } from './random.ts';

/** What a value maker may use. */
export interface RowContext {
  random: Random;
  /** Number of the row in its table, from 1. Keys depend on it alone, so that the ids of two facilities overlap. */
  sequence: number;
  /** How many patients the facility started with: visits and bills refer to the numbers from 1 to it. */
  patients: number;
}

/** Makes an ordinary value, in the shape that {@link TsqlValue} documents for the column's type. */
export type ValueMaker = (context: RowContext) => TsqlValue;

export interface SampleColumn {
  name: string;
  type: TsqlType;
  nullable: boolean;
  value: ValueMaker;
  /** `sql`: as it stands in CREATE TABLE; `value`: what a row gets when the column is left out. */
  default?: { sql: string; value: TsqlValue };
  /** IDENTITY(1,1). */
  identity?: boolean;
}

export interface SampleTable {
  name: string;
  columns: readonly SampleColumn[];
  /** Primary key in order; empty for a table without one. */
  primaryKey: readonly string[];
  /** What tells rows apart in the warehouse: the primary key, or what `message.key.columns` names in its stead. */
  rowKey: readonly string[];
  /** Weight in the distribution of rows and changes over the tables. */
  share: number;
  /** How many different keys there are, where they are few (a tinyint key). */
  capacity?: number;
}

/** One row: values in the order of the table's columns. */
export type Row = TsqlValue[];
