import type pg from 'pg';
import type { CompiledDefinition, CompiledQuery } from '../../../../sandbox/src/standin/tsql/api.ts';
import type { Statement } from '../../../../sandbox/src/standin/tsql/ast/statement.ts';
import { compileQuery } from '../../../../sandbox/src/standin/tsql/compile/statement.ts';
import {
  compileCompound,
  compileCondition,
  compileValue,
} from '../../../../sandbox/src/standin/tsql/compile/value.ts';
import { compileAlterTable } from '../../../../sandbox/src/standin/tsql/ddl/alter.ts';
import { compileCreateIndex } from '../../../../sandbox/src/standin/tsql/ddl/index-definition.ts';
import { compileCreateTable } from '../../../../sandbox/src/standin/tsql/ddl/table.ts';
import { toTsqlError } from '../../../../sandbox/src/standin/tsql/errors/from-postgres.ts';
import { parseBatch } from '../../../../sandbox/src/standin/tsql/parse/batch.ts';
import { fromPg, toPg } from '../../../../sandbox/src/standin/tsql/storage.ts';
import {
  type Parameter,
  type ResultColumn,
  TsqlError,
  type TsqlType,
  type TsqlValue,
} from '../../../../sandbox/src/standin/types.ts';
import { contextOf, DATABASE, newCatalogue } from './catalogue.ts';

export interface Result {
  columns: ResultColumn[];
  rows: TsqlValue[][];
  count: number;
}

/** Just enough of an engine to run compiled statements against PostgreSQL: one database, one schema, one session. */
export class MiniEngine {
  readonly catalogue = newCatalogue();
  readonly #client: pg.Client;
  readonly #values = new Map<string, TsqlValue>([['@@trancount', 0]]);

  constructor(client: pg.Client) {
    this.#client = client;
  }

  /** Runs a batch; the results of its SELECTs and of its OUTPUT clauses, in order. */
  async run(text: string, parameters: Parameter[] = []): Promise<Result[]> {
    for (const parameter of parameters) this.#declare(parameter.name, parameter.type, parameter.value);
    const results: Result[] = [];
    for (const statement of parseBatch(text)) await this.#execute(statement, results);
    return results;
  }

  /** The only value of the last result. */
  async value(text: string, parameters: Parameter[] = []): Promise<TsqlValue> {
    return (await this.run(text, parameters)).at(-1)?.rows[0]?.[0] as TsqlValue;
  }

