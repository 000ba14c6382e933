import type { ErrorNames } from '../../tsql/errors/from-postgres.ts';
import type { Catalogue } from '../catalogue/catalogue.ts';
import type { Constraint, Table } from '../catalogue/model.ts';

/** T-SQL's names for what a PostgreSQL error names. `verb`: the statement that failed, in upper case. */
export function errorNames(catalogue: Catalogue, verb: string): ErrorNames {
  const find = (schema: string, table: string): Table | undefined => {
    for (const database of catalogue.databases) {
      const found = catalogue
        .tables(database.id)
        .find((one) => one.schema.physical === schema && one.physical === table);
      if (found) return found;
    }
    return undefined;
  };
  return {
    verb,
    table(schema, table) {
      const found = find(schema, table);
      const database = found && catalogue.databaseById(found.databaseId);
      return found && database && { database: database.name, schema: found.schema.name, name: found.name };
    },
    column(schema, table, column) {
      return find(schema, table)?.columns.find((one) => one.physical === column)?.name;
    },
    constraint(schema, table, constraint) {
      const found = find(schema, table);
      const index = found?.indexes.find((one) => one.physical === constraint);
      if (index) {
        const kinds = { PK: 'primary-key', UQ: 'unique' } as const;
        return { name: index.name, kind: index.constraint ? kinds[index.constraint.type] : 'index' };
      }
      const other = findConstraint(catalogue, found, constraint);
      return other && { name: other.name, kind: other.kind };
    },
  };
}

/** A foreign key is reported for the referenced table too, so it is looked for in all tables of the database. */
function findConstraint(catalogue: Catalogue, table: Table | undefined, physical: string) {
  const matches = (one: Constraint) => one.definition.pgName === physical;
  const own = table?.constraints.find(matches);
  if (own || !table) return own?.definition;
  return catalogue
    .tables(table.databaseId)
    .flatMap((one) => one.constraints)
    .find(matches)?.definition;
}
