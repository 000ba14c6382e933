import type { Client, QueryResult, QueryResultRow } from 'pg';

/** A connection that several parts of the engine use at any time: their statements wait for one another. */
export class SharedClient {
  readonly #client: Client;
  #last: Promise<unknown> = Promise.resolve();

  constructor(client: Client) {
    this.#client = client;
  }

  query<T extends QueryResultRow>(text: string, values: unknown[] = []): Promise<QueryResult<T>> {
    return this.alone((client) => client.query<T>(text, values));
  }

  /** Runs several statements with nothing between them, such as a transaction. */
  alone<T>(work: (client: Client) => Promise<T>): Promise<T> {
    const result = this.#last.then(() => work(this.#client));
    this.#last = result.catch(() => undefined);
    return result;
  }

  async end(): Promise<void> {
    await this.#last;
    await this.#client.end();
  }
}
