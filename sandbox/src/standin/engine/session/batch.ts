import type { Statement } from '../../tsql/ast/statement.ts';
import { unsupportedStatement } from '../../tsql/refusal.ts';
import type { ResponseSink, TsqlValue } from '../../types.ts';
import { defineDatabase } from '../ddl/define-database.ts';
import { defineTable } from '../ddl/define-table.ts';
import { callProcedure } from '../procedures/call.ts';
import { isDriverColumnsBatch, runDriverColumns } from '../procedures/driver-columns.ts';
import { changePermission, changePrincipal } from '../security/statements.ts';
import type { SessionContext, Variables } from './context.ts';
import { asTsqlError, endsBatch, undoesTransaction } from './error-policy.ts';
import { evaluate, holds } from './evaluate.ts';
import { sayMessage } from './messages.ts';
import { runQuery } from './run-query.ts';
import { runSet } from './run-set.ts';
import { runText } from './run-text.ts';

/** How a statement leaves the batch. `return`: RETURN was met. */
export type Flow = 'next' | 'return';

type ControlKind =
  | 'block'
  | 'if'
  | 'declare'
  | 'declare-table'
  | 'print'
  | 'raise-error'
  | 'throw'
  | 'wait'
  | 'return';
type ControlStatement = Extract<Statement, { kind: ControlKind }>;

/** Ends the batch: its error has been told to the client. */
export class BatchEnded extends Error {}

/** Runs the statements of one batch in order. */
export class Batch {
  readonly context: SessionContext;
  readonly variables: Variables;
  readonly sink: ResponseSink;
  readonly signal: AbortSignal;
  /** Value of RETURN, for a called batch. */
  returned: TsqlValue = 0;

  constructor(context: SessionContext, variables: Variables, sink: ResponseSink, signal: AbortSignal) {
    this.context = context;
    this.variables = variables;
    this.sink = sink;
    this.signal = signal;
  }

  /** Errors go to the sink. @throws BatchEnded after an error that ends the batch, or the signal's reason. */
  async run(statements: readonly Statement[]): Promise<Flow> {
    if (isDriverColumnsBatch(statements)) {
      await this.#attempt('SELECT', () => runDriverColumns(this, statements));
      return 'next';
    }
    for (const statement of statements) {
      const flow = await this.#attempt(statement.kind.toUpperCase(), () => this.#statement(statement));
      if (flow === 'return') return flow;
    }
    return 'next';
  }

  /** Runs one statement; its error is reported and, where T-SQL goes on after it, forgotten. */
  async #attempt(verb: string, work: () => Promise<Flow | undefined>): Promise<Flow | undefined> {
    this.signal.throwIfAborted();
    const { context } = this;
    try {
      const flow = await work();
      context.lastError = 0;
      return flow;
    } catch (thrown) {
      this.signal.throwIfAborted();
      if (thrown instanceof BatchEnded) throw thrown;
      const error = asTsqlError(thrown, context, verb);
      context.lastError = error.number;
      context.lastRowCount = 0;
      if (context.transaction.count > 0 && (context.options.xactAbort || undoesTransaction(error))) {
        await context.transaction.rollback(this.sink);
      }
      this.sink.error(error);
      if (context.options.xactAbort || endsBatch(error)) throw new BatchEnded();
      return undefined;
    }
  }

  async #statement(statement: Statement): Promise<Flow | undefined> {
    const { context, sink, variables } = this;
    switch (statement.kind) {
      case 'select':
      case 'insert':
      case 'update':
      case 'delete':
        if (statement.kind === 'insert' && statement.source.kind === 'execute')
          throw unsupportedStatement('INSERT … EXECUTE');
        await runQuery(context, statement, variables, sink);
        return undefined;
      case 'set-variable':
      case 'set-isolation':
      case 'set-identity-insert':
      case 'set-option':
        await runSet(this, statement);
        return undefined;
      case 'transaction':
        await this.#transaction(statement.action, statement.name);
        return undefined;
      case 'use':
        context.use(statement.database, sink);
        sink.done('other');
        return undefined;
      case 'execute':
        await callProcedure(this, statement);
        return undefined;
      case 'execute-text':
        await runText(this, statement.value);
        return undefined;
      case 'create-table':
      case 'alter-table':
      case 'create-index':
      case 'drop-index':
      case 'truncate':
        await defineTable(this, statement);
        return undefined;
      case 'create-database':
      case 'alter-database':
      case 'create-schema':
      case 'alter-authorization':
      case 'drop':
        await defineDatabase(this, statement);
        return undefined;
      case 'principal':
        await changePrincipal(this, statement);
        return undefined;
      case 'permission':
        await changePermission(this, statement);
        return undefined;
      case 'insert-bulk':
        context.announcedBulk = statement;
        sink.done('other');
        return undefined;
      default:
        return this.#control(statement);
    }
  }

  async #control(statement: ControlStatement): Promise<Flow | undefined> {
    const { context, variables } = this;
    switch (statement.kind) {
      case 'block':
        return this.run(statement.body);
      case 'if': {
        const branch = (await holds(context, statement.condition, variables))
          ? statement.whenTrue
          : statement.whenFalse;
        return branch && this.run([branch]);
      }
      case 'declare':
        for (const { name, type, value } of statement.variables) {
          variables.set(name.toLowerCase(), {
            type,
            value: value ? await evaluate(context, value, type, variables) : null,
          });
        }
        return undefined;
      case 'declare-table':
        throw unsupportedStatement('DECLARE … TABLE');
      case 'return':
        if (statement.value)
          this.returned = await evaluate(context, statement.value, { name: 'int' }, variables);
        return 'return';
      default:
        await sayMessage(this, statement);
        return undefined;
    }
  }

  async #transaction(action: 'begin' | 'commit' | 'rollback' | 'save', name?: string): Promise<void> {
    const { transaction } = this.context;
    const variable = name?.startsWith('@') ? this.variables.get(name.toLowerCase()) : undefined;
    const resolved = variable ? String(variable.value) : name;
    if (action === 'begin') transaction.begin(this.sink, resolved);
    else if (action === 'commit') await transaction.commit(this.sink);
    else if (action === 'rollback') await transaction.rollback(this.sink, resolved);
    else await transaction.save(resolved ?? '');
    this.sink.done('other');
  }
}
