import type { CompiledQuery } from '../../tsql/api.ts';
import type {
  DeleteStatement,
  InsertStatement,
  SelectStatement,
  UpdateStatement,
} from '../../tsql/ast/change.ts';
import { compileQuery } from '../../tsql/compile/statement.ts';
import { unsupported } from '../../tsql/refusal.ts';
import { fromPg } from '../../tsql/storage.ts';
import type { ResponseSink, TsqlValue } from '../../types.ts';
import { type RowReceiver, runStatement } from '../postgres/pg-statement.ts';
import { checkAccess, lockStatements } from './access.ts';
import { bind } from './bind.ts';
import type { SessionContext, Variables } from './context.ts';

export type QueryStatement = SelectStatement | InsertStatement | UpdateStatement | DeleteStatement;

/** Levels at which even a read needs PostgreSQL's transaction. */
const STABLE = new Set(['repeatable read', 'serializable', 'snapshot']);

/** Compiles, checks and runs a SELECT, INSERT, UPDATE or DELETE, and writes its rows and its end to the sink. */
export async function runQuery(
  context: SessionContext,
  statement: QueryStatement,
  variables: Variables,
  sink: ResponseSink,
): Promise<void> {
  const resolver = context.resolver(variables);
  const query = compileQuery(statement, resolver);
  checkAccess(context, resolver, query);
  if (context.options.rowCount > 0 && query.kind !== 'select') throw unsupported('SET ROWCOUNT with changes');
  const { transaction, client } = context;
  if (context.options.implicitTransactions && transaction.count === 0 && query.tables.length > 0) {
    transaction.begin(sink);
  }
  const locks = transaction.count > 0 ? lockStatements(resolver, query) : [];
  const reads = query.kind === 'select' && locks.length === 0;
  if (transaction.count > 0 && query.tables.length > 0 && (!reads || STABLE.has(transaction.isolation))) {
    await transaction.ensureOpen();
  }
  await context.applyLockTimeout();
  const outcome = new Outcome(query, context.options.rowCount, variables, sink);
  const count = await transaction.guarded(async () => {
    for (const lock of locks) await client.query(lock);
    const parameters = bind(context, query.parameters, variables);
    const rows = await runStatement(client, query.text, parameters, [], outcome.receiver());
    if (query.identity?.raise && outcome.highestIdentity !== null) {
      await runStatement(client, query.identity.raise, [outcome.highestIdentity.toString()], []);
    }
    return rows;
  });
  if (outcome.lastIdentity !== null) context.scopeIdentity = outcome.lastIdentity;
  context.lastRowCount = outcome.shown ?? count;
  if (query.assigns) return;
  sink.done(query.kind, context.options.noCount ? undefined : context.lastRowCount);
}

/** Takes a statement's rows: to the client, into variables, or only their identity value. */
class Outcome {
  readonly #query: CompiledQuery;
  readonly #limit: number;
  readonly #variables: Variables;
  readonly #sink: ResponseSink;
  lastIdentity: bigint | null = null;
  highestIdentity: bigint | null = null;
  /** Rows given to the client, where SET ROWCOUNT cuts them. */
  shown: number | undefined;

  constructor(query: CompiledQuery, limit: number, variables: Variables, sink: ResponseSink) {
    this.#query = query;
    this.#limit = limit;
    this.#variables = variables;
    this.#sink = sink;
  }

  receiver(): RowReceiver | undefined {
    const { columns, assigns, identity } = this.#query;
    if (!columns && !identity) return undefined;
    if (this.#limit > 0 && columns) this.shown = 0;
    return {
      fields: () => {
        if (columns && !assigns) this.#sink.columns(columns);
      },
      row: (texts) => {
        if (identity) this.#noteIdentity(texts[identity.column] ?? null);
        if (!columns) return;
        if (this.shown !== undefined) {
          if (this.shown >= this.#limit) return;
          this.shown += 1;
        }
        const values: TsqlValue[] = [];
        for (const [index, column] of columns.entries())
          values.push(fromPg(column.type, texts[index] ?? null));
        if (!assigns) return this.#sink.row(values);
        for (const [index, name] of assigns.entries()) {
          const variable = this.#variables.get(name.toLowerCase());
          if (variable) variable.value = values[index] ?? null;
        }
      },
    };
  }

  #noteIdentity(text: string | null): void {
    if (text === null) return;
    this.lastIdentity = BigInt(text);
    if (this.highestIdentity === null || this.lastIdentity > this.highestIdentity) {
      this.highestIdentity = this.lastIdentity;
    }
  }
}