  #declare(name: string, type: TsqlType, value: TsqlValue): void {
    this.catalogue.variables.set(name.toLowerCase(), type);
    this.#values.set(name.toLowerCase(), value);
  }

  async #execute(statement: Statement, results: Result[]): Promise<void> {
    const context = contextOf(this.catalogue);
    switch (statement.kind) {
      case 'select':
      case 'insert':
      case 'update':
      case 'delete': {
        const compiled = compileQuery(statement, context);
        const result = await this.#query(compiled, statement.kind.toUpperCase());
        if (compiled.assigns === undefined && compiled.columns !== undefined) results.push(result);
        compiled.assigns?.forEach((name, index) => {
          const row = result.rows.at(-1);
          if (row !== undefined) this.#values.set(name.toLowerCase(), row[index] as TsqlValue);
        });
        return;
      }
      case 'create-table': {
        const name = statement.name.at(-1) as string;
        const target = { database: DATABASE, schema: 'dbo', name, pgName: `"dbo"."${name}"` };
        const compiled = compileCreateTable(statement, target, context);
        await this.#define(compiled);
        this.catalogue.tables.set(name.toLowerCase(), { ...target, ...compiled });
        return;
      }
      case 'alter-table':
      case 'create-index': {
        const name = (statement.kind === 'alter-table' ? statement.name : statement.table).at(-1) as string;
        const table = this.catalogue.tables.get(name.toLowerCase());
        if (table === undefined) throw new TsqlError(4902, `Cannot find the object "${name}".`);
        const compiled =
          statement.kind === 'alter-table'
            ? compileAlterTable(statement, table, context)
            : compileCreateIndex(statement, table, context);
        await this.#define(compiled);
        const columns = table.columns
          .filter((column) => !compiled.droppedColumns.includes(column.name))
          .map((column) => compiled.columns.find((changed) => changed.name === column.name) ?? column);
        const added = compiled.columns.filter((column) => !columns.some((old) => old.name === column.name));
        const constraints = table.constraints.filter(
          (one) => !compiled.droppedConstraints.includes(one.name),
        );
        this.catalogue.tables.set(name.toLowerCase(), {
          ...table,
          columns: [...columns, ...added],
          constraints: [...constraints, ...compiled.constraints],
        });
        return;
      }
      case 'declare':
        for (const variable of statement.variables) {
          const value =
            variable.value &&
            (await this.#query(compileValue(variable.value, variable.type, context), 'SELECT')).rows[0]?.[0];
          this.#declare(variable.name, variable.type, value ?? null);
        }
        return;
      case 'set-variable': {
        const type = this.catalogue.variables.get(statement.name.toLowerCase()) as TsqlType;
        const compiled =
          statement.operator === '='
            ? compileValue(statement.value, type, context)
            : compileCompound(statement.name, statement.operator, statement.value, context);
        this.#values.set(
          statement.name.toLowerCase(),
          (await this.#query(compiled, 'SELECT')).rows[0]?.[0] as TsqlValue,
        );
        return;
      }
      case 'if': {
        const met =
          (await this.#query(compileCondition(statement.condition, context), 'SELECT')).rows[0]?.[0] === 1;
        const next = met ? statement.whenTrue : statement.whenFalse;
        if (next !== undefined) await this.#execute(next, results);
        return;
      }
      case 'block':
        for (const inner of statement.body) await this.#execute(inner, results);
        return;
      case 'set-identity-insert': {
        const name = (statement.table.at(-1) as string).toLowerCase();
        if (statement.on) this.catalogue.identityInsert.add(name);
        else this.catalogue.identityInsert.delete(name);
        return;
      }
      default:
        throw new Error(`the tests' engine does not run ${statement.kind}`);
    }
  }

  async #define(compiled: CompiledDefinition): Promise<void> {
    for (const sql of compiled.sql) await this.#ask(sql, [], 'ALTER TABLE');
  }

  async #query(compiled: CompiledQuery, verb: string): Promise<Result> {
    const values = compiled.parameters.map(({ name, type }) =>
      toPg(type, this.#values.get(name.toLowerCase()) ?? null),
    );
    const answer = await this.#ask(compiled.text, values, verb);
    const columns = compiled.columns ?? [];
    const rows = answer.rows.map((row) =>
      columns.map((column, index) => fromPg(column.type, row[index] ?? null)),
    );
    const { identity } = compiled;
    if (identity !== undefined && answer.rows.length > 0) {
      const given = answer.rows.map((row) => Number(row[identity.column]));
      this.#values.set('scope_identity()', String(given.at(-1)));
      if (identity.raise !== undefined) await this.#ask(identity.raise, [String(Math.max(...given))], verb);
    }
    this.#values.set('@@rowcount', answer.rowCount ?? 0);
    return { columns, rows, count: answer.rowCount ?? 0 };
  }

  async #ask(
    text: string,
    values: (string | null)[],
    verb: string,
  ): Promise<pg.QueryArrayResult<(string | null)[]>> {
    try {
      const types = { getTypeParser: () => (value: string) => value };
      return await this.#client.query({
        text,
        values,
        rowMode: 'array',
        types: types as unknown as pg.CustomTypesConfig,
      });
    } catch (error) {
      const failure = error as { message: string; code?: string };
      if (failure.code === undefined) throw error;
      throw Object.assign(
        toTsqlError(failure, {
          verb,
          table: (schema, name) => ({ database: DATABASE, schema, name }),
          column: (_schema, _table, column) => column,
          constraint: (_schema, table, pgName) => {
            const found = this.catalogue.tables
              .get(table.toLowerCase())
              ?.constraints.find((one) => one.pgName === pgName);
            return found && { name: found.name, kind: found.kind };
          },
        }),
        { cause: error, text },
      );
    }
  }
}
