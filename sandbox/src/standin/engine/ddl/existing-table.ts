import type { ColumnDefinition, ConstraintDefinition, ExistingTable } from '../../tsql/api.ts';
import type { Column, Database, Index, Table } from '../catalogue/model.ts';
import { identifier } from '../postgres/quote.ts';
import { pgTableName } from '../session/resolve.ts';

/** A table of the catalogue as the compiler of ALTER TABLE and CREATE INDEX wants it. */
export function existingTable(table: Table, database: Database): ExistingTable {
  return {
    database: database.name,
    schema: table.schema.name,
    name: table.name,
    pgName: pgTableName(table),
    columns: table.columns.map(toColumn),
    constraints: [
      ...table.indexes.map(toKey),
      ...table.constraints.map((constraint) => constraint.definition),
    ],
  };
}

function toColumn(column: Column): ColumnDefinition {
  const definition: ColumnDefinition = {
    name: column.name,
    pgName: identifier(column.physical),
    type: column.type,
    nullable: column.nullable,
  };
  if (column.identity) {
    definition.identity = {
      seed: String(column.identity.seed),
      increment: String(column.identity.increment),
    };
  }
  if (column.default) {
    const { name, systemNamed, text } = column.default;
    definition.default = { name, systemNamed, text };
  }
  return definition;
}

const KINDS = { PK: 'primary-key', UQ: 'unique' } as const;

function toKey(index: Index): ConstraintDefinition {
  return {
    kind: index.constraint ? KINDS[index.constraint.type] : 'index',
    name: index.name,
    systemNamed: index.constraint?.systemNamed ?? false,
    pgName: index.physical,
    unique: index.unique,
    clustered: index.clustered,
    columns: index.columns.map(({ column, descending }) => ({ name: column.name, descending })),
    include: index.included.map((column) => column.name),
    ...(index.filter === undefined ? {} : { filter: index.filter }),
  };
}
