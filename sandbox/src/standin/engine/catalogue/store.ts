import type { Client } from 'pg';
import type { Catalogue } from './catalogue.ts';
import { loadCatalogue } from './load.ts';

/** The committed catalogue, read anew after every change of it. */
export class CatalogueStore {
  readonly #client: Client;
  #current: Catalogue;
  #reading: Promise<void> = Promise.resolve();

  private constructor(client: Client, current: Catalogue) {
    this.#client = client;
    this.#current = current;
  }

  /** @param client a connection of its own, outside any transaction. */
  static async open(client: Client): Promise<CatalogueStore> {
    return new CatalogueStore(client, await loadCatalogue(client));
  }

  get current(): Catalogue {
    return this.#current;
  }

  /** Resolves when `current` holds everything committed before the call. */
  refresh(): Promise<void> {
    this.#reading = this.#reading.then(async () => {
      this.#current = await loadCatalogue(this.#client);
    });
    return this.#reading;
  }
}
