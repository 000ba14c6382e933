import { TsqlError } from '../types.ts';
import type { Declaration } from './declarations.ts';

export interface PreparedStatement {
  text: string;
  /** Undefined when it was prepared without a type list. */
  declarations: Declaration[] | undefined;
}

/** The prepared statements of one connection, by handle. */
export class PreparedStatements {
  readonly #byHandle = new Map<number, PreparedStatement>();
  #last = 0;

  /** Returns the new handle. */
  add(statement: PreparedStatement): number {
    this.#last += 1;
    this.#byHandle.set(this.#last, statement);
    return this.#last;
  }

  get(handle: number): PreparedStatement {
    const statement = this.#byHandle.get(handle);
    if (!statement) throw unknownHandle(handle);
    return statement;
  }

  remove(handle: number): void {
    if (!this.#byHandle.delete(handle)) throw unknownHandle(handle);
  }

  clear(): void {
    this.#byHandle.clear();
  }
}

function unknownHandle(handle: number): TsqlError {
  return new TsqlError(8179, `Could not find prepared statement with handle ${handle}.`, 16, 2);
}

const UNPREPARE_BATCH = /^(?:\s*EXEC(?:UTE)?\s+sp_unprepare\s+\d+\s*;?)+\s*$/i;

/** Handles that a batch `EXEC sp_unprepare 1;EXEC sp_unprepare 2` gives up; undefined for any other batch. */
export function unpreparedHandles(batch: string): number[] | undefined {
  if (!UNPREPARE_BATCH.test(batch)) return undefined;
  return [...batch.matchAll(/sp_unprepare\s+(\d+)/gi)].map((match) => Number(match[1]));
}
