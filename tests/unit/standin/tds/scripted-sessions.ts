import type {
  Isolation,
  LoginRequest,
  Parameter,
  ResponseSink,
  ResultColumn,
  Session,
  SessionFactory,
  TsqlType,
  TsqlValue,
} from '../../../../sandbox/src/standin/types.ts';
import { TsqlError } from '../../../../sandbox/src/standin/types.ts';

/** What a test scripts: the answer to one batch, statement or procedure. */
export type Script = (request: {
  text: string;
  parameters: Parameter[];
  sink: ResponseSink;
  signal: AbortSignal;
  session: ScriptedSession;
}) => unknown;

/** A session that answers by a script and remembers what it was asked. */
export class ScriptedSession implements Session {
  readonly spid: number;
  readonly database: string;
  readonly calls: { kind: string; text: string; parameters: Parameter[] }[] = [];
  readonly bulkLoads: { columns: ResultColumn[]; rows: TsqlValue[][] }[] = [];
  closed = false;
  resets = 0;
  transaction = 0n;
  readonly #script: Script;

  constructor(spid: number, database: string, script: Script) {
    this.spid = spid;
    this.database = database;
    this.#script = script;
  }

  async execute(
    text: string,
    parameters: Parameter[],
    sink: ResponseSink,
    signal: AbortSignal,
  ): Promise<void> {
    this.calls.push({ kind: 'execute', text, parameters });
    await this.#script({ text, parameters, sink, signal, session: this });
  }

  async procedure(
    name: string,
    parameters: Parameter[],
    sink: ResponseSink,
    signal: AbortSignal,
  ): Promise<number> {
    this.calls.push({ kind: 'procedure', text: name, parameters });
    return Number((await this.#script({ text: name, parameters, sink, signal, session: this })) ?? 0);
  }

  async begin(isolation: Isolation | undefined, sink: ResponseSink): Promise<void> {
    this.calls.push({ kind: 'begin', text: isolation ?? '', parameters: [] });
    this.transaction = 0x300000001n;
    sink.transaction('begin', this.transaction);
  }

  async commit(sink: ResponseSink): Promise<void> {
    this.#end('commit', sink);
  }

  async rollback(name: string | undefined, sink: ResponseSink): Promise<void> {
    if (name === undefined) this.#end('rollback', sink);
    else this.calls.push({ kind: 'rollback to', text: name, parameters: [] });
  }

  async save(name: string): Promise<void> {
    this.calls.push({ kind: 'save', text: name, parameters: [] });
  }

  async bulk(columns: ResultColumn[], rows: TsqlValue[][]): Promise<number> {
    this.bulkLoads.push({ columns, rows });
    return rows.length;
  }

  async reset(): Promise<void> {
    this.resets += 1;
  }

  async close(): Promise<void> {
    this.closed = true;
  }

  #end(event: 'commit' | 'rollback', sink: ResponseSink): void {
    this.calls.push({ kind: event, text: '', parameters: [] });
    if (this.transaction === 0n) {
      sink.error(new TsqlError(3902, `The ${event} request has no corresponding BEGIN TRANSACTION.`));
      return;
    }
    sink.transaction(event, this.transaction);
    this.transaction = 0n;
  }
}

/** Opens scripted sessions for any login but those with the password `wrong`. */
export class ScriptedSessions implements SessionFactory {
  readonly serverName = 'STANDIN';
  readonly version: [number, number, number] = [16, 0, 4111];
  readonly sessions: ScriptedSession[] = [];
  readonly logins: LoginRequest[] = [];
  script: Script;

  constructor(script: Script) {
    this.script = script;
  }

  async login(request: LoginRequest): Promise<Session> {
    this.logins.push(request);
    if (request.password === 'wrong') {
      throw new TsqlError(18456, `Login failed for user '${request.user}'.`, 14);
    }
    const session = new ScriptedSession(50 + this.sessions.length, request.database || 'master', (call) =>
      this.script(call),
    );
    this.sessions.push(session);
    return session;
  }
}

/** A script that answers plain housekeeping of clients, and everything else by `answer`. */
export function script(answer: Script): Script {
  return (request) => {
    const { text, sink } = request;
    if (/^\s*(set|insert bulk)\s/i.test(text)) return sink.done('other');
    if (/^select 1;?$/i.test(text.trim())) return one(sink);
    return answer(request);
  };
}

function one(sink: ResponseSink): void {
  sink.columns([{ name: '', type: { name: 'int' }, nullable: false }]);
  void sink.row([1]);
  sink.done('select', 1);
}

/** Answers with the request's own parameters as one row, each as a column of its name and type. */
export const echo: Script = ({ parameters, sink }) => {
  sink.columns(parameters.map(({ name, type }) => ({ name: name.replace('@', ''), type, nullable: true })));
  void sink.row(parameters.map(({ value }) => value));
  sink.done('select', 1);
};

/** A row of the given values, in columns named c0, c1, … */
export function selectRow(columns: { type: TsqlType; value: TsqlValue }[]): Script {
  const described: ResultColumn[] = columns.map(({ type }, index) => ({
    name: `c${index}`,
    type,
    nullable: true,
  }));
  return async ({ sink }) => {
    sink.columns(described);
    await sink.row(columns.map(({ value }) => value));
    sink.done('select', 1);
  };
}
