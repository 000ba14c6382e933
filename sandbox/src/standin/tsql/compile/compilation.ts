import { TsqlError } from '../../types.ts';
import type { CompileContext, CompiledParameter, ResolvedTable, TableUse } from '../api.ts';
import type { Name } from '../ast/query.ts';
import { pgBaseType } from '../storage.ts';
import type { SourceColumn } from './scope.ts';
import { SESSION_VALUES, sessionValueType } from './session-values.ts';
import type { Typed } from './typed.ts';

/** The same context without variables: definitions are kept, and must not hang on what a session declared. */
export function withoutVariables(context: CompileContext): CompileContext {
  return {
    database: context.database,
    resolveTable: (name) => context.resolveTable(name),
    resolveFunction: (name) => context.resolveFunction(name),
    resolveTableFunction: (name) => context.resolveTableFunction(name),
    variable: () => undefined,
    identityInsert: (table) => context.identityInsert(table),
  };
}

/** What gathers up while one statement is compiled: its parameters, the tables and functions it touches, aliases. */
export class Compilation {
  readonly context: CompileContext;
  readonly parameters: CompiledParameter[] = [];
  readonly tables: TableUse[] = [];
  readonly functions: Name[] = [];
  /** WITH: by name in lower case; `open` while it is being compiled itself. */
  readonly commonTables = new Map<string, { sql: string; columns: SourceColumn[] } | 'open'>();
  #aliases = 0;

  constructor(context: CompileContext) {
    this.context = context;
  }

  /** A new PostgreSQL alias, so that T-SQL's own (any case, any characters) never reach PostgreSQL. */
  alias(): string {
    this.#aliases += 1;
    return `t${this.#aliases}`;
  }

  /** `@x` or `@@x` as `$n`, one number per name. Throws TsqlError 137 for an undeclared variable. */
  variable(name: string): Typed {
    const known = name.startsWith('@@') ? sessionValueType(name) : this.context.variable(name);
    if (known === undefined) throw new TsqlError(137, `Must declare the scalar variable "${name}".`, 15, 2);
    return this.#parameter(name.startsWith('@@') ? name.toUpperCase() : name, known);
  }

  /** A function whose value only the session knows, such as SCOPE_IDENTITY(); undefined when it is none. */
  sessionFunction(name: string): Typed | undefined {
    const key = `${name.toUpperCase()}()`;
    const type = SESSION_VALUES.get(key);
    return type === undefined ? undefined : this.#parameter(key, type);
  }

  #parameter(name: string, type: Typed['type']): Typed {
    let index = this.parameters.findIndex((parameter) => parameter.name.toLowerCase() === name.toLowerCase());
    if (index < 0) index = this.parameters.push({ name, type }) - 1;
    return { sql: `$${index + 1}::${pgBaseType(type)}`, type, nullable: true };
  }

  /** Finds a table and notes what is done with it. Throws TsqlError 208. */
  table(name: Name, access: TableUse['access'], hints: string[] = []): ResolvedTable {
    const table = this.context.resolveTable(name);
    if (table === undefined) throw new TsqlError(208, `Invalid object name '${name.join('.')}'.`);
    this.tables.push({ table, access, hints });
    return table;
  }
}
