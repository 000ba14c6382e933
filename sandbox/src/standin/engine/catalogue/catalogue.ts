import type {
  CaptureInstance,
  Database,
  DatabasePrincipal,
  Membership,
  Permission,
  Schema,
  ServerPrincipal,
  Table,
} from './model.ts';

export interface CatalogueContents {
  databases: Database[];
  schemas: Schema[];
  tables: Table[];
  logins: ServerPrincipal[];
  serverRoleMembers: Membership[];
  principals: DatabasePrincipal[];
  roleMembers: Membership[];
  permissions: Permission[];
  captureInstances: CaptureInstance[];
}

/** Names are case-insensitive, as under SQL Server's default collation. */
function fold(name: string): string {
  return name.toLowerCase();
}

/** What exists on the server at one moment. Immutable: a change of the catalogue makes a new one. */
export class Catalogue {
  readonly databases: readonly Database[];
  readonly logins: readonly ServerPrincipal[];
  readonly principals: readonly DatabasePrincipal[];
  readonly permissions: readonly Permission[];
  readonly serverRoleMembers: readonly Membership[];
  readonly roleMembers: readonly Membership[];
  readonly captureInstances: readonly CaptureInstance[];
  readonly #databases = new Map<string, Database>();
  readonly #schemas = new Map<string, Schema>();
  readonly #tables = new Map<string, Table>();
  readonly #tablesById = new Map<number, Table>();
  readonly #tablesOf = new Map<number, Table[]>();
  readonly #schemasOf = new Map<number, Schema[]>();

  constructor(contents: CatalogueContents) {
    this.databases = contents.databases;
    this.logins = contents.logins;
    this.principals = contents.principals;
    this.permissions = contents.permissions;
    this.serverRoleMembers = contents.serverRoleMembers;
    this.roleMembers = contents.roleMembers;
    this.captureInstances = contents.captureInstances;
    for (const database of contents.databases) this.#databases.set(fold(database.name), database);
    for (const schema of contents.schemas) {
      this.#schemas.set(`${schema.databaseId}.${fold(schema.name)}`, schema);
      this.#schemasOf.set(schema.databaseId, [...(this.#schemasOf.get(schema.databaseId) ?? []), schema]);
    }
    for (const table of contents.tables) {
      this.#tables.set(`${table.databaseId}.${table.schema.id}.${fold(table.name)}`, table);
      this.#tablesById.set(table.id, table);
      const siblings = this.#tablesOf.get(table.databaseId);
      if (siblings) siblings.push(table);
      else this.#tablesOf.set(table.databaseId, [table]);
    }
  }

  database(name: string): Database | undefined {
    return this.#databases.get(fold(name));
  }

  databaseById(id: number): Database | undefined {
    return this.databases.find((database) => database.id === id);
  }

  schema(databaseId: number, name: string): Schema | undefined {
    return this.#schemas.get(`${databaseId}.${fold(name)}`);
  }

  schemas(databaseId: number): readonly Schema[] {
    return this.#schemasOf.get(databaseId) ?? [];
  }

  /** A table or CDC table function. */
  table(schema: Schema, name: string): Table | undefined {
    return this.#tables.get(`${schema.databaseId}.${schema.id}.${fold(name)}`);
  }

  tableById(id: number): Table | undefined {
    return this.#tablesById.get(id);
  }

  tables(databaseId: number): readonly Table[] {
    return this.#tablesOf.get(databaseId) ?? [];
  }

  login(name: string): ServerPrincipal | undefined {
    return this.logins.find((login) => fold(login.name) === fold(name));
  }

  principal(databaseId: number, name: string): DatabasePrincipal | undefined {
    return this.principals.find(
      (principal) => principal.databaseId === databaseId && fold(principal.name) === fold(name),
    );
  }

  /** The user that a login is in a database, or undefined when it has none. */
  userOf(databaseId: number, login: ServerPrincipal): DatabasePrincipal | undefined {
    return this.principals.find(
      (principal) =>
        principal.databaseId === databaseId && principal.type === 'S' && principal.sid?.equals(login.sid),
    );
  }

  /** Capture instances of a source table, the oldest first. */
  instancesOf(sourceId: number): readonly CaptureInstance[] {
    return this.captureInstances.filter((instance) => instance.sourceId === sourceId);
  }

  captureInstance(databaseId: number, name: string): CaptureInstance | undefined {
    return this.captureInstances.find(
      (instance) => instance.databaseId === databaseId && fold(instance.name) === fold(name),
    );
  }
}
