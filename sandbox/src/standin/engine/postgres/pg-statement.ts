import type { Client, Connection } from 'pg';

/** One column as PostgreSQL describes it. */
export interface PgField {
  name: string;
  dataTypeID: number;
}

/** Receives the rows of a statement; a returned promise holds the next page back until it resolves. */
export interface RowReceiver {
  fields(fields: PgField[]): void;
  row(values: (string | null)[]): void | Promise<void>;
}

/** Parameter as PostgreSQL takes it: text form, binary form, or NULL. */
export type PgParameter = string | Buffer | null;

/** The part of node-postgres' protocol connection that a submitted statement uses (typings leave it out). */
interface ProtocolConnection {
  stream: { cork(): void; uncork(): void };
  parse(message: { text: string; name?: string; types?: number[] }): void;
  bind(message: { values: PgParameter[] }): void;
  describe(message: { type: 'P'; name: string }): void;
  execute(message: { rows?: number }): void;
  flush(): void;
  sync(): void;
}

const PAGE = 1000;

/**
 * One extended-protocol statement that hands rows over page by page, so that a slow client holds PostgreSQL back
 * instead of filling memory. Row values stay in PostgreSQL's text form.
 */
class PgStatement {
  readonly #text: string;
  readonly #values: PgParameter[];
  readonly #types: number[];
  readonly #receiver: RowReceiver | undefined;
  readonly #settle: (error: Error | undefined, rowCount: number) => void;
  #pending: Promise<void>[] = [];
  #rows = 0;
  #tagCount = 0;
  #error: Error | undefined;

  constructor(
    text: string,
    values: PgParameter[],
    types: number[],
    receiver: RowReceiver | undefined,
    settle: (error: Error | undefined, rowCount: number) => void,
  ) {
    this.#text = text;
    this.#values = values;
    this.#types = types;
    this.#receiver = receiver;
    this.#settle = settle;
  }

  submit(connection: Connection): void {
    const wire = connection as unknown as ProtocolConnection;
    wire.stream.cork();
    wire.parse({ text: this.#text, types: this.#types });
    wire.bind({ values: this.#values });
    wire.describe({ type: 'P', name: '' });
    if (this.#receiver) {
      wire.execute({ rows: PAGE });
      wire.flush();
    } else {
      wire.execute({});
      wire.sync();
    }
    wire.stream.uncork();
  }

  handleRowDescription(message: { fields: PgField[] }): void {
    this.#guard(() => this.#receiver?.fields(message.fields));
  }

  handleDataRow(message: { fields: (string | null)[] }): void {
    this.#rows += 1;
    this.#guard(() => {
      const waiting = this.#receiver?.row(message.fields);
      if (waiting) this.#pending.push(waiting);
    });
  }

  handlePortalSuspended(wire: ProtocolConnection): void {
    const waiting = this.#pending;
    this.#pending = [];
    Promise.all(waiting)
      .catch((error: Error) => {
        this.#error ??= error;
      })
      .finally(() => {
        if (this.#error) {
          wire.sync();
          return;
        }
        wire.execute({ rows: PAGE });
        wire.flush();
      });
  }

  handleCommandComplete(message: { text: string }, wire: ProtocolConnection): void {
    const count = /(\d+)$/.exec(message.text);
    this.#tagCount = count ? Number(count[1]) : 0;
    if (this.#receiver) wire.sync();
  }

  handleEmptyQuery(wire: ProtocolConnection): void {
    if (this.#receiver) wire.sync();
  }

  handleError(error: Error, wire: ProtocolConnection | undefined): void {
    // The pages were asked for without Sync; after an error PostgreSQL waits for one.
    if (this.#receiver && wire) wire.sync();
    this.#settle(this.#error ?? error, 0);
  }

  handleReadyForQuery(): void {
    const waiting = this.#pending;
    this.#pending = [];
    Promise.all(waiting).then(
      () => this.#settle(this.#error, this.#count()),
      (error: Error) => this.#settle(this.#error ?? error, this.#count()),
    );
  }

  /** A tag counts only the rows of the last page, so rows that were handed over count themselves. */
  #count(): number {
    return Math.max(this.#rows, this.#tagCount);
  }

  #guard(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#error ??= error as Error;
    }
  }
}

/**
 * Runs one statement and streams its rows to `receiver` (without one, rows are dropped and one round trip is saved).
 * @param types OIDs of the parameters' types; 0 lets PostgreSQL infer.
 * @returns the number of rows selected or changed.
 */
export function runStatement(
  client: Client,
  text: string,
  values: PgParameter[],
  types: number[],
  receiver?: RowReceiver,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const statement = new PgStatement(text, values, types, receiver, (error, rowCount) => {
      if (error) reject(error);
      else resolve(rowCount);
    });
    client.query(statement as never);
  });
}
