import type { ForeignKeyDefinition } from '../../tsql/api.ts';

/** A foreign key in words, for the definition kept beside it. */
export function foreignKeyText(key: ForeignKeyDefinition): string {
  const list = (names: readonly string[]) => names.map((name) => `[${name}]`).join(', ');
  const { schema, table, columns } = key.references;
  return `FOREIGN KEY (${list(key.columns)}) REFERENCES [${schema}].[${table}] (${list(columns)}) ON DELETE ${key.onDelete} ON UPDATE ${key.onUpdate}`;
}
