import type {
  CompileContext,
  ResolvedFunction,
  ResolvedTable,
  ResolvedTableFunction,
} from '../../tsql/api.ts';
import type { Name } from '../../tsql/ast/query.ts';
import { TsqlError, type TsqlType } from '../../types.ts';
import type { Catalogue } from '../catalogue/catalogue.ts';
import type { Database, DatabasePrincipal, Schema, Table } from '../catalogue/model.ts';
import { changesFunction } from '../cdc/changes-function.ts';
import { databaseClosedTo } from '../errors.ts';
import { resolveScalarFunction } from '../functions/registry.ts';
import type { Scope } from '../functions/scope.ts';
import { identifier } from '../postgres/quote.ts';
import type { Product } from '../product.ts';
import type { Authority } from '../security/authority.ts';
import { grantableView, resolveView } from '../views/resolve.ts';
import { volumeStats } from '../views/storage.ts';

/** What names mean to a session: its database, who it is, its variables. */
export interface NameSpace {
  catalogue: Catalogue;
  authority: Authority;
  database: Database;
  serverName: string;
  product: Product;
  variable(name: string): TsqlType | undefined;
  /** object_id of the table under SET IDENTITY_INSERT ON. */
  identityInsert: number | undefined;
}

/** Quoted PostgreSQL name of a table. */
export function pgTableName(table: Table): string {
  return `${identifier(table.schema.physical)}.${identifier(table.physical)}`;
}

/** A table as the compiler wants it. */
function toResolvedTable(table: Table, database: Database): ResolvedTable {
  const primary = table.indexes.find((index) => index.constraint?.type === 'PK');
  return {
    database: database.name,
    schema: table.schema.name,
    name: table.name,
    pgName: pgTableName(table),
    columns: table.columns.map((column) => ({
      name: column.name,
      pgName: identifier(column.physical),
      type: column.type,
      nullable: column.nullable,
      identity: column.identity !== undefined,
    })),
    key: primary?.columns.map(({ column }) => identifier(column.physical)) ?? [],
    writable: true,
  };
}

/** Resolves names for one statement. Tables found are remembered, so that permission checks need no second search. */
export class Resolver implements CompileContext {
  readonly #space: NameSpace;
  readonly #tables = new Map<string, Table>();

  constructor(space: NameSpace) {
    this.#space = space;
  }

  get database(): string {
    return this.#space.database.name;
  }

  /** Itself as a plain object, for compilers that build a variant of their context from it. */
  compileContext(): CompileContext {
    return {
      database: this.database,
      resolveTable: (name) => this.resolveTable(name),
      resolveFunction: (name) => this.resolveFunction(name),
      resolveTableFunction: (name) => this.resolveTableFunction(name),
      variable: (name) => this.variable(name),
      identityInsert: (table) => this.identityInsert(table),
    };
  }

  /** The catalogue's table behind a resolved one; undefined for a view. */
  tableOf(resolved: ResolvedTable): Table | undefined {
    return this.#tables.get(resolved.pgName);
  }

  /** Finds a database that the session may enter. @throws TsqlError 916. Undefined when there is none of that name. */
  enter(name: string | undefined): Database | undefined {
    const { catalogue, authority, database } = this.#space;
    if (name === undefined || name === '') return database;
    const found = catalogue.database(name);
    if (found && !authority.userIn(found.id)) throw databaseClosedTo(authority.login.name, found.name);
    return found;
  }

  scope(database: Database): Scope {
    const { catalogue, authority, serverName, product } = this.#space;
    const user = authority.userIn(database.id) as DatabasePrincipal;
    return {
      catalogue,
      authority,
      database,
      user,
      defaultSchema: user.defaultSchema ?? 'dbo',
      serverName,
      product,
    };
  }

  /** The table that a name of one to three parts means, in the catalogue only. */
  findTable(name: Name): Table | undefined {
    const place = this.#place(name);
    return place?.schema && this.#space.catalogue.table(place.schema, place.object);
  }

  /** A catalogue view on which SELECT can be granted. */
  findGrantableView(name: Name): Table | undefined {
    const place = this.#place(name);
    return place && grantableView(place.schemaName, place.object, this.scope(place.database));
  }

  /** Where an object of that name lies or would lie. Undefined: no such database. */
  place(
    name: Name,
  ): { database: Database; schema: Schema | undefined; schemaName: string; object: string } | undefined {
    return this.#place(name);
  }

  resolveTable(name: Name): ResolvedTable | undefined {
    const place = this.#place(name);
    if (!place) return undefined;
    const view = resolveView(place.schemaName, place.object, this.scope(place.database));
    if (view) return view;
    const table = place.schema && this.#space.catalogue.table(place.schema, place.object);
    if (!table || table.kind === 'function') return undefined;
    const resolved = toResolvedTable(table, place.database);
    this.#tables.set(resolved.pgName, table);
    return resolved;
  }

  resolveFunction(name: Name): ResolvedFunction | undefined {
    const database = this.enter(name.at(-3));
    if (!database) return undefined;
    return resolveScalarFunction(name.at(-2), name.at(-1)!, this.scope(database));
  }

  resolveTableFunction(name: Name): ResolvedTableFunction | undefined {
    const place = this.#place(name);
    if (!place) return undefined;
    return (
      volumeStats(place.schemaName, place.object, this.scope(place.database)) ??
      changesFunction(place, this.#space.catalogue)
    );
  }

  variable(name: string): TsqlType | undefined {
    return this.#space.variable(name);
  }

  identityInsert(resolved: ResolvedTable): boolean {
    const table = this.#tables.get(resolved.pgName);
    return table !== undefined && table.id === this.#space.identityInsert;
  }

  #place(name: Name) {
    if (name.length > 3) {
      throw new TsqlError(
        7202,
        `Could not find server '${name[0]}' in sys.servers. Verify that the correct server name was specified.`,
        11,
        2,
      );
    }
    const database = this.enter(name.at(-3));
    if (!database) return undefined;
    const schemaName = name.at(-2) || this.scope(database).defaultSchema;
    return {
      database,
      schemaName,
      schema: this.#space.catalogue.schema(database.id, schemaName),
      object: name.at(-1)!,
    };
  }
}
